/** Alerts by webhook, signed by Standard Webhooks. */
import { withoutSecrets } from "../observe/redact";
import { CallbackError, openWebhook, signedRequest, webhookTarget } from "../webhook/signed-call";
import type { NotificationChannel } from "./notifier";

/** Options of `webhookChannel`. */
export interface WebhookChannelOptions {
  /** URL of the receiver: `https:`, or `http:` on this machine. Its credentials are sent as a header. */
  url: string;
  /** Secret of the signature: `whsec_` and base64. */
  secret: string;
  /** Time limit for the whole answer, in milliseconds. Default: 10,000. */
  timeoutMs?: number;
  /** Function that makes the requests. Default: the global `fetch`. */
  fetch?: typeof fetch;
  /** Local time, which the signature contains. Default: the system's. */
  now?: () => Date;
}

/**
 * POSTs one `{ type: "payment.underfunded", timestamp, data }` per alert. `data` has `policy`, `milestoneIndex`, `owner`, `mint`,
 * `dueAt` (Unix seconds), `reason` (the program's error) and `shortfall` (base units, a decimal string). The `webhook-id`
 * is the same for each attempt to send one alert. Any 2xx answer counts as received.
 * Throws `CallbackError` for an invalid URL or secret.
 * @example
 * const channel = webhookChannel({ url: "https://ops.example/milepost", secret: process.env.NOTIFY_SECRET! });
 */
export function webhookChannel(options: WebhookChannelOptions): NotificationChannel {
  const { url, authorization } = webhookTarget(options.url);
  const webhook = openWebhook(options.secret);
  const send = options.fetch ?? fetch;
  const now = options.now ?? (() => new Date());
  const shown = withoutSecrets(url.href);
  return {
    name: "webhook",
    batchSize: 1,
    async send(notifications) {
      for (const { id, alert } of notifications) {
        const at = now();
        const body = JSON.stringify({
          type: "payment.underfunded",
          timestamp: at.toISOString(),
          data: { ...alert, dueAt: Number(alert.dueAt), shortfall: alert.shortfall.toString() },
        });
        const signal = AbortSignal.timeout(options.timeoutMs ?? 10_000);
        const call = { id, at, body, authorization, signal };
        const answer = await send(url, signedRequest(webhook, call));
        // Otherwise the connection stays open until the rest of the answer has come.
        await answer.body?.cancel();
        if (!answer.ok) throw new CallbackError(`${shown} answered ${answer.status}`);
      }
    },
  };
}
