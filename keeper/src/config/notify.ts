/** Reads from flags and environment where alerts are sent. Throws `UsageError`. */
import { hostname } from "node:os";
import { mailChannel } from "../notify/mail";
import type { NotificationChannel } from "../notify/notifier";
import { webhookChannel } from "../notify/webhook";
import { CallbackError } from "../webhook/signed-call";
import { UsageError } from "./errors";
import { type Environment, NOTIFY_SECRET, SMTP_URL } from "./flags";
import { withoutSecrets } from "../observe/redact";

export interface NotifyConfig {
  webhook: { url: string; secret: string } | null;
  mail: { smtpUrl: string; from: string; to: string[] } | null;
}

export interface NotifyTexts {
  url: string | undefined;
  mail: string[] | undefined;
  from: string | undefined;
}

export function readNotify(texts: NotifyTexts, environment: Environment): NotifyConfig {
  return { webhook: readWebhook(texts.url, environment), mail: readMail(texts, environment) };
}

/** Creates the configured channels. */
export function openChannels({ webhook, mail }: NotifyConfig): NotificationChannel[] {
  return [...(webhook ? [webhookChannel(webhook)] : []), ...(mail ? [mailChannel(mail)] : [])];
}

function readWebhook(url: string | undefined, environment: Environment): NotifyConfig["webhook"] {
  if (url === undefined) return null;
  const secret = environment[NOTIFY_SECRET]?.trim();
  if (!secret) {
    throw new UsageError(`--notify-url needs the secret of its signatures in ${NOTIFY_SECRET}`);
  }
  try {
    webhookChannel({ url, secret });
  } catch (error) {
    if (error instanceof CallbackError) throw new UsageError(`--notify-url: ${error.message}`);
    throw error;
  }
  return { url, secret };
}

function readMail({ mail, from }: NotifyTexts, environment: Environment): NotifyConfig["mail"] {
  if (!mail || mail.length === 0) {
    if (from === undefined) return null;
    throw new UsageError("--mail-from needs --notify-mail: give the address that gets the mail");
  }
  const smtpUrl = environment[SMTP_URL]?.trim();
  if (!smtpUrl) {
    throw new UsageError(
      `--notify-mail needs the mail server in ${SMTP_URL}, such as smtps://user:password@mail.example:465`,
    );
  }
  if (!URL.canParse(smtpUrl) || !/^smtps?:\/\//.test(smtpUrl)) {
    const shown = URL.canParse(smtpUrl) ? `, not ${withoutSecrets(smtpUrl)}` : "";
    throw new UsageError(`${SMTP_URL} takes an smtp:// or smtps:// URL${shown}`);
  }
  const to = mail.map((text) => mailAddress("--notify-mail", text));
  return {
    smtpUrl,
    to,
    from: mailAddress("--mail-from", from ?? `milepost-keeper@${hostname()}`),
  };
}

/** Checks one plain address: a line break or a comma in it would add a header or a recipient. */
function mailAddress(flag: string, text: string): string {
  if (/^[^\s@,;<>"]+@[^\s@,;<>"]+$/.test(text)) return text;
  throw new UsageError(`${flag} takes one mail address, not ${JSON.stringify(text)}`);
}
