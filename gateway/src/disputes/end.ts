/** Ends a dispute: the payer withdraws it, or the money is divided. In the sandbox the keys of the roles sign. */
import type { Database } from "@milepost/database";
import type { ChainRuntime } from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError, missing } from "../errors/gateway-error";
import type { Intent } from "../intents/intent";
import { hasPayerKey } from "../intents/payer-key";
import { enqueueAction } from "../milestones/enqueue-action";
import { findMilestone } from "../milestones/find";
import { jobsOnTheWay, type OpenJob, requireNotOnTheWay } from "../milestones/on-the-way";
import { notItsTurn } from "../milestones/turn";
import { parseAmount } from "../money/amount";
import { closeDispute } from "./change";
import type { Dispute } from "./dispute";
import type { ResolveDisputeBody } from "./schema";
import { listDisputes } from "./store";

/** Returns the intent's dispute. Throws `GatewayError` (`resource_missing`). */
export async function findDispute(
  database: Database,
  { id }: Pick<Intent, "id">,
  disputeId: string,
): Promise<Dispute> {
  const found = (await listDisputes(database, id)).find((each) => each.id === disputeId);
  if (!found) throw missing("dispute", disputeId);
  return found;
}

/** Input of what ends a dispute. */
export interface DisputeEnd {
  intent: Intent;
  chain: ChainRuntime;
  dispute: Dispute;
  /** The chain's time in Unix seconds. */
  time: bigint;
}

function requireOpen({ status }: Dispute, what: string): void {
  if (status === "raised" || status === "in_mediation") return;
  throw new GatewayError("invalid_status", `Cannot ${what} the dispute: it is ${status}.`);
}

/** Returns the refusal of what only a wallet can do in live mode. */
const walletSigns = (what: string, action: string): GatewayError =>
  new GatewayError(
    "invalid_status",
    `Cannot ${what} the dispute: a wallet must sign. Request ${action} with POST ` +
      "/v1/payment-intents/:id/unsigned-transactions.",
  );

/**
 * Withdraws a dispute; returns the job that does so on chain, or null where that is not needed.
 * Throws `GatewayError`: `conflict` while a resolution is at work or the dispute is on its way to the chain, `invalid_status`.
 */
export async function withdrawDispute(
  context: GatewayContext,
  transaction: Database,
  { intent, chain, dispute, time: at }: DisputeEnd,
): Promise<string | null> {
  requireOpen(dispute, "withdraw");
  if (dispute.status === "in_mediation") {
    throw new GatewayError("invalid_status", "Cannot withdraw the dispute: mediation has begun.");
  }
  await requireNoResolution(transaction, dispute, "withdraw");
  await requireRaised(transaction, dispute);
  if (!dispute.isOnChain || dispute.signature === null) {
    const end = { status: "withdrawn", outcome: null, at } as const;
    await closeDispute(context, transaction, { intent, dispute, chain: null, ...end });
    return null;
  }
  if (!hasPayerKey(chain, intent)) throw walletSigns("withdraw", "withdraw_dispute");
  const milestone = await findMilestone(transaction, intent, dispute.milestoneId);
  const discriminator = dispute.id;
  const request = { intent, milestone, action: "withdraw_dispute", discriminator } as const;
  return enqueueAction(context, transaction, request);
}

/** A decision that was asked for. */
export interface Resolution {
  jobId: string;
  /** What the payee gets, in base units before fees. */
  recipientUnits: bigint;
}

/**
 * Divides the milestone's money: by the mediator where the dispute is on chain, otherwise as both parties sign, at the milestone's
 * turn. Only the sandbox has the keys for it.
 * Throws `GatewayError`: `conflict` while another end is at work, `invalid_status`, `invalid_request`.
 */
