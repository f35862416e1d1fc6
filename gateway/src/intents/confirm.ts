/** The payer's confirmation in the sandbox: any signature and payer are taken, and the sandbox's keys sign on chain. */
import type { Database } from "@milepost/database";
import type { ChainRuntime } from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { changeStatus } from "./change-status";
import type { Intent } from "./intent";
import type { IntentStatus } from "./intent-status";
import { enqueueFunding, fixSchedule, plannedAmounts } from "./lock-schedule";
import { requireNothingOnItsWay } from "./on-its-way";
import { listParts } from "./parts-store";
import { withPhase } from "./phases";
import type { ConfirmBody } from "./schema";
import { readIntent, updateIntent } from "./store";

/** Input of `confirmInSandbox`. */
export interface Confirmation {
  intent: Intent;
  chain: ChainRuntime;
  body: ConfirmBody;
  /** The chain's time in Unix seconds. */
  time: bigint;
}

/** States in which nothing is paid. */
const CONFIRMABLE: readonly IntentStatus[] = ["INITIATED", "REQUIRES_SIGNATURE"];

/** The sandbox's keys sign here, so nothing that a wallet signed can be meant for it. */
function requireSandboxBody({ transaction }: ConfirmBody): void {
  if (transaction === undefined) return;
  throw new GatewayError(
    "invalid_request",
    "transaction: not accepted in test mode, where the sandbox's keys sign. Leave it out, or use a live key.",
    { param: "transaction" },
  );
}

/** Returns the refusal of a confirmation that comes too late. */
export const cannotConfirm = ({ status }: Intent): GatewayError =>
  new GatewayError(
    "invalid_state_transition",
    `Cannot confirm payment intent in status: ${status}`,
  );

const isRepeated = ({ confirmedAt, signature, payerAddress }: Intent, body: ConfirmBody): boolean =>
  confirmedAt !== null &&
  signature === (body.signature ?? null) &&
  payerAddress === (body.payerAddress ?? null);

/**
 * Confirms an intent: PROCESSING, and its funding begins, at once or as soon as the milestones add up. The same confirmation
 * again changes nothing, or begins the funding again after a failure.
 * Throws `GatewayError`: `invalid_state_transition`, `conflict` while a wallet's transaction may land, `invalid_request` for a
 * signed transaction.
 */
export async function confirmInSandbox(
  context: GatewayContext,
  transaction: Database,
  { intent, chain, body, time }: Confirmation,
): Promise<Intent> {
  if (!chain.sandboxKey) throw new Error("a live intent is confirmed by its payer's wallet");
  requireSandboxBody(body);
  // Partly landed is PROCESSING with a problem: the rest is funded again.
  const isStuck = intent.status === "PROCESSING" && intent.problem !== null;
  if (intent.status === "REQUIRES_ACTION" || isStuck) {
    return fundAgain(context, transaction, chain, intent);
  }
  if (isRepeated(intent, body) && intent.status !== "CANCELED") return intent;
  if (!CONFIRMABLE.includes(intent.status)) throw cannotConfirm(intent);
  // A wallet may have asked for a transaction on the checkout page.
  requireNothingOnItsWay(await listParts(transaction, intent.id));
  const { amounts } = await plannedAmounts(transaction, intent);
  const confirmed = await changeStatus(context, transaction, {
    intent,
    to: "PROCESSING",
    change: {
      signature: body.signature ?? body.transactionHash ?? null,
      payerAddress: body.payerAddress ?? null,
      payer: chain.sandboxKey(intent.accountId, "payer").publicKey.toBase58(),
      confirmedBy: "sandbox",
      confirmedAt: context.now(),
      phases: withPhase(intent.phases, "SIGNATURE_VERIFICATION", "COMPLETED", Number(time)),
      nextAction: amounts ? null : "create_milestones",
    },
  });
  return amounts
    ? lockAndFund(context, transaction, { intent: confirmed, chain, time })
    : confirmed;
}

/** Fixes a confirmed intent's schedule and begins its funding. Throws `GatewayError` (`schedule_incomplete`). */
export async function lockAndFund(
  context: GatewayContext,
  transaction: Database,
  { intent, chain, time }: Omit<Confirmation, "body">,
): Promise<Intent> {
  const fixed = await fixSchedule(context, transaction, intent);
  await enqueueFunding(context, transaction, chain, fixed);
  const at = Number(time);
  const phases = withPhase(fixed.phases, "BLOCKCHAIN_CONFIRMATION", "IN_PROGRESS", at);
  await updateIntent(transaction, fixed, { phases, nextAction: null }, context.now());
  return (await readIntent(transaction, intent.id))!;
}

/** Begins the funding again after a transaction that could never land. */
async function fundAgain(
  context: GatewayContext,
  transaction: Database,
  chain: ChainRuntime,
  intent: Intent,
): Promise<Intent> {
  if (intent.parts.every(({ state }) => state !== "planned")) return intent;
  const attempt = intent.attempt + 1;
  const change = { attempt, problem: null, nextAction: null };
  const retried =
    intent.status === "PROCESSING"
      ? await updateIntent(transaction, intent, change, context.now())
      : await changeStatus(context, transaction, { intent, to: "PROCESSING", change });
  await enqueueFunding(context, transaction, chain, retried);
  return (await readIntent(transaction, intent.id))!;
}
