/** `/shipments/:shipment_id/events` of ChainFreight. */
import { Type } from "@sinclair/typebox";
import type { GatewayContext } from "../../context";
import type { App } from "../../http/app";
import { callerOf } from "../../http/authenticate";
import { readChainTime } from "../../http/chain-time";
import { write } from "../../http/write";
import { listUnder, pageOf, PageQuery } from "../server/page";
import { ShipmentParams } from "../shipments/schema";
import { findShipment } from "../shipments/service";
import { tryDelivery } from "./deliver";
import { CreateEvent, ShipmentEventSchema } from "./schema";
import { recordEvent, showEvent } from "./service";
import { listEvents, readEvent } from "./store";

const tags = ["Events"];

/** Adds the routes of shipment events. */
export function addShipmentEvents(app: App, context: GatewayContext): void {
  const readTime = readChainTime(context);
  app.post(
    "/shipments/:shipment_id/events",
    {
      config: { scope: "freight:write" },
      schema: {
        operationId: "createShipmentEvent",
        tags,
        summary: "Record an event of a shipment, and tell ChainPay",
        params: ShipmentParams,
        body: CreateEvent,
        response: { 201: ShipmentEventSchema },
      },
    },
    write(
      context,
      async (transaction, request, caller, time: bigint | null) => {
        const { shipment_id } = request.params as { shipment_id: number };
        const input = { shipmentId: BigInt(shipment_id), body: request.body as CreateEvent, time };
        const { id } = await recordEvent(context, transaction, caller, input);
        const finish = async () => {
          // What fails now is repeated until ChainPay has it.
          await tryDelivery(context, caller, { id, attempts: 0 });
          const event = await readEvent(context.database, caller, id);
          return { status: 201, body: showEvent(event!) } as const;
        };
        return { finish };
      },
      async (request, caller) => {
        const { occurred_at } = request.body as CreateEvent;
        return typeof occurred_at === "string" ? readTime(request, caller) : null;
      },
    ),
  );
  app.get(
    "/shipments/:shipment_id/events",
    {
      config: { scope: "freight:read" },
      schema: {
        operationId: "listShipmentEvents",
        tags,
        summary: "List a shipment's events, newest first",
        params: ShipmentParams,
        querystring: Type.Object(
          { ...PageQuery, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })) },
          { additionalProperties: false },
        ),
        response: { 200: listUnder("events", ShipmentEventSchema) },
      },
    },
    async (request) => {
      const owner = callerOf(request);
      const shipmentId = BigInt(request.params.shipment_id);
      await findShipment(context.database, owner, shipmentId);
      const page = { ...pageOf(request.query, 50), shipmentId };
      const found = await listEvents(context.database, owner, page);
      return { total: found.total, events: found.events.map(showEvent) };
    },
  );
}
