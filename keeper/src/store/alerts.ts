/** Stores alerts about payments that are due soon. */
import { PublicKey } from "@solana/web3.js";
import type { Database } from "@milepost/database";

/** A payment that is due within the alert window and that the available money does not cover. */
export interface Underfunded {
  /** Address of the policy, base58. */
  policy: string;
  /** Index of the milestone, from 0. */
  milestoneIndex: number;
  /** Wallet of the owner, base58; the owner can repair it. */
  owner: string;
  /** Mint of the payment, base58. */
  mint: string;
  /** Due time, in Unix seconds by the chain's clock. */
  dueAt: bigint;
  /** Error that the program would return, such as `InsufficientFunds` or `MilestoneNotFunded`. */
  reason: string;
  /** Amount missing for this payment after those before it, in base units; 0 when no money is missing. */
  shortfall: bigint;
}

/** A policy whose current milestone comes due. */
export interface DueWithin {
  address: PublicKey;
  milestoneIndex: number;
  /** Unix seconds by the chain's clock. */
  dueAt: bigint;
}

/**
 * Returns plans due after `after` and not after `until`, the soonest first. With more than `limit` of them, the
 * `until` returned is earlier: the plans are complete up to it.
 */
export async function dueWithin(
  database: Database,
  after: bigint,
  until: bigint,
  limit: number,
): Promise<{ plans: DueWithin[]; until: bigint }> {
  const rows = await database.query<{ address: string; index: number; due: string }>(
    `SELECT address, milestone_index AS index, due_at AS due FROM milepost_keeper.policies
     WHERE state <> 'done' AND due_at > $1::bigint AND due_at <= $2::bigint
     ORDER BY due_at, address LIMIT $3`,
    [after.toString(), until.toString(), limit],
  );
  const plans = rows.map(({ address, index, due }) => ({
    address: new PublicKey(address),
    milestoneIndex: index,
    dueAt: BigInt(due),
  }));
  // Others may be due in the same second as the last one.
  return { plans, until: plans.length === limit ? plans[limit - 1]!.dueAt - 1n : until };
}

/** Findings that `raiseAlerts` compares with the alerts in the database, such as an `UnderfundedReport`. */
export interface AlertReport {
  /** Payments that are not covered. */
  found: readonly Underfunded[];
  /** Time up to which `found` is complete, in Unix seconds by the chain's clock. Later alerts stay as they are. */
  until: bigint;
  /** Owners (base58) whose policies could not be checked; their alerts stay as they are. */
  unknownOwners: readonly string[];
  /** Unix seconds by the chain's clock: an alert that no channel has sent yet outlives its due time by a day. */
  chainNow?: bigint;
}

/**
 * Reports the findings that no keeper has reported before, and forgets alerts that are no longer among `found`, so
 * that they are reported again when they return. A crash in between may repeat an alert once, and never loses one.
 */
export async function raiseAlerts(
  database: Database,
  { found, until, unknownOwners, chainNow }: AlertReport,
  tell: (alert: Underfunded) => void,
): Promise<void> {
  await database.transaction(async (transaction) => {
    // Two keepers with the same finding take turns, so that one of them reports it.
    await transaction.query("LOCK TABLE milepost_keeper.alerts IN EXCLUSIVE MODE");
    const rows = JSON.stringify(
      found.map(({ policy, milestoneIndex, owner, dueAt, mint, reason, shortfall }) => ({
        policy,
        milestone_index: milestoneIndex,
        owner,
        due_at: dueAt.toString(),
        mint,
        reason,
        shortfall: shortfall.toString(),
      })),
    );
    await transaction.query(
      `DELETE FROM milepost_keeper.alerts told WHERE due_at <= $2::bigint AND owner <> ALL($3::text[])
       AND NOT EXISTS (SELECT FROM jsonb_to_recordset($1::jsonb) AS r (policy text, milestone_index smallint)
         WHERE r.policy = told.policy AND r.milestone_index = told.milestone_index)
       -- One that came due before a channel could send it is not repaired by that.
       AND NOT (told.due_at <= $4::bigint AND told.due_at > $4::bigint - 86400
         AND EXISTS (SELECT FROM milepost_keeper.notifications n WHERE n.policy = told.policy
           AND n.milestone_index = told.milestone_index AND n.sent_at IS NULL)
         AND NOT EXISTS (SELECT FROM milepost_keeper.outcomes o WHERE o.policy = told.policy
           AND o.milestone_index = told.milestone_index))`,
      [rows, until.toString(), unknownOwners, (chainNow ?? 0n).toString()],
    );
    const news = await transaction.query<{ policy: string; index: number }>(
      `INSERT INTO milepost_keeper.alerts (policy, milestone_index, owner, due_at, mint, reason, shortfall)
       SELECT policy, milestone_index, owner, due_at, mint, reason, shortfall FROM jsonb_to_recordset($1::jsonb)
         AS r (policy text, milestone_index smallint, owner text, due_at bigint, mint text, reason text, shortfall numeric)
       ON CONFLICT (policy, milestone_index) DO UPDATE
         SET mint = excluded.mint, reason = excluded.reason, shortfall = excluded.shortfall
         WHERE alerts.reason IS NULL
       RETURNING policy, milestone_index AS index`,
      [rows],
    );
    const isNews = new Set(news.map(({ policy, index }) => `${policy}/${index}`));
    for (const alert of found) {
      if (isNews.has(`${alert.policy}/${alert.milestoneIndex}`)) tell(alert);
    }
  });
}
