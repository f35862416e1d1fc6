/** Shapes of shipments. */
import { type Static, Type } from "@sinclair/typebox";
import { SHIPMENT_STATUSES } from "../event-types";
import { IdParam, orNull } from "../server/page";
import { Amount, Time } from "../wire";

const Name = Type.String({ minLength: 1, maxLength: 255 });

export const ShipmentStatusSchema = Type.Union(
  SHIPMENT_STATUSES.map((status) => Type.Literal(status)),
);

const RiskScore = Type.Number({
  minimum: 0,
  maximum: 1,
  description: "Risk that the shipper states, 0 to 1. Default: the scorer's, otherwise 0.45.",
});

export const ShipmentParams = Type.Object({ shipment_id: IdParam });

export const CreateShipment = Type.Object(
  {
    shipper_name: Name,
    origin: Name,
    destination: Name,
    cargo_value: Type.Optional(orNull(Amount)),
    pickup_date: Type.Optional(orNull(Time)),
    planned_delivery_date: Type.Optional(orNull(Time)),
    pickup_eta: Type.Optional(orNull(Time)),
    delivery_eta: Type.Optional(orNull(Time)),
    risk_score: Type.Optional(orNull(RiskScore)),
  },
  { additionalProperties: false },
);
export type CreateShipment = Static<typeof CreateShipment>;

export const UpdateShipment = Type.Object(
  {
    shipper_name: Type.Optional(Name),
    status: Type.Optional(ShipmentStatusSchema),
    actual_delivery_date: Type.Optional(orNull(Time)),
    risk_score: Type.Optional(orNull(RiskScore)),
  },
  { additionalProperties: false },
);
export type UpdateShipment = Static<typeof UpdateShipment>;

export const ShipmentSchema = Type.Object({
  id: Type.Integer(),
  shipper_name: Type.String(),
  origin: Type.String(),
  destination: Type.String(),
  cargo_value: orNull(Type.Number()),
  cargo_value_decimal: orNull(Type.String()),
  pickup_date: orNull(Type.String()),
  planned_delivery_date: orNull(Type.String()),
  pickup_eta: orNull(Type.String()),
  delivery_eta: orNull(Type.String()),
  actual_delivery_date: orNull(Type.String()),
  status: ShipmentStatusSchema,
  risk_score: orNull(Type.Number()),
  created_at: Type.String(),
  updated_at: Type.String(),
});
export type ShipmentView = Static<typeof ShipmentSchema>;
