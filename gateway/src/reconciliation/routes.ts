/** `/v1/reconciliations`: every policy of the account against the ledger. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import type { GatewayContext } from "../context";
import type { Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { listQuery, listOf, pageOf, toList } from "../http/list";
import { write } from "../http/write";
import { ID_PREFIXES, idPattern } from "../ids/ids";
import { Reconciliation } from "./schema";
import { finishRun, readReconciliation, showFor } from "./service";
import { insertReconciliation, listReconciliations } from "./store";

const config = { scope: "account:read" } as const;
const tags = ["Reconciliation"];

/** Routes of reconciliations. */
export const reconciliationRoutes: Routes = (context) => (app) => {
  addCreate(app, context);
  addReads(app, context);
  return Promise.resolve();
};

function addCreate(app: FastifyInstance, context: GatewayContext): void {
  app.post(
    "/reconciliations",
    {
      config,
      schema: {
        operationId: "createReconciliation",
        tags,
        summary: "Compare every policy of the account on chain with the ledger, now",
        description:
          "Waits up to 20 seconds. A longer run answers `running`: read it again later. A difference is written down and " +
          "sent as `reconciliation.difference_found`; nothing is repaired.",
        response: { 201: Reconciliation },
      },
    },
    write(context, async (transaction, _request, caller) => {
      const { accountId, mode } = caller;
      const run = await insertReconciliation(
        transaction,
        { mode, accountId, trigger: "api" },
        context.now(),
      );
      return {
        finish: async () => ({ status: 201, body: await finishRun(context, caller, run) }),
      };
    }),
  );
}

function addReads(instance: FastifyInstance, context: GatewayContext): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    "/reconciliations",
    {
      config,
      schema: {
        operationId: "listReconciliations",
        tags,
        summary: "List the account's reconciliations and the daily ones, newest first",
        querystring: Type.Object(listQuery("reconciliation"), { additionalProperties: false }),
        response: { 200: listOf(Reconciliation) },
      },
    },
    async (request) => {
      const page = pageOf(request.query, ID_PREFIXES.reconciliation);
      const caller = callerOf(request);
      const rows = await listReconciliations(context.database, caller, page);
      const { data, ...list } = toList(rows, page, (row) => showFor(context, caller, row));
      return { ...list, data: await Promise.all(data) };
    },
  );
  app.get(
    "/reconciliations/:id",
    {
      config,
      schema: {
        operationId: "getReconciliation",
        tags,
        summary: "Get a reconciliation",
        params: Type.Object(
          { id: Type.String({ pattern: idPattern("reconciliation") }) },
          { additionalProperties: false },
        ),
        response: { 200: Reconciliation },
      },
    },
    (request) => readReconciliation(context, callerOf(request), request.params.id),
  );
}
