/** Shapes of the audit log. */
import { type Static, Type } from "@sinclair/typebox";

/** One entry, as the API shows it. */
export const AuditEntry = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("audit_entry"),
    action: Type.String({
      description: "Method and path of the request, or a name such as `key.revoked`.",
      examples: ["POST /v1/api-keys"],
    }),
    objectId: Type.Union([Type.String(), Type.Null()], { description: "Id of the object." }),
    keyId: Type.String({
      description:
        "Id of the key or wallet session that made the request; `operator` for a command of the operator. `details.wallet` is the session's wallet.",
    }),
    requestId: Type.String({ description: "`Request-Id` of the answer." }),
    details: Type.Record(Type.String(), Type.Unknown()),
    created: Type.Integer({ description: "Unix seconds." }),
  },
  { title: "AuditEntry" },
);
export type AuditEntry = Static<typeof AuditEntry>;

/** Filters of the list. */
export const AuditFilter = {
  objectId: Type.Optional(
    Type.String({ maxLength: 64, description: "Only entries about this object." }),
  ),
  keyId: Type.Optional(
    Type.String({ maxLength: 64, description: "Only entries of requests with this key." }),
  ),
};
