/** Sends mails over SMTP. */
import { createTransport } from "nodemailer";

/** A mail to one person. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  /** The same for every attempt, so that a mailbox can drop the second copy. Without brackets. */
  messageId: string;
}

/** What mails are sent with. */
export interface MailTransport {
  /** Resolves when the server has taken the mail. */
  send(mail: Mail): Promise<void>;
  /** Closes idle connections. */
  close(): void;
}

/** Options of `createSmtp`. */
export interface SmtpOptions {
  /**
   * URL of the mail server: `smtps://user:password@host:465`, or `smtp://...`, which must offer STARTTLS except on this
   * machine.
   */
  smtpUrl: string;
  /** Address of the sender. */
  from: string;
  /** Time limit for connecting, and for silence, in milliseconds. Default: 10,000. */
  timeoutMs?: number;
}

/**
 * Opens a mail transport; it connects when there is something to send.
 * @example
 * const mail = createSmtp({ smtpUrl: process.env.SMTP_URL!, from: "payments@example.com" });
 */
export function createSmtp({ smtpUrl, from, timeoutMs = 10_000 }: SmtpOptions): MailTransport {
  const url = new URL(smtpUrl);
  const isSecure = url.protocol === "smtps:";
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  const user = decodeURIComponent(url.username);
  const transport = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (isSecure ? 465 : 587),
    secure: isSecure,
    // A password must not cross the network in the clear.
    requireTLS: !isSecure && !isLocal,
    auth: user ? { user, pass: decodeURIComponent(url.password) } : undefined,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text, messageId }) {
      await transport.sendMail({
        from,
        // An object, so that a comma in an address does not make it two.
        to: { name: "", address: to },
        subject,
        text,
        messageId: `<${messageId}@${from
          .split("@")
          .at(-1)!
          .replace(/[^A-Za-z0-9.-]/g, "")}>`,
        headers: { "Auto-Submitted": "auto-generated" },
      });
    },
    close: () => transport.close(),
  };
}
