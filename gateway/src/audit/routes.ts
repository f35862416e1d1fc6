/** `/v1/audit-log`. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import { callerOf } from "../http/authenticate";
import type { Routes } from "../http/app";
import { listQuery, listOf, pageOf, toList } from "../http/list";
import { ID_PREFIXES } from "../ids/ids";
import { AuditEntry, AuditFilter } from "./schema";
import { listEntries, showEntry } from "./store";

/** Route of the audit log. */
export const auditRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    "/audit-log",
    {
      config: { scope: "audit:read" },
      schema: {
        operationId: "listAuditEntries",
        tags: ["Audit log"],
        summary: "List who changed what, newest first",
        description: "An entry is written in the transaction of its change, and never changes.",
        querystring: Type.Object(
          { ...listQuery("audit"), ...AuditFilter },
          { additionalProperties: false },
        ),
        response: { 200: listOf(AuditEntry) },
      },
    },
    async (request) => {
      const page = pageOf(request.query, ID_PREFIXES.audit);
      const rows = await listEntries(context.database, callerOf(request), request.query, page);
      return toList(rows, page, showEntry);
    },
  );
  return Promise.resolve();
};
