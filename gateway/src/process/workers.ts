/** What a process does without being asked: webhooks, reminders, changes by others on chain, the daily reconciliation, purges. */
import type { GatewayContext } from "../context";
import type { NotificationSettings } from "../notifications/settings";
import { POLICY_OBSERVERS } from "../policy-observers";
import { startPolicyWatch } from "../policy-watch/watch";
import { startReconciliation } from "../reconciliation/daily";
import { chainFacts } from "../reminders/chain-facts";
import { createReminders } from "../reminders/create-reminders";
import { createDeliveries } from "../webhooks/deliveries";
import type { DeliveryMetrics } from "../webhooks/metrics";
import { endpointNotices } from "./endpoint-notices";
import { startPurge } from "./purge";

/** A part of the process that runs until it is stopped. */
export interface Worker {
  /** Begins nothing more, and resolves when what is at work has ended. */
  stop(): Promise<unknown>;
}

/** Starts every worker. Several processes of a database share the work of each. */
export function startWorkers(
  context: GatewayContext,
  metrics: DeliveryMetrics,
  { mail, administrators = [] }: NotificationSettings = {},
): Worker[] {
  const deliveries = createDeliveries(context, {
    metrics,
    notify: endpointNotices(context, administrators),
  });
  deliveries.start();
  const reminders = createReminders(context, { facts: chainFacts, mail, administrators });
  reminders.start();
  return [
    deliveries,
    {
      async stop() {
        await reminders.stop();
        mail?.close();
      },
    },
    startPolicyWatch(context, POLICY_OBSERVERS),
    startReconciliation(context),
    startPurge(context),
  ];
}
