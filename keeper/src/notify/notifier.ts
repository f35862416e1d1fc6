/** Sends each alert about an uncovered payment through every channel, at least once. */
import type { Database } from "@milepost/database";
import {
  claimNotifications,
  type DueNotification,
  notificationsFailed,
  notificationsSent,
} from "../store/notifications";

/** A way to reach a person, such as a webhook or mail. */
export interface NotificationChannel {
  /** Name in the database and the log; all keepers of one database use the same name for the same channel. */
  readonly name: string;
  /** Most alerts per call of `send`. */
  readonly batchSize: number;
  /** Sends the alerts. Resolves when the receiver has accepted all of them, otherwise rejects. */
  send(notifications: readonly DueNotification[]): Promise<void>;
}

export interface NotifierOptions {
  database: Database;
  channels: readonly NotificationChannel[];
  onSent(channel: string, notifications: readonly DueNotification[]): void;
  onFailed(channel: string, error: unknown, retrySeconds: number): void;
}

/** Most batches per round; further ones wait for the next. */
const MAX_BATCHES = 20;
const FIRST_RETRY_SECONDS = 60;
const MAX_RETRY_SECONDS = 3_600;

/** Seconds until the next attempt: 60, doubled per attempt, at most 3,600. */
export function retrySeconds(attempt: number): number {
  return Math.min(FIRST_RETRY_SECONDS * 2 ** Math.min(attempt - 1, 10), MAX_RETRY_SECONDS);
}

export class Notifier {
  constructor(private readonly options: NotifierOptions) {}

  /** Sends what is due. A channel that fails keeps its alerts for later and does not stop the others. */
  async deliver(): Promise<void> {
    await Promise.all(this.options.channels.map((channel) => this.deliverBy(channel)));
  }

  private async deliverBy(channel: NotificationChannel): Promise<void> {
    const { database, onSent, onFailed } = this.options;
    for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
      const due = await claimNotifications(database, channel.name, channel.batchSize);
      if (due.length === 0) return;
      try {
        await channel.send(due);
      } catch (error) {
        const seconds = retrySeconds(Math.max(...due.map(({ attempt }) => attempt)));
        await notificationsFailed(database, channel.name, due, seconds);
        onFailed(channel.name, error, seconds);
        return;
      }
      await notificationsSent(database, channel.name, due);
      onSent(channel.name, due);
    }
  }
}
