/** Mails what was queued: at most one mail per address and hour, at least once each. */
import { randomUUID } from "node:crypto";
import type { Mode } from "../caller/mode";
import type { GatewayContext } from "../context";
import { type CrashHook, noCrash } from "./crash-points";
import {
  type ClaimedRecipient,
  claimRecipient,
  endMails,
  releaseRecipient,
  takeBatch,
} from "./mail-store";
import type { MailTransport } from "./smtp";
import type { NotificationRow } from "./store";

/** Says whether a notification is still true; called right before its mail is sent. */
export type StillTrue = (
  owner: { accountId: string; mode: Mode },
  notification: NotificationRow,
) => Promise<boolean>;

/** Options of `sendMails`. */
export interface MailerOptions {
  transport: MailTransport;
  stillTrue: StillTrue;
  /** Seconds after which the mail of a process that died is sent by another one. Default: 120. */
  leaseSecs?: number;
  crash?: CrashHook;
}

/** Failed attempts after which the notifications of a mail are given up; about a day. They stay in the inbox. */
const MAX_FAILURES = 30;

/**
 * Sends every mail of a mode that is due; returns how many the server took. A process that dies between sending and recording
 * sends the same mail again, with the same Message-ID: at least once, never lost.
 */
export async function sendMails(
  context: GatewayContext,
  mode: Mode,
  chainTime: bigint,
  options: MailerOptions,
): Promise<number> {
  const { database, now } = context;
  for (let sent = 0; ;) {
    const lease = { lease: randomUUID(), leaseSecs: options.leaseSecs ?? 120 };
    const recipient = await claimRecipient(database, mode, { chainTime, now: now() }, lease);
    if (!recipient) return sent;
    if (await mailTo(context, recipient, chainTime, options)) sent += 1;
  }
}

async function mailTo(
  context: GatewayContext,
  recipient: ClaimedRecipient,
  chainTime: bigint,
  { transport, stillTrue, crash = noCrash }: MailerOptions,
): Promise<boolean> {
  const { database, now, log } = context;
  const { address, failures } = recipient;
  const taken = await takeBatch(database, recipient);
  try {
    const { valid, obsolete } = await divide(taken?.rows ?? [], recipient, stillTrue);
    await endMails(database, address, obsolete, "obsolete", now());
    if (valid.length === 0) {
      await releaseRecipient(database, recipient, { failures: 0 });
      return false;
    }
    await crash("before-mail");
    await transport.send({ to: address, messageId: taken!.batch, ...compose(valid) });
    await crash("after-mail");
    await database.transaction(async (transaction) => {
      await endMails(
        transaction,
        address,
        valid.map(({ id }) => id),
        "sent",
        now(),
      );
      await releaseRecipient(transaction, recipient, { sentAt: chainTime, failures: 0 });
    });
    return true;
  } catch (error) {
    const isGivenUp = failures + 1 >= MAX_FAILURES;
    log.warn({ err: error, attempts: failures + 1, isGivenUp }, "a mail was not sent");
    if (isGivenUp) {
      await endMails(
        database,
        address,
        taken!.rows.map(({ id }) => id),
        "failed",
        now(),
      );
    }
    const retryAt = new Date(now().getTime() + delayMs(failures + 1));
    await releaseRecipient(database, recipient, {
      retryAt,
      failures: isGivenUp ? 0 : failures + 1,
    });
    return false;
  }
}

/** Divides a batch into what is still true and what is not any more. */
async function divide(
  rows: readonly NotificationRow[],
  owner: ClaimedRecipient,
  stillTrue: StillTrue,
): Promise<{ valid: NotificationRow[]; obsolete: string[] }> {
  const valid: NotificationRow[] = [];
  const obsolete: string[] = [];
  for (const row of rows) {
    if (await stillTrue(owner, row)) valid.push(row);
    else obsolete.push(row.id);
  }
  return { valid, obsolete };
}

/** Returns the delay after so many failures: a minute, doubled each time, at most an hour. */
const delayMs = (failures: number): number => Math.min(60_000 * 2 ** (failures - 1), 3_600_000);

/** Puts notifications into one mail. */
export function compose(rows: readonly NotificationRow[]): { subject: string; text: string } {
  const [first] = rows;
  if (rows.length === 1) return { subject: first!.subject, text: `${first!.text}\n` };
  return {
    subject: `${first!.subject} (and ${rows.length - 1} more)`,
    text: rows.map(({ subject, text }) => `${subject}\n\n${text}\n`).join("\n----\n\n"),
  };
}
