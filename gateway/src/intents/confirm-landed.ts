/** The payer's confirmation by a transaction that landed already: every field on chain is compared with the intent. */
import type { Database } from "@milepost/database";
import {
  chainProof,
  type ChainRuntime,
  type ExpectedPolicy,
  isAddress,
  memoOf,
  type VerifiedFunding,
  verifyFunding,
  verifyPull,
} from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { Sighting } from "../policies/see-policy";
import { applyPolicy } from "./apply-policy";
import { cannotConfirm } from "./confirm";
import { noteSent } from "./confirm-live";
import { watchTransaction } from "./finality-jobs";
import { amountsOf, fundingRequestOf } from "./fund-part";
import type { Intent, PartDetails } from "./intent";
import { isFree, listParts, readPart } from "./parts-store";
import { requireConsent } from "./release-consent";
import type { ConfirmBody } from "./schema";
import { readIntent } from "./store";

/** A landed transaction that pays one part. */
export interface LandedPart {
  part: number;
  payer: string;
  signature: string;
  sighting: Sighting;
}

/** Input of `verifyLanded`. */
export interface LandedClaim {
  intent: Intent;
  chain: ChainRuntime;
  signature: string;
  /** Payer's wallet; null for the one that confirmed before. */
  payerAddress: string | null;
}

/**
 * Fetches the transaction and compares the policy that it created with each part of the intent. Run it outside of a
 * transaction: it calls the network.
 * Throws `GatewayError`: `signature_verification_failed` naming the first field that differs, `invalid_request`.
 */
export async function verifyLanded(
  context: GatewayContext,
  { intent, chain, signature, payerAddress }: LandedClaim,
): Promise<LandedPart> {
  const payer = payerAddress ?? intent.payer;
  if (payer === null || !isAddress(payer)) {
    throw new GatewayError(
      "invalid_request",
      "payerAddress: expected the payer's wallet as a Solana address, beside the signature of its transaction",
      { param: "payerAddress" },
    );
  }
  const parts = await listParts(context.database, intent.id);
  if (parts.length === 0) {
    throw new GatewayError(
      "invalid_status",
      "The schedule is not fixed: nothing on chain can pay this intent. Confirm with payerAddress first.",
    );
  }
  let first: unknown;
  for (const part of parts) {
    try {
      const claim = { intent: { ...intent, payer }, part, chain, signature };
      const verified = await verifyPart(context, claim);
      return { part: part.part, payer, signature, sighting: await sightingOf(chain, verified) };
    } catch (error) {
      // Another part's memo: the transaction may pay that one.
      const isOther = error instanceof GatewayError && error.param === "memo";
      if (!isOther) throw error;
      first ??= error;
    }
  }
  throw first;
}

async function verifyPart(
  context: GatewayContext,
  {
    intent,
    part,
    chain,
    signature,
  }: { intent: Intent; part: PartDetails; chain: ChainRuntime; signature: string },
): Promise<VerifiedFunding> {
  const amounts = await amountsOf(context, part);
  const memo = memoOf(intent.id, part.part);
  const { payer: owner, recipient, currency } = intent;
  if (intent.releaseType === null) {
    const [amount] = amounts;
    const pull = { owner: owner!, recipient: recipient!, currency, amount: amount!, memo };
    return verifyPull(chain, signature, pull);
  }
  return verifyFunding(chain, signature, await expectedOf(chain, { intent, part, amounts, memo }));
}

/** Returns the policy that a part must be on chain. The payee may accept later. */
export async function expectedOf(
  chain: ChainRuntime,
  planned: Parameters<typeof fundingRequestOf>[1],
): Promise<ExpectedPolicy> {
  const request = await fundingRequestOf(chain, planned);
  return {
    ...request,
    owner: String(request.owner),
    recipient: String(request.recipient),
    mediator: String(request.mediator),
    isAccepted: false,
  };
}

async function sightingOf(
  chain: ChainRuntime,
  { policy: state, signature, slot }: VerifiedFunding,
): Promise<Sighting> {
  return { state, proof: await chainProof(chain, { signature, slot, account: state.address }) };
}

/**
 * Writes down a part that was paid: PROCESSING, and SUCCEEDED once every part is funded and accepted.
 * Throws `GatewayError`: `invalid_state_transition`, `conflict` when another transaction pays the part, `invalid_request` without
 * the payer's consent where it is needed.
 */
export async function confirmLanded(
  context: GatewayContext,
  transaction: Database,
  {
    intent,
    landed,
    body,
    time,
  }: { intent: Intent; landed: LandedPart; body: ConfirmBody; time: bigint },
): Promise<Intent> {
  const { part: number, payer, signature, sighting } = landed;
  const part = (await readPart(transaction, intent.id, number))!;
  if (part.policy === sighting.state.address) return intent;
  if (intent.status === "CANCELED" || intent.status === "FINAL") throw cannotConfirm(intent);
  requireFree(intent, part, sighting);
  const consent = body.releaseConsent ?? null;
  await requireConsent(transaction, context.publicUrl, { intent, payer, consent });
  const parts = await listParts(transaction, intent.id);
  const isLast = !parts.some((each) => isFree(each) && each.part !== number);
  await noteSent(context, transaction, { intent, payer, signature, isLast, time });
  await applyPolicy(context, transaction, { intentId: intent.id, part: number, sighting });
  if (sighting.proof) await watchTransaction(context, transaction, intent, sighting.proof);
  return (await readIntent(transaction, intent.id))!;
}

function requireFree(intent: Intent, part: PartDetails, { state }: Sighting): void {
  const isOwn = part.policy === null && [null, state.address].includes(part.plannedPolicy);
  if (isFree(part) || isOwn) return;
  throw new GatewayError(
    "conflict",
    `Part ${part.part} of ${intent.id} is already paid by another transaction, or one is on its way. ` +
      `The payer gets the money of ${state.address} back by an agreed refund, or once the delivery is overdue.`,
  );
}
