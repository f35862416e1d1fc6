/** How one gateway tells people. */
import type { MailTransport } from "./smtp";

/** Settings of notifications. */
export interface NotificationSettings {
  /** Sends mails. Without it, notifications go to the inbox and to webhooks only. */
  mail?: MailTransport;
  /** Addresses of the platform's administrators. */
  administrators?: readonly string[];
}
