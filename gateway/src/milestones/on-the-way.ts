/** Jobs on a milestone that may still land: what a second, contrary request is refused for. */
import type { Database } from "@milepost/database";
import { GatewayError } from "../errors/gateway-error";
import type { ActionPayload } from "./action-payload";
import type { MilestoneAction } from "./chain-actions";
import type { Milestone } from "./milestone";

/** A job that may still land. */
export interface OpenJob {
  id: string;
  kind: MilestoneAction;
  payload: ActionPayload;
}

/**
 * Returns the milestone's jobs that are on their way: signed, or due now. A release or submission that waits for a date or for its
 * turn is not among them; before it is signed, it looks at the order again. The intent must be locked.
 */
export async function jobsOnTheWay(
  transaction: Database,
  { id, intentId }: Pick<Milestone, "id" | "intentId">,
): Promise<OpenJob[]> {
  return transaction.query<OpenJob & Record<string, unknown>>(
    `SELECT id, kind, payload FROM milepost_gateway.chain_jobs
     WHERE subject_id = $1 AND payload->>'milestoneId' = $2
       AND (state = 'signed' OR (state = 'queued' AND (kind NOT IN ('release_milestone', 'submit_milestone') OR NOT (
         not_before IS NOT NULL OR is_waiting
         -- At work again after a wait.
         OR (lease_owner IS NOT NULL AND troubles = 0 AND refusals = 0 AND error IS NOT NULL)))))
       AND (state = 'signed' OR payload->>'due' IS NULL)
     ORDER BY sequence`,
    [intentId, id],
  );
}

const PAYMENTS: readonly MilestoneAction[] = ["release_milestone", "approve_milestone"];
const REFUNDS: readonly MilestoneAction[] = ["reclaim_milestone"];
const DIVISIONS: readonly MilestoneAction[] = [
  "settle_milestone",
  "resolve_dispute",
  "expire_mediation",
];

/** Ways in which a milestone may be on its way: its money, or the payee's submission. */
export type Way = "payment" | "refund" | "division" | "submission";

const WAYS: Readonly<Record<Way, readonly MilestoneAction[]>> = {
  payment: PAYMENTS,
  refund: REFUNDS,
  division: DIVISIONS,
  submission: ["submit_milestone"],
};

const TEXTS: Readonly<Record<Way, string>> = {
  payment: "The payment of this milestone is on its way.",
  refund: "The refund of this milestone is on its way.",
  division: "The division of this milestone's money is on its way.",
  submission: "The submission of this milestone is on its way.",
};

/**
 * Refuses a request while the milestone's money goes another way.
 * Throws `GatewayError` (`conflict`).
 */
export async function requireNotOnTheWay(
  transaction: Database,
  milestone: Pick<Milestone, "id" | "intentId">,
  ways: readonly Way[],
): Promise<void> {
  const jobs = await jobsOnTheWay(transaction, milestone);
  const way = ways.find((each) => jobs.some(({ kind }) => WAYS[each].includes(kind)));
  if (way) throw new GatewayError("conflict", TEXTS[way]);
}
