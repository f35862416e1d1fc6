/** Tells people something: an entry of their inbox, and a mail where they have an address. */
import type { Database } from "@milepost/database";
import type { NotificationRow, Owner } from "./store";
import { insertNotification, queueMail } from "./store";

/** A person of the account, or its administrators. */
export interface Recipient {
  /** Null for the platform's administrators. */
  personId: string | null;
  /** Addresses for mails; none for the inbox alone. */
  addresses: readonly string[];
}

/** Input of `notify`. */
export interface NewNotification {
  /** Name such as `review_72h` or `milestone.funded`. */
  kind: string;
  recipients: readonly Recipient[];
  projectId: string | null;
  milestoneId: string | null;
  /** One line. */
  subject: string;
  text: string;
  /** Unix seconds of the chain's clock. */
  at: bigint;
  /** Of a reminder: submission or dispute that it is about. A mail of a reminder is sent only while it is still due. */
  round?: string;
}

/**
 * Writes the notifications in the transaction of the change that they tell. They are in the inbox when it commits; the mails
 * follow, at most one per person and hour.
 * @example
 * await notify(transaction, caller, { kind: "milestone.funded", recipients: [{ personId, addresses: [email] }], ... }, context.now());
 */
export async function notify(
  transaction: Database,
  owner: Owner,
  { recipients, projectId, milestoneId, at, round, ...rest }: NewNotification,
  now: Date,
): Promise<NotificationRow[]> {
  const rows: NotificationRow[] = [];
  for (const { personId, addresses } of recipients) {
    const row = await insertNotification(
      transaction,
      owner,
      {
        ...rest,
        person_id: personId,
        project_id: projectId,
        milestone_id: milestoneId,
        at: Number(at),
        round: round ?? null,
      },
      now,
    );
    for (const address of addresses) await queueMail(transaction, owner, row.id, address);
    rows.push(row);
  }
  return rows;
}
