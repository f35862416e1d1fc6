/** Creates a payment in three milestones, and completes them, for the page's demonstration. */
import type { Database } from "@milepost/database";
import { recordAudit } from "../audit/record";
import type { Caller } from "../caller/caller";
import { chainOf, type GatewayContext } from "../context";
import type { Answer } from "../http/write";
import { createIntent } from "../intents/create";
import { findIntentToChange } from "../intents/find-intent";
import type { Intent } from "../intents/intent";
import type { CreateIntentBody } from "../intents/schema";
import { answerAfter } from "../milestones/answer";
import { completeMilestone } from "../milestones/complete";
import { createMilestone } from "../milestones/create";

const PAYMENT: CreateIntentBody = {
  amount: "1000.00",
  currency: "USDC",
  type: "DELIVERY_VS_PAYMENT",
  settlementMethod: "ON_CHAIN",
  settlementDestination: "payee",
  description: "Website for Brook & Sons",
  releaseType: "MILESTONE_LOCKED",
  autoRelease: true,
};

const MILESTONES: readonly (readonly [amount: string, description: string])[] = [
  ["300.00", "Design"],
  ["500.00", "Pages"],
  ["200.00", "Launch"],
];

/** Creates the payment with its milestones. Throws the chain's errors. */
export async function createDemoIntent(
  context: GatewayContext,
  caller: Caller,
  requestId: string,
): Promise<Intent> {
  const chain = chainOf(context, caller.mode);
  const time = await chain.time();
  return context.database.transaction(async (transaction: Database) => {
    const created = { caller, chain, body: PAYMENT, time };
    const intent = await createIntent(context, transaction, created);
    for (const [milestoneIndex, [amount, description]] of MILESTONES.entries()) {
      const body = { milestoneIndex, amount, description };
      await createMilestone(context, transaction, { intent, chain, body, time });
    }
    const entry = { action: "demo.intent", objectId: intent.id, requestId };
    await recordAudit(transaction, caller, entry, context.now());
    return intent;
  });
}

/** Completes a milestone of the sandbox's account as its API key does. Throws what `completeMilestone` throws. */
export async function completeDemoMilestone(
  context: GatewayContext,
  caller: Caller,
  { id, milestoneId, requestId }: { id: string; milestoneId: string; requestId: string },
): Promise<Answer> {
  const chain = chainOf(context, caller.mode);
  const time = await chain.time();
  const { milestone, jobId } = await context.database.transaction(async (transaction) => {
    const intent = await findIntentToChange(transaction, caller, id);
    const body = { completedBy: "Brook & Sons" };
    const completion = { caller, chain, intent, milestoneId, body, time };
    const entry = { action: "demo.complete", objectId: id, requestId };
    await recordAudit(transaction, caller, entry, context.now());
    return completeMilestone(context, transaction, completion);
  });
  context.outbox.wake();
  return answerAfter(context, milestone, jobId, "complete");
}
