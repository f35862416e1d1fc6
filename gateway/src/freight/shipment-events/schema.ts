/** Shapes of shipment events and of their webhook. */
import { type Static, Type } from "@sinclair/typebox";
import { IdParam, orNull } from "../server/page";
import { Time } from "../wire";

const EventName = Type.String({
  maxLength: 50,
  description:
    "CREATED, PICKUP_CONFIRMED, IN_TRANSIT, AT_TERMINAL, DELIVERY_ATTEMPTED, POD_CONFIRMED or CLAIM_WINDOW_CLOSED.",
});

export const CreateEvent = Type.Object(
  {
    event_type: EventName,
    occurred_at: Type.Optional(orNull(Time)),
    metadata: Type.Optional(orNull(Type.String({ maxLength: 500 }))),
  },
  { additionalProperties: false },
);
export type CreateEvent = Static<typeof CreateEvent>;

export const ShipmentEventSchema = Type.Object({
  id: Type.Integer(),
  shipment_id: Type.Integer(),
  event_type: Type.String(),
  occurred_at: Type.String(),
  metadata: orNull(Type.String()),
  recorded_at: Type.String(),
  webhook_sent: Type.Integer({ description: "1 once ChainPay has taken the event, 0 before." }),
  webhook_sent_at: orNull(Type.String()),
});
export type ShipmentEventView = Static<typeof ShipmentEventSchema>;

export const Webhook = Type.Object(
  {
    shipment_id: IdParam,
    event_type: EventName,
    occurred_at: Time,
    event_id: Type.Optional(
      orNull({
        ...IdParam,
        description:
          "Id of ChainFreight's event. Default: the shipment's first event of this type.",
      }),
    ),
  },
  { additionalProperties: false },
);
export type Webhook = Static<typeof Webhook>;

export const WebhookAnswer = Type.Object({
  shipment_id: Type.Integer(),
  event_type: Type.String(),
  processed_at: Type.String(),
  milestone_settlements_created: Type.Integer(),
  message: Type.String(),
});
