/** `/webhooks/shipment_event` and `/payment_intents/:payment_id/history` of ChainPay. */
import type { Database } from "@milepost/database";
import { Type } from "@sinclair/typebox";
import type { GatewayContext } from "../../context";
import { GatewayError } from "../../errors/gateway-error";
import type { App } from "../../http/app";
import { callerOf } from "../../http/authenticate";
import { readChainTime } from "../../http/chain-time";
import { write } from "../../http/write";
import { type EventType, parseEventType } from "../event-types";
import { notFound, type Owner } from "../owner";
import { listLogs } from "../payment-intents/logs";
import { IntentParams } from "../payment-intents/schema";
import { findIntent } from "../payment-intents/service";
import { listItems } from "../schedules/store";
import { Webhook, WebhookAnswer } from "../shipment-events/schema";
import { readEvent, readFirstEvent, type ShipmentEvent } from "../shipment-events/store";
import { readShipment } from "../shipments/store";
import { parsePastTime, showTime } from "../wire";
import { receiveEvent, type Received } from "./receive-event";
import { SettlementSchema, showSettlement } from "./show";
import { listSettlements } from "./store";

/** Adds the routes of settlements. */
export function addSettlements(app: App, context: GatewayContext): void {
  addWebhook(app, context);
  addHistory(app, context);
}

/** Returns the text of spec 004: of a repetition, that nothing new came of it. */
function messageOf({ created, repeated }: Received): string {
  return created === 0 && repeated > 0
    ? "milestone already exists (idempotent)"
    : `Processed shipment event: ${created} milestone settlement(s) created/updated`;
}

/** Returns the event of ChainFreight that the body tells: only what was recorded pays. Throws `GatewayError`. */
async function recordedEvent(
  transaction: Database,
  owner: Owner,
  { shipmentId, eventType, body }: { shipmentId: bigint; eventType: EventType; body: Webhook },
): Promise<ShipmentEvent> {
  const { event_id: id } = body;
  const event =
    id === undefined || id === null
      ? await readFirstEvent(transaction, owner, { shipmentId, eventType })
      : await readEvent(transaction, owner, BigInt(id));
  if (event?.shipmentId !== shipmentId) throw notFound("Shipment event");
  if (event.eventType === eventType) return event;
  throw new GatewayError(
    "invalid_request",
    `event_type: expected ${event.eventType}, that of event ${id}, received ${eventType}`,
    { param: "event_type" },
  );
}

function addWebhook(app: App, context: GatewayContext): void {
  app.post(
    "/webhooks/shipment_event",
    {
      config: { scope: "freight:write" },
      schema: {
        operationId: "receiveShipmentEvent",
        tags: ["Webhooks"],
        summary: "Take an event of a shipment; a repetition changes nothing",
        body: Webhook,
        response: { 200: WebhookAnswer },
      },
    },
    write(
      context,
      async (transaction, request, caller, time: bigint) => {
        const body = request.body as Webhook;
        const shipmentId = BigInt(body.shipment_id);
        const eventType = parseEventType(body.event_type, "event_type");
        if (!(await readShipment(transaction, caller, shipmentId))) throw notFound("Shipment");
        const occurredAt = parsePastTime(body.occurred_at, "occurred_at", time);
        const { id } = await recordedEvent(transaction, caller, { shipmentId, eventType, body });
        const received = await receiveEvent(context, transaction, {
          owner: caller,
          shipmentId,
          event: { eventType, occurredAt, id },
          time,
        });
        return {
          status: 200,
          body: {
            shipment_id: body.shipment_id,
            event_type: eventType,
            processed_at: showTime(context.now()),
            milestone_settlements_created: received.created,
            message: messageOf(received),
          },
        };
      },
      readChainTime(context),
    ),
  );
}

const History = Type.Object({
  payment_intent_id: Type.Integer(),
  total: Type.Integer(),
  milestone_settlements: Type.Array(SettlementSchema),
  total_actions: Type.Integer(),
  logs: Type.Array(
    Type.Object({
      id: Type.Integer(),
      payment_intent_id: Type.Integer(),
      action: Type.String(),
      reason: Type.Union([Type.String(), Type.Null()]),
      triggered_by: Type.String(),
      created_at: Type.String(),
    }),
  ),
});

function addHistory(app: App, context: GatewayContext): void {
  const { database } = context;
  app.get(
    "/payment_intents/:payment_id/history",
    {
      config: { scope: "freight:read" },
      schema: {
        operationId: "getPaymentHistory",
        tags: ["Payment intents"],
        summary: "List a payment's milestone settlements and what was decided about it",
        params: IntentParams,
        response: { 200: History },
      },
    },
    async (request) => {
      const owner = callerOf(request);
      const id = BigInt(request.params.payment_id);
      await findIntent(database, owner, id);
      const items = await listItems(database, owner, id);
      const settlements = await listSettlements(database, owner, id);
      const logs = await listLogs(database, owner, id);
      return {
        payment_intent_id: Number(id),
        total: settlements.length,
        milestone_settlements: settlements.map((each) =>
          showSettlement(
            each,
            items.find((item) => item.id === each.itemId)!,
          ),
        ),
        total_actions: logs.length,
        logs: logs.map((entry) => ({
          id: Number(entry.id),
          payment_intent_id: Number(id),
          action: entry.action,
          reason: entry.reason,
          triggered_by: entry.triggeredBy,
          created_at: showTime(entry.createdAt),
        })),
      };
    },
  );
}
