/** Reads what the chain says about one policy right after a transaction. */
import {
  type ChainRuntime,
  chainProof,
  findSignature,
  type PolicyState,
  readPolicy,
} from "../chain";
import type { ChainProof } from "../events/record";
import type { Receipt } from "../outbox/outbox";

/** State of a policy with the transaction that led to it; null where no node remembers that. */
export interface Sighting {
  state: PolicyState;
  proof: ChainProof | null;
}

/**
 * Reads a policy after a transaction. `what` finds the transaction where the receipt does not name it.
 * Throws when the account does not exist, and the connection's errors: the job is repeated then.
 */
export async function seePolicy(
  chain: ChainRuntime,
  policy: string,
  receipt: Receipt,
  what: Parameters<typeof findSignature>[2],
): Promise<Sighting> {
  const found =
    receipt.signature === null
      ? await findSignature(chain, policy, what)
      : { signature: receipt.signature, slot: receipt.slot ?? 0 };
  const state = await readPolicy(chain, policy, { minContextSlot: found?.slot });
  if (!state) throw new Error(`the policy ${policy} is not there yet`);
  const proof = found && (await chainProof(chain, { ...found, account: policy }));
  return { state, proof };
}
