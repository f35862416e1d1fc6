/** Shapes of freight tokens. */
import { type Static, Type } from "@sinclair/typebox";
import { IdParam, orNull } from "../server/page";
import { Amount, CurrencyName } from "../wire";
import { TOKEN_STATUSES } from "./store";

export const TokenParams = Type.Object({ token_id: IdParam });

export const TokenizeShipment = Type.Object(
  { face_value: Amount, currency: Type.Optional(CurrencyName) },
  { additionalProperties: false },
);
export type TokenizeShipment = Static<typeof TokenizeShipment>;

export const FreightTokenSchema = Type.Object({
  id: Type.Integer(),
  shipment_id: Type.Integer(),
  face_value: Type.Number(),
  face_value_decimal: Type.String(),
  currency: Type.String(),
  status: Type.Union(TOKEN_STATUSES.map((status) => Type.Literal(status))),
  token_address: orNull(Type.String()),
  risk_score: orNull(Type.Number()),
  risk_category: orNull(Type.String()),
  recommended_action: orNull(Type.String()),
  created_at: Type.String(),
  updated_at: Type.String(),
});
export type FreightTokenView = Static<typeof FreightTokenSchema>;
