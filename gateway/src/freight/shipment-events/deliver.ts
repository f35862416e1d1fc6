/** Delivers events from ChainFreight to ChainPay: once each, in one transaction with what ChainPay makes of them. */
import { chainOf, type GatewayContext } from "../../context";
import { textOf } from "../../outbox/failure";
import type { Owner } from "../owner";
import { receiveEvent } from "../settlements/receive-event";
import { dueWebhooks, lockUnsent, markSent, postponeWebhook } from "./store";

/** Events per look at the queue. */
const BATCH = 50;
/** Longest delay between two attempts, in seconds. */
const LONGEST_SECONDS = 60;

/** Delivers one event. Throws what fails; the event is due again then. */
export async function deliverEvent(
  context: GatewayContext,
  owner: Owner,
  id: bigint,
): Promise<void> {
  // Outside the transaction: it asks the chain.
  const time = await chainOf(context, owner.mode).time();
  await context.database.transaction(async (transaction) => {
    const event = await lockUnsent(transaction, owner, id);
    if (!event) return;
    await receiveEvent(context, transaction, {
      owner,
      shipmentId: event.shipmentId,
      event,
      time,
    });
    await markSent(transaction, owner, { id, now: context.now() });
  });
  context.outbox.wake();
}

/** Delivers the events that are due; a failure postpones its event. Never rejects. */
export async function deliverDue(context: GatewayContext): Promise<void> {
  const { database, chains, log } = context;
  try {
    const modes = (["test", "live"] as const).filter((mode) => chains[mode]);
    for (const { owner, id, attempts } of await dueWebhooks(database, modes, BATCH)) {
      await tryDelivery(context, owner, { id, attempts });
    }
  } catch (error) {
    log.warn({ err: error }, "freight: webhooks were not delivered");
  }
}

/** Delivers one event, or postpones it. Never rejects for a failed delivery. */
export async function tryDelivery(
  context: GatewayContext,
  owner: Owner,
  { id, attempts }: { id: bigint; attempts: number },
): Promise<void> {
  try {
    await deliverEvent(context, owner, id);
  } catch (error) {
    context.log.warn({ err: error, event: Number(id) }, "freight: webhook to be repeated");
    const seconds = Math.min(2 ** attempts, LONGEST_SECONDS);
    await postponeWebhook(context.database, owner, { id, seconds, error: textOf(error) });
  }
}
