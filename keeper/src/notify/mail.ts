/** Alerts by mail, over SMTP. */
import { createTransport } from "nodemailer";
import type { Underfunded } from "../store/alerts";
import type { NotificationChannel } from "./notifier";

/** Options of `mailChannel`. */
export interface MailChannelOptions {
  /**
   * URL of the mail server: `smtps://user:password@host:465`, or `smtp://...`, which must offer STARTTLS except on this
   * machine.
   */
  smtpUrl: string;
  /** Address of the sender. */
  from: string;
  /** Addresses of the recipients; the server must accept the message for each. */
  to: readonly string[];
  /** Time limit for connecting, and for silence, in milliseconds. Default: 10,000. */
  timeoutMs?: number;
}

/** Most alerts per message: people get one message for many alerts. */
const BATCH_SIZE = 50;

/**
 * Creates a channel that sends one message per batch of up to 50 alerts to all recipients. The server must accept it for each.
 * @example
 * const channel = mailChannel({ smtpUrl: process.env.SMTP_URL!, from: "keeper@example.com", to: ["ops@example.com"] });
 */
export function mailChannel(options: MailChannelOptions): NotificationChannel {
  const url = new URL(options.smtpUrl);
  const isSecure = url.protocol === "smtps:";
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  const timeout = options.timeoutMs ?? 10_000;
  const user = decodeURIComponent(url.username);
  const transport = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (isSecure ? 465 : 587),
    secure: isSecure,
    // A password must not cross the network in the clear.
    requireTLS: !isSecure && !isLocal,
    auth: user ? { user, pass: decodeURIComponent(url.password) } : undefined,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    name: "mail",
    batchSize: BATCH_SIZE,
    async send(notifications) {
      const alerts = notifications.map(({ alert }) => alert);
      const { rejected } = await transport.sendMail({
        from: options.from,
        to: [...options.to],
        subject: subjectOf(alerts),
        text: textOf(alerts),
        headers: { "Auto-Submitted": "auto-generated" },
      });
      if (rejected.length > 0) {
        throw new Error(
          `the mail server refused ${rejected.length} of ${options.to.length} recipients`,
        );
      }
    },
  };
}

function subjectOf(alerts: readonly Underfunded[]): string {
  const [first] = alerts;
  const count = alerts.length === 1 ? "1 payment is" : `${alerts.length} payments are`;
  return `Milepost: ${count} not covered, due ${utc(first!.dueAt)}`;
}

function textOf(alerts: readonly Underfunded[]): string {
  const blocks = alerts.map((alert) =>
    [
      `Policy     ${alert.policy}, milestone ${alert.milestoneIndex}`,
      `Due        ${utc(alert.dueAt)} by the chain's clock`,
      `Owner      ${alert.owner}`,
      `Mint       ${alert.mint}`,
      `Missing    ${alert.shortfall === 0n ? "no tokens" : `${alert.shortfall} base units`}`,
      `Reason     ${alert.reason}`,
    ].join("\n"),
  );
  return `These payments cannot be made as things are. Their owners can repair the cause before the due date.\n\n${blocks.join("\n\n")}\n`;
}

function utc(seconds: bigint): string {
  return `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
