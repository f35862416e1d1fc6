/**
 * The payer's confirmation in live mode: their own wallet signs. The gateway builds the transactions, takes them back unchanged,
 * and the sponsor signs last.
 */
import type { Database } from "@milepost/database";
import { type ChainRuntime, isAddress, policyIdKey } from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { SignedPayload } from "../signing/service";
import { isOwnWallet } from "../wallets/store";
import { changeStatus } from "./change-status";
import { cannotConfirm } from "./confirm";
import type { Intent, PartDetails } from "./intent";
import { fixSchedule } from "./lock-schedule";
import { requireNothingOnItsWay } from "./on-its-way";
import { insertPart, isFree, listParts, planPolicy } from "./parts-store";
import { withPhase } from "./phases";
import { requireConsent } from "./release-consent";
import { isGatewayRelease, planRelease } from "./release-plan";
import type { ConfirmBody } from "./schema";
import { readIntent, updateIntent } from "./store";
import type { FundPartPayload } from "./unsigned-parts";

/** States in which the money is not in yet. */
const CONFIRMABLE = ["INITIATED", "REQUIRES_SIGNATURE", "PROCESSING", "REQUIRES_ACTION"];

/** Input of `requestSignatures`. */
export interface LiveConfirmation {
  intent: Intent;
  chain: ChainRuntime;
  body: Pick<ConfirmBody, "payerAddress" | "releaseConsent">;
  /** The chain's time in Unix seconds. */
  time: bigint;
}

/**
 * Fixes the schedule and notes the payer: REQUIRES_SIGNATURE. The transactions are built after the commit.
 * Throws `GatewayError`: `invalid_request`, `invalid_state_transition`, `schedule_incomplete`, `conflict` while a transaction is
 * on its way.
 */
export async function requestSignatures(
  context: GatewayContext,
  transaction: Database,
  { intent, chain, body, time }: LiveConfirmation,
): Promise<Intent> {
  if (!CONFIRMABLE.includes(intent.status)) throw cannotConfirm(intent);
  const payer = payerOf(chain, intent, body.payerAddress);
  const parts = await listParts(transaction, intent.id);
  requireSamePayer(intent, parts, payer);
  requireNothingOnItsWay(parts);
  const released = await withOwnPayer(transaction, intent, payer);
  const consent = body.releaseConsent ?? null;
  const given = { intent: released, payer, consent };
  const releaseConsent = await requireConsent(transaction, context.publicUrl, given);
  const fixed = await fixSchedule(context, transaction, intent);
  const change = {
    payer,
    payerAddress: payer,
    releaseCondition: released.releaseCondition,
    warnings: released.warnings,
    releaseConsent,
    lockedAt: fixed.lockedAt ?? time,
    nextAction: parts.length > 0 && !parts.some(isFree) ? fixed.nextAction : "sign",
  };
  const isNew = intent.status === "INITIATED";
  if (isNew) {
    const phases = withPhase(fixed.phases, "SIGNATURE_VERIFICATION", "IN_PROGRESS", Number(time));
    const to = "REQUIRES_SIGNATURE";
    await changeStatus(context, transaction, { intent: fixed, to, change: { ...change, phases } });
  } else await updateIntent(transaction, fixed, change, context.now());
  return (await readIntent(transaction, intent.id))!;
}

function payerOf(chain: ChainRuntime, intent: Intent, payer: string | undefined): string {
  const param = "payerAddress";
  const refuse = (text: string): never => {
    throw new GatewayError("invalid_request", `${param}: ${text}`, { param });
  };
  if (payer === undefined) {
    return refuse("required in live mode, and missing. Name the wallet that pays and signs.");
  }
  if (!isAddress(payer)) {
    refuse(
      `expected the payer's wallet as a Solana address (base58, 32 bytes), received ${JSON.stringify(payer)}`,
    );
  }
  const own = [chain.sponsor, chain.signer].map(({ publicKey }) => publicKey.toBase58());
  if (own.includes(payer)) refuse("expected the payer's own wallet, received a key of the gateway");
  if (payer === intent.recipient) refuse("expected a wallet other than the payee's");
  if (payer === intent.mediator) refuse("expected a wallet other than the mediator's");
  return payer;
}

/** One wallet pays all parts: only it can sign a dispute or take money back. */
function requireSamePayer(intent: Intent, parts: readonly PartDetails[], payer: string): void {
  const isBegun = parts.some((part) => !isFree(part));
  if (!isBegun || intent.payer === payer) return;
  throw new GatewayError(
    "invalid_request",
    `payerAddress: expected ${intent.payer}, the wallet that began this payment, received ${payer}`,
    { param: "payerAddress" },
  );
}

