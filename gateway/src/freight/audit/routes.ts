/** `/audit` of ChainPay. */
import type { GatewayContext } from "../../context";
import type { App } from "../../http/app";
import { callerOf } from "../../http/authenticate";
import { IntentParams } from "../payment-intents/schema";
import { ShipmentParams } from "../shipments/schema";
import { IntentAudit, ShipmentAudit } from "./schema";
import { auditIntent, auditShipment } from "./service";

const tags = ["Audit"];

/** Adds the routes of audits. */
export function addAudits(app: App, { database }: GatewayContext): void {
  app.get(
    "/audit/shipments/:shipment_id",
    {
      config: { scope: "freight:read" },
      schema: {
        operationId: "auditShipment",
        tags,
        summary: "Show every milestone settlement of a shipment",
        params: ShipmentParams,
        response: { 200: ShipmentAudit },
      },
    },
    (request) => auditShipment(database, callerOf(request), BigInt(request.params.shipment_id)),
  );
  app.get(
    "/audit/payment_intents/:payment_id/milestones",
    {
      config: { scope: "freight:read" },
      schema: {
        operationId: "auditPaymentIntent",
        tags,
        summary: "Show every milestone settlement of a payment, with sums",
        params: IntentParams,
        response: { 200: IntentAudit },
      },
    },
    (request) => auditIntent(database, callerOf(request), BigInt(request.params.payment_id)),
  );
}
