/** Tokenizes shipments. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../../context";
import { GatewayError } from "../../errors/gateway-error";
import { nextId, notFound, type Owner } from "../owner";
import { readShipment } from "../shipments/store";
import { showTime, toDecimal, toNumber, toUnits } from "../wire";
import type { FreightTokenView, TokenizeShipment } from "./schema";
import type { Risk } from "./scorer";
import { type FreightToken, insertToken, readToken, readTokenOf } from "./store";

/**
 * Creates the shipment's token.
 * Throws `GatewayError`: `resource_missing`, and `invalid_request` for a second token.
 */
export async function tokenizeShipment(
  { now }: GatewayContext,
  transaction: Database,
  owner: Owner,
  { shipmentId, body, risk }: { shipmentId: bigint; body: TokenizeShipment; risk: Risk },
): Promise<FreightToken> {
  // Two requests for one shipment come one after the other.
  const shipment = await readShipment(transaction, owner, shipmentId, { isLocked: true });
  if (!shipment) throw notFound("Shipment");
  if (await readTokenOf(transaction, owner, shipmentId)) {
    throw new GatewayError(
      "invalid_request",
      `Freight token already exists for shipment ${shipmentId}`,
    );
  }
  const at = now();
  const token: FreightToken = {
    id: await nextId(transaction, owner, "token"),
    shipmentId,
    faceValue: toUnits(body.face_value, "face_value"),
    currency: body.currency ?? "USD",
    status: "created",
    riskScore: risk.score,
    riskCategory: risk.category,
    recommendedAction: risk.action,
    createdAt: at,
    updatedAt: at,
  };
  await insertToken(transaction, owner, token);
  return token;
}

/** Returns the owner's token. Throws `GatewayError` (`resource_missing`). */
export async function findToken(
  database: Database,
  owner: Owner,
  id: bigint,
): Promise<FreightToken> {
  const found = await readToken(database, owner, id);
  if (!found) throw notFound("Freight token");
  return found;
}

/** Returns the shipment's token. Throws `GatewayError` (`resource_missing`). */
export async function findTokenOf(
  database: Database,
  owner: Owner,
  shipmentId: bigint,
): Promise<FreightToken> {
  if (!(await readShipment(database, owner, shipmentId))) throw notFound("Shipment");
  const found = await readTokenOf(database, owner, shipmentId);
  if (!found) throw new GatewayError("resource_missing", "No freight token for this shipment");
  return found;
}

/** Returns a token as answers have it. */
export function showToken(token: FreightToken): FreightTokenView {
  return {
    id: Number(token.id),
    shipment_id: Number(token.shipmentId),
    face_value: toNumber(token.faceValue),
    face_value_decimal: toDecimal(token.faceValue),
    currency: token.currency,
    status: token.status,
    token_address: null,
    risk_score: token.riskScore,
    risk_category: token.riskCategory,
    recommended_action: token.recommendedAction,
    created_at: showTime(token.createdAt),
    updated_at: showTime(token.updatedAt),
  };
}
