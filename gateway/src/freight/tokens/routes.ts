/** `/shipments/:shipment_id/tokenize`, `/shipments/:shipment_id/token` and `/tokens` of ChainFreight. */
import { Type } from "@sinclair/typebox";
import type { FastifyRequest } from "fastify";
import type { GatewayContext } from "../../context";
import type { App } from "../../http/app";
import { callerOf } from "../../http/authenticate";
import { write } from "../../http/write";
import { listUnder, pageOf, PageQuery } from "../server/page";
import { ShipmentParams } from "../shipments/schema";
import { findShipment } from "../shipments/service";
import { FreightTokenSchema, TokenizeShipment, TokenParams } from "./schema";
import { type Risk, riskOf } from "./scorer";
import { findToken, findTokenOf, showToken, tokenizeShipment } from "./service";
import { listTokens } from "./store";

const tags = ["Tokens"];

const shipmentIdOf = (params: unknown): bigint =>
  BigInt((params as { shipment_id: number }).shipment_id);

/** Adds the routes of tokens. */
export function addTokens(
  app: App,
  context: GatewayContext,
  { scorerUrl }: { scorerUrl: string | null },
): void {
  app.post(
    "/shipments/:shipment_id/tokenize",
    {
      config: { scope: "freight:write" },
      schema: {
        operationId: "tokenizeShipment",
        tags,
        summary: "Create a shipment's token, with its risk",
        params: ShipmentParams,
        body: TokenizeShipment,
        response: { 201: FreightTokenSchema },
      },
    },
    write<FastifyRequest, Risk>(
      context,
      async (transaction, request, caller, risk) => {
        const body = request.body as TokenizeShipment;
        const input = { shipmentId: shipmentIdOf(request.params), body, risk };
        const token = await tokenizeShipment(context, transaction, caller, input);
        return { status: 201, body: showToken(token) };
      },
      async (request, caller) => {
        const id = shipmentIdOf(request.params);
        const shipment = await findShipment(context.database, caller, id);
        return riskOf(shipment, { scorerUrl, log: context.log });
      },
    ),
  );
  addReads(app, context);
}

function addReads(app: App, context: GatewayContext): void {
  const { database } = context;
  app.get(
    "/shipments/:shipment_id/token",
    {
      config: { scope: "freight:read" },
      schema: {
        operationId: "getShipmentToken",
        tags,
        summary: "Retrieve a shipment's token",
        params: ShipmentParams,
        response: { 200: FreightTokenSchema },
      },
    },
    async (request) =>
      showToken(await findTokenOf(database, callerOf(request), shipmentIdOf(request.params))),
  );
  app.get(
    "/tokens",
    {
      config: { scope: "freight:read" },
      schema: {
        operationId: "listTokens",
        tags,
        summary: "List tokens by id",
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: listUnder("tokens", FreightTokenSchema) },
      },
    },
    async (request) => {
      const found = await listTokens(database, callerOf(request), pageOf(request.query));
      return { total: found.total, tokens: found.tokens.map(showToken) };
    },
  );
  app.get(
    "/tokens/:token_id",
    {
      config: { scope: "freight:read" },
      schema: {
        operationId: "getToken",
        tags,
        summary: "Retrieve a token",
        params: TokenParams,
        response: { 200: FreightTokenSchema },
      },
    },
    async (request) =>
      showToken(await findToken(database, callerOf(request), BigInt(request.params.token_id))),
  );
}
