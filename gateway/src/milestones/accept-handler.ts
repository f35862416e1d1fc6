/** The job that sends the payee's acceptance of a part's terms: as their wallet signed it, or as the sandbox's payee signs. */
import { buildAccept, type ChainRuntime, keysFor, readPolicy } from "../chain";
import type { GatewayContext } from "../context";
import { applyPolicy } from "../intents/apply-policy";
import { readPart } from "../intents/parts-store";
import { readIntent } from "../intents/store";
import type { Built, Job, JobHandler } from "../outbox/outbox";
import { foreignReason } from "../policies/own-policy";
import { seePolicy, type Sighting } from "../policies/see-policy";
import { buildSigned, type SignedPayload } from "../signing/service";

interface Payload {
  intentId: string;
  part: number;
  /** Absent where the sandbox's payee signs. */
  signed?: SignedPayload;
}

const payloadOf = ({ payload }: Job): Payload => payload as unknown as Payload;

/** Returns the handler of `accept_terms`. */
export function acceptTermsHandler(context: GatewayContext): JobHandler<Sighting> {
  const policyOf = async (job: Job): Promise<string> => {
    const { intentId, part } = payloadOf(job);
    return (await readPart(context.database, intentId, part))!.policy!;
  };
  return {
    async build(chain, job) {
      const state = await readPolicy(chain, await policyOf(job));
      if (!state?.escrow) return { do: "fail", reason: "the escrow is gone" };
      const { intentId, part } = payloadOf(job);
      const { recipient, accountId } = (await readIntent(context.database, intentId))!;
      const foreign = foreignReason(state, { objectId: intentId, part, recipient });
      if (foreign) return { do: "fail", reason: foreign };
      if (state.escrow.acceptedAt !== null) return { do: "done", signature: null, slot: null };
      const { signed } = payloadOf(job);
      return signed ? buildSigned(job, signed) : buildByKeys(chain, accountId, state.address);
    },
    observe: async (chain, job, receipt) =>
      seePolicy(chain, await policyOf(job), receipt, "creation"),
    async landed(transaction, job, _receipt, sighting) {
      const { intentId, part } = payloadOf(job);
      await applyPolicy(context, transaction, { intentId, part, sighting });
    },
    // The intent still says `accept_terms`: the payee asks for a new transaction.
    failed: () => Promise.resolve(),
  };
}

async function buildByKeys(chain: ChainRuntime, accountId: string, policy: string): Promise<Built> {
  const { instructions, signers } = await buildAccept(chain, { policy });
  const { keys, missing } = keysFor(chain, accountId, signers);
  if (missing.length > 0) {
    return { do: "fail", reason: `the signature of ${missing.join(", ")} is missing` };
  }
  return { do: "send", instructions, payer: chain.sponsor, signers: keys };
}
