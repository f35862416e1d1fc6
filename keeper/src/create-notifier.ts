/** Makes the notifier of a keeper, which sends alerts by the channels given. */
import type { KeeperOptions } from "./keeper-options";
import { Notifier } from "./notify/notifier";

export function createNotifier(options: KeeperOptions): Notifier {
  const { database, log, metrics, notify = [] } = options;
  return new Notifier({
    database,
    channels: notify,
    onSent: (channel, sent) => log.info({ channel, alerts: sent.length }, "alerts sent"),
    onFailed: (channel, error, retrySeconds) => {
      metrics.notificationFailed(channel);
      log.warn({ channel, retrySeconds, err: error }, "alerts not sent; tried again later");
    },
  });
}