/** An account that pays from its own wallet releases nothing by its key: the payer's approval or silence does. */
async function withOwnPayer(
  transaction: Database,
  intent: Intent,
  payer: string,
): Promise<Pick<Intent, keyof Intent>> {
  if (!isGatewayRelease(intent.releaseCondition)) return intent;
  if (!(await isOwnWallet(transaction, intent, payer))) return intent;
  const { releaseCondition } = planRelease({ ...intent, isPayeeKey: true });
  const warning =
    "The payer's wallet belongs to this account, so the payer approves, or their silence does.";
  return { ...intent, releaseCondition, warnings: [...intent.warnings, warning] };
}

/** A part's transaction with every signature. */
export interface SignedPart {
  intent: Intent;
  chain: ChainRuntime;
  payload: FundPartPayload;
  signed: SignedPayload;
  /** The chain's time in Unix seconds. */
  time: bigint;
}

/**
 * Takes a part's signed transaction: PROCESSING, and the outbox sends it. Returns the job.
 * Throws `GatewayError`: `invalid_state_transition`, `conflict` when the part is funded, on its way, or not at its turn.
 */
export async function sendSignedPart(
  context: GatewayContext,
  transaction: Database,
  { intent, chain, payload, signed, time }: SignedPart,
): Promise<string> {
  if (!CONFIRMABLE.includes(intent.status)) throw cannotConfirm(intent);
  const parts = await listParts(transaction, intent.id);
  const part = requireTurn(parts, payload.part);
  requireSamePayer(intent, parts, payload.payer);
  requireSameTerms(intent, payload);
  const { accountId, mode, id, currency } = intent;
  const jobId = await context.outbox.enqueue(transaction, {
    accountId,
    mode,
    kind: intent.releaseType === null ? "pull_payment" : "fund_part",
    subjectId: id,
    serialKey: policyIdKey(chain, payload.payer, currency),
    dedupeKey: `fund_part:${id}:${part.part}:${signed.signature}`,
    payload: { intentId: id, part: part.part, signed },
  });
  await insertPart(transaction, { ...part, jobId });
  await planPolicy(transaction, part, payload.policy);
  const isLast = !parts.some((each) => isFree(each) && each.part !== part.part);
  const sent = { intent, payer: payload.payer, signature: signed.signature, isLast, time };
  await noteSent(context, transaction, sent);
  return jobId;
}

/** Another payer may have confirmed since the bytes were built. */
function requireSameTerms({ releaseCondition }: Intent, payload: FundPartPayload): void {
  if (payload.releaseCondition === releaseCondition) return;
  throw new GatewayError(
    "conflict",
    "This transaction was built before the intent's release condition changed. Request a new one.",
  );
}

/** Returns the part when it is free and every one before it is funded or on its way: their policy ids are consecutive. */
function requireTurn(parts: readonly PartDetails[], number: number): PartDetails {
  const part = parts.find((each) => each.part === number);
  if (!part) throw new Error(`no part ${number}`);
  if (!isFree(part)) {
    throw new GatewayError(
      "conflict",
      `Part ${number} is already funded or on its way. Read the intent for its state.`,
    );
  }
  const earlier = parts.find((each) => each.part < number && isFree(each));
  if (!earlier) return part;
  throw new GatewayError(
    "conflict",
    `Part ${earlier.part} comes first: return its signed transaction before part ${number}'s.`,
  );
}

/** A transaction that pays, or has paid. */
export interface SentPayment {
  intent: Intent;
  payer: string;
  /** Of the fee payer, base58. */
  signature: string;
  /** False while other parts wait for a signature. */
  isLast: boolean;
  time: bigint;
}

/** Notes who pays: PROCESSING. */
export async function noteSent(
  context: GatewayContext,
  transaction: Database,
  { intent, payer, signature, isLast, time }: SentPayment,
): Promise<void> {
  const at = Number(time);
  const verified = withPhase(intent.phases, "SIGNATURE_VERIFICATION", "COMPLETED", at);
  const change = {
    payer,
    payerAddress: payer,
    signature: intent.signature ?? signature,
    confirmedBy: "payer",
    confirmedAt: intent.confirmedAt ?? context.now(),
    phases: withPhase(verified, "BLOCKCHAIN_CONFIRMATION", "IN_PROGRESS", at),
    nextAction: isLast ? null : "sign",
    problem: null,
  } as const;
  if (intent.status === "PROCESSING") {
    await updateIntent(transaction, intent, change, context.now());
  } else await changeStatus(context, transaction, { intent, to: "PROCESSING", change });
}