export async function resolveDispute(
  context: GatewayContext,
  transaction: Database,
  { intent, chain, dispute, body }: DisputeEnd & { body: ResolveDisputeBody },
): Promise<Resolution> {
  requireOpen(dispute, "resolve");
  const isPayer = hasPayerKey(chain, intent);
  // On chain the sandbox's mediator decides; a division by agreement needs the payer as well.
  if (!chain.sandboxKey || (!dispute.isOnChain && !isPayer)) {
    throw walletSigns("resolve", dispute.isOnChain ? "resolve_dispute" : "settle_milestone");
  }
  const milestone = await findMilestone(transaction, intent, dispute.milestoneId);
  const share = shareOf(intent, milestone.amount!, body);
  const recipientUnits = share.toString();
  await requireNoResolution(transaction, dispute, "resolve", recipientUnits);
  await requireNotOnTheWay(transaction, milestone, ["payment", "refund"]);
  const request = { intent, milestone, discriminator: dispute.id };
  if (!dispute.isOnChain) {
    const early = await notItsTurn(transaction, milestone);
    if (early) throw new GatewayError("invalid_status", `Cannot resolve the dispute: ${early}`);
    const details = { recipientUnits };
    const settlement = { ...request, action: "settle_milestone", details } as const;
    const jobId = await enqueueAction(context, transaction, settlement);
    return { jobId, recipientUnits: share };
  }
  await enqueueAction(context, transaction, {
    ...request,
    action: "request_mediation",
    details: { role: isPayer ? "payer" : "payee" },
  });
  const jobId = await enqueueAction(context, transaction, {
    ...request,
    action: "resolve_dispute",
    details: { recipientUnits },
  });
  return { jobId, recipientUnits: share };
}

/**
 * Refuses a withdrawal of what is not on chain yet: the dispute would arrive there afterwards.
 * Throws `GatewayError` (`conflict`).
 */
async function requireRaised(
  transaction: Database,
  { milestoneId: id, intentId }: Dispute,
): Promise<void> {
  const jobs = await jobsOnTheWay(transaction, { id, intentId });
  if (!jobs.some(({ kind }) => kind === "dispute_milestone")) return;
  const why = "Cannot withdraw the dispute: it is on its way to the chain.";
  throw new GatewayError("conflict", why);
}

const RESOLUTIONS = ["settle_milestone", "request_mediation", "resolve_dispute"];

/**
 * Refuses an end of the dispute while another one is at work. The same resolution again is the one at work.
 * Throws `GatewayError` (`conflict`).
 */
async function requireNoResolution(
  transaction: Database,
  { milestoneId: id, intentId }: Dispute,
  what: "withdraw" | "resolve",
  recipientUnits?: string,
): Promise<void> {
  const refuse = (why: string): GatewayError =>
    new GatewayError("conflict", `Cannot ${what} the dispute: ${why} is on its way.`);
  const jobs = await jobsOnTheWay(transaction, { id, intentId });
  if (what === "resolve" && jobs.some(({ kind }) => kind === "withdraw_dispute")) {
    throw refuse("its withdrawal");
  }
  const resolutions = jobs.filter(({ kind }) => RESOLUTIONS.includes(kind));
  const isSame = ({ kind, payload }: OpenJob): boolean =>
    kind === "request_mediation" || payload.recipientUnits === recipientUnits;
  if (what === "resolve" && resolutions.every(isSame)) return;
  if (resolutions.length > 0) throw refuse(what === "resolve" ? "another decision" : "a decision");
}

/**
 * Returns what the payee gets, in base units before fees.
 * Throws `GatewayError` (`invalid_request`) for more than the amount, and for an outcome that means something else.
 */
export function shareOf(
  { decimals }: Pick<Intent, "decimals">,
  amount: bigint,
  { outcome, recipientAmount }: ResolveDisputeBody,
): bigint {
  if (recipientAmount === undefined) {
    if (outcome === "MERCHANT_WON") return amount;
    if (outcome === "BUYER_WON") return 0n;
    throw new GatewayError(
      "invalid_request",
      "recipientAmount: required for PARTIAL_REFUND, and missing",
      { param: "recipientAmount" },
    );
  }
  const share = /^0+(\.0+)?$/.test(recipientAmount)
    ? 0n
    : parseAmount(recipientAmount, decimals, "recipientAmount");
  const isAgreeing =
    outcome === undefined ||
    outcome === "PARTIAL_REFUND" ||
    share === (outcome === "MERCHANT_WON" ? amount : 0n);
  if (share <= amount && isAgreeing) return share;
  throw new GatewayError(
    "invalid_request",
    "recipientAmount: expected at most the milestone's amount, and one that agrees with the outcome",
    { param: "recipientAmount" },
  );
}
