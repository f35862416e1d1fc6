/** `/shipments` of ChainFreight. */
import { Type } from "@sinclair/typebox";
import type { GatewayContext } from "../../context";
import type { App } from "../../http/app";
import { callerOf } from "../../http/authenticate";
import { write } from "../../http/write";
import { listUnder, pageOf, PageQuery } from "../server/page";
import {
  CreateShipment,
  ShipmentParams,
  ShipmentSchema,
  ShipmentStatusSchema,
  UpdateShipment,
} from "./schema";
import { createShipment, findShipment, showShipment, updateShipment } from "./service";
import { listShipments } from "./store";

const tags = ["Shipments"];

/** Adds the routes of shipments. */
export function addShipments(app: App, context: GatewayContext): void {
  app.post(
    "/shipments",
    {
      config: { scope: "freight:write" },
      schema: {
        operationId: "createShipment",
        tags,
        summary: "Create a shipment",
        body: CreateShipment,
        response: { 201: ShipmentSchema },
      },
    },
    write(context, async (transaction, request, caller) => {
      const body = request.body as CreateShipment;
      const shipment = await createShipment(context, transaction, caller, body);
      return { status: 201, body: showShipment(shipment) };
    }),
  );
  app.put(
    "/shipments/:shipment_id",
    {
      config: { scope: "freight:write" },
      schema: {
        operationId: "updateShipment",
        tags,
        summary: "Change a shipment's fields",
        params: ShipmentParams,
        body: UpdateShipment,
        response: { 200: ShipmentSchema },
      },
    },
    write(context, async (transaction, request, caller) => {
      const { shipment_id } = request.params as { shipment_id: number };
      const body = request.body as UpdateShipment;
      const id = BigInt(shipment_id);
      const shipment = await updateShipment(context, transaction, caller, { id, body });
      return { status: 200, body: showShipment(shipment) };
    }),
  );
  addReads(app, context);
}

function addReads(app: App, context: GatewayContext): void {
  app.get(
    "/shipments",
    {
      config: { scope: "freight:read" },
      schema: {
        operationId: "listShipments",
        tags,
        summary: "List shipments by id",
        querystring: Type.Object(
          { ...PageQuery, status: Type.Optional(ShipmentStatusSchema) },
          { additionalProperties: false },
        ),
        response: { 200: listUnder("shipments", ShipmentSchema) },
      },
    },
    async (request) => {
      const page = { ...pageOf(request.query), status: request.query.status ?? null };
      const found = await listShipments(context.database, callerOf(request), page);
      return { total: found.total, shipments: found.shipments.map(showShipment) };
    },
  );
  app.get(
    "/shipments/:shipment_id",
    {
      config: { scope: "freight:read" },
      schema: {
        operationId: "getShipment",
        tags,
        summary: "Retrieve a shipment",
        params: ShipmentParams,
        response: { 200: ShipmentSchema },
      },
    },
    async (request) => {
      const id = BigInt(request.params.shipment_id);
      return showShipment(await findShipment(context.database, callerOf(request), id));
    },
  );
}
