/** Writes the result of an attempt, and what it means for the endpoint. */
import type { Database } from "@milepost/database";
import { recordEvent } from "../events/record";
import type { ClaimedDelivery } from "./claim";
import { type EndpointNotice, endpointNotice, healthStep } from "./endpoint-health";
import { nextAttemptAt } from "./retry-schedule";
import type { SendResult } from "./send";
import { type EndpointRow, showEndpoint } from "./store";

/** A notice for the owner of an endpoint; written where mail or an inbox finds it, in the same transaction. */
export type Notify = (
  transaction: Database,
  owner: { accountId: string; mode: "test" | "live" },
  notice: EndpointNotice,
) => Promise<void>;

/** An attempt that has ended. */
export interface EndedAttempt {
  delivery: ClaimedDelivery;
  result: SendResult;
  durationMs: number;
  now: Date;
  /** Number in [0, 1) for the jitter. */
  random: number;
}

/** What became of a delivery; `lost` means that another process has it. */
export type Outcome = "delivered" | "retried" | "given_up" | "lost";

/** Writes the result. A result whose lease another process has taken over changes nothing. */
export function finishAttempt(
  database: Database,
  attempt: EndedAttempt,
  notify: Notify | null,
): Promise<Outcome> {
  return database.transaction(async (transaction) => {
    const { delivery, result, now, random } = attempt;
    const isDelivered = result.error === null;
    const next = isDelivered
      ? null
      : nextAttemptAt({ ...delivery, now, random, retryAfterSecs: result.retryAfterSecs });
    const state = isDelivered ? "delivered" : next ? "pending" : "failed";
    // The endpoint comes first: the API locks it before its deliveries as well.
    const endpoint = await lockEndpointRow(transaction, delivery.endpointId);
    if (!(await writeResult(transaction, attempt, state, next))) return "lost";
    if (next) await holdBack(transaction, delivery, next);
    if (endpoint) {
      if (isDelivered) await markHealthy(transaction, endpoint);
      else await markFailing(transaction, endpoint, attempt, notify);
    }
    if (isDelivered) return "delivered";
    return next ? "retried" : "given_up";
  });
}

async function lockEndpointRow(transaction: Database, id: string): Promise<EndpointRow | null> {
  const [row] = await transaction.query<EndpointRow>(
    "SELECT * FROM milepost_gateway.webhook_endpoints WHERE id = $1 FOR NO KEY UPDATE",
    [id],
  );
  return row ?? null;
}

async function writeResult(
  transaction: Database,
  { delivery, result, durationMs, now }: EndedAttempt,
  state: string,
  next: Date | null,
): Promise<boolean> {
  const rows = await transaction.query(
    `UPDATE milepost_gateway.webhook_deliveries
     SET state = $3, next_attempt_at = $4, response_status = $5, response_body = $6, error = $7, duration_ms = $8,
       last_attempt_at = $9, lease = NULL, lease_until = NULL
     WHERE id = $1 AND lease = $2 RETURNING id`,
    [
      delivery.id,
      delivery.lease,
      state,
      next ?? now,
      result.status,
      result.body,
      result.error,
      durationMs,
      now,
    ],
  );
  return rows.length > 0;
}

/** Later events of the object wait anyway: with this time, a claim does not look at them before. */
async function holdBack(
  transaction: Database,
  { endpointId, objectId, sequence }: ClaimedDelivery,
  until: Date,
): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.webhook_deliveries SET next_attempt_at = $4
     WHERE endpoint_id = $1 AND object_id = $2 AND sequence > $3 AND state = 'pending' AND lease IS NULL
       AND next_attempt_at < $4`,
    [endpointId, objectId, sequence, until],
  );
}

async function markHealthy(transaction: Database, endpoint: EndpointRow): Promise<void> {
  if (endpoint.failing_since === null) return;
  await transaction.query(
    "UPDATE milepost_gateway.webhook_endpoints SET failing_since = NULL, warned_at = NULL WHERE id = $1",
    [endpoint.id],
  );
}

async function markFailing(
  transaction: Database,
  endpoint: EndpointRow,
  { result, now }: EndedAttempt,
  notify: Notify | null,
): Promise<void> {
  const failingSince = new Date(endpoint.failing_since ?? now);
  const warnedAt = endpoint.warned_at ? new Date(endpoint.warned_at) : null;
  const step = endpoint.status === "enabled" ? healthStep({ failingSince, warnedAt }, now) : "none";
  if (step === "none" && endpoint.failing_since !== null) return;
  const reason = `every delivery failed since ${failingSince.toISOString()}: ${result.error}`;
  const changed: EndpointRow = {
    ...endpoint,
    failing_since: failingSince,
    warned_at: step === "warn" ? now : warnedAt,
    ...(step === "disable"
      ? { status: "disabled", disabled_at: now, disabled_reason: reason }
      : {}),
  };
  await transaction.query(
    `UPDATE milepost_gateway.webhook_endpoints
     SET failing_since = $2, warned_at = $3, status = $4, disabled_at = $5, disabled_reason = $6 WHERE id = $1`,
    [
      changed.id,
      changed.failing_since,
      changed.warned_at,
      changed.status,
      changed.disabled_at,
      changed.disabled_reason,
    ],
  );
  if (step === "none") return;
  const notice = endpointNotice(step, endpoint, failingSince, result.error ?? "");
  const owner = { accountId: endpoint.account_id, mode: endpoint.mode };
  await recordEvent(
    transaction,
    {
      ...owner,
      type: step === "warn" ? "webhook_endpoint.failing" : "webhook_endpoint.disabled",
      objectId: endpoint.id,
      data: { ...showEndpoint(changed), notice },
    },
    now,
  );
  await notify?.(transaction, owner, notice);
}
