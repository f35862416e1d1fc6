/** Shows a reconciliation to one account. */
import { formatAmount, MAX_DECIMALS } from "../money/amount";
import { toSeconds } from "../time/seconds";
import type { Reconciliation } from "./schema";
import type { DifferenceRow, ReconciliationRow } from "./store";

/** Most differences in one object. */
export const SHOWN_DIFFERENCES = 100;

/** Returns the run with the account's own differences. */
export function showReconciliation(
  row: ReconciliationRow,
  differences: readonly DifferenceRow[],
): Reconciliation {
  return {
    id: row.id,
    object: "reconciliation",
    mode: row.mode,
    status: statusOf(row, differences),
    trigger: row.trigger,
    policies: row.account_id === null ? null : row.policies,
    differences: differences.map(showDifference),
    error: row.error,
    created: toSeconds(row.created_at),
    finished: toSeconds(row.finished_at),
  };
}

function statusOf(
  { state }: ReconciliationRow,
  differences: readonly DifferenceRow[],
): Reconciliation["status"] {
  if (differences.length > 0) return "different";
  return state === "done" ? "matched" : state;
}

function showDifference(row: DifferenceRow): Reconciliation["differences"][number] {
  const amount = (units: string | null) =>
    units === null ? null : formatAmount(BigInt(units), MAX_DECIMALS);
  return {
    policy: row.policy,
    objectId: row.object_id,
    part: row.part,
    field: row.field,
    ledger: amount(row.ledger),
    chain: amount(row.chain),
    found: toSeconds(row.found_at),
  };
}
