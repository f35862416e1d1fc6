/** Reads from flags and environment how mails are sent, and who administrates. */
import { hostname } from "node:os";
import type { NotificationSettings } from "../notifications/settings";
import { createSmtp } from "../notifications/smtp";
import { variableOf } from "./options";
import { UsageError } from "./usage-error";

/** The mail server; not a flag, because every user of the machine can read a process's flags and this holds a password. */
export const SMTP_URL = variableOf("smtp-url");

/** Flags of mails. */
export interface MailFlags {
  mailFrom?: string;
  administrator?: readonly string[];
}

/** Returns the settings; without a mail server, notifications go to the inbox and to webhooks only. Throws `UsageError`. */
export function readMail(
  { mailFrom, administrator: administrators = [] }: MailFlags,
  environment: NodeJS.ProcessEnv,
): NotificationSettings {
  const smtpUrl = environment[SMTP_URL]?.trim();
  if (!smtpUrl) {
    const given = mailFrom !== undefined ? "--mail-from" : "--administrator";
    if (mailFrom === undefined && administrators.length === 0) return { administrators };
    throw new UsageError(
      `${given} needs the mail server in ${SMTP_URL}, an smtps:// URL with user and password`,
    );
  }
  if (!URL.canParse(smtpUrl) || !/^smtps?:\/\//.test(smtpUrl)) {
    throw new UsageError(`${SMTP_URL} takes an smtp:// or smtps:// URL`);
  }
  const from = mailFrom ?? `milepost-gateway@${hostname()}`;
  return { mail: createSmtp({ smtpUrl, from }), administrators };
}
