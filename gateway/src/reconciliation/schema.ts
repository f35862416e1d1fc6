/** Shapes of reconciliations. */
import { type Static, Type } from "@sinclair/typebox";
import { AMOUNT_PATTERN } from "../money/amount";

const Amount = (description: string) => Type.Union([Type.String({ description }), Type.Null()]);

/** A sum that differs. */
export const ReconciliationDifference = Type.Object({
  policy: Type.String({ description: "Address of the policy on chain." }),
  objectId: Type.String({ description: "Intent, project or schedule item that it belongs to." }),
  part: Type.Integer({ description: "Number of the policy within the object, from 0." }),
  field: Type.Union(
    (["funded", "paid", "refunded", "outstanding", "account"] as const).map((field) =>
      Type.Literal(field),
    ),
    { description: "Sum that differs; `account` where the policy is gone with money in it." },
  ),
  ledger: Amount(`Sum of this gateway's records, such as 300.00 (${AMOUNT_PATTERN}).`),
  chain: Amount("Sum on chain; null where the chain has none."),
  found: Type.Integer({ description: "Unix seconds." }),
});

/** A comparison of every policy with the ledger. */
export const Reconciliation = Type.Object({
  id: Type.String(),
  object: Type.Literal("reconciliation"),
  mode: Type.Union([Type.Literal("test"), Type.Literal("live")]),
  status: Type.Union(
    (["running", "matched", "different", "failed"] as const).map((status) => Type.Literal(status)),
  ),
  trigger: Type.Union(
    (["daily", "api", "command"] as const).map((trigger) => Type.Literal(trigger)),
  ),
  policies: Type.Union([Type.Integer(), Type.Null()], {
    description: "Number of policies that were compared; null for a run over every account.",
  }),
  differences: Type.Array(ReconciliationDifference, {
    description: "The account's first 100 differences. Nothing is repaired automatically.",
  }),
  error: Type.Union([Type.String(), Type.Null()]),
  created: Type.Integer({ description: "Unix seconds." }),
  finished: Type.Union([Type.Integer(), Type.Null()]),
});

export type Reconciliation = Static<typeof Reconciliation>;
