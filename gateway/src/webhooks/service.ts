/** Creates, changes, rolls and removes webhook endpoints. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { GatewayContext } from "../context";
import { GatewayError, missing } from "../errors/gateway-error";
import type { EventOwner } from "../events/store";
import { newId } from "../ids/ids";
import { queuePendingNow } from "./delivery-store";
import { firstSecretOf, isLoopbackAllowed } from "./sandbox";
import type { NewWebhookEndpoint, WebhookEndpoint, WebhookEndpointChange } from "./schema";
import { newWebhookSecret } from "./sign";
import {
  countEndpoints,
  deleteEndpoint,
  type EndpointRow,
  findEndpoint,
  insertEndpoint,
  showEndpoint,
  updateEndpoint,
} from "./store";
import { checkEndpointUrl } from "./url-rules";

/** Most endpoints of an account in a mode. */
export const MAX_ENDPOINTS = 20;
/** Hours for which an old secret stays valid after a roll, unless the caller says otherwise. */
export const OVERLAP_HOURS = 24;

/** Most old secrets that are valid at once. */
const MAX_OLD_SECRETS = 4;

/** An endpoint with its secret in clear, for this one answer. */
export type EndpointWithSecret = WebhookEndpoint & { secret: string };

/**
 * Creates an endpoint. Those of the sandbox's own account share the secret that the sandbox prints.
 * @example
 * await createEndpoint(context, transaction, caller, { url: "https://shop.example/webhooks" });
 */
export async function createEndpoint(
  context: GatewayContext,
  transaction: Database,
  owner: EventOwner,
  {
    url,
    enabledEvents = ["*"],
    description = null,
    status = "enabled",
    metadata = {},
  }: NewWebhookEndpoint,
): Promise<EndpointWithSecret> {
  const { accountId, mode } = owner;
  const href = checkEndpointUrl(url, isLoopbackAllowed(context, mode));
  if ((await countEndpoints(transaction, { accountId, mode })) >= MAX_ENDPOINTS) {
    throw new GatewayError(
      "conflict",
      `This account has ${MAX_ENDPOINTS} webhook endpoints in this mode, which is the most. Delete one first.`,
    );
  }
  const now = context.now();
  const id = newId("webhookEndpoint", now);
  const secret = firstSecretOf(context, owner);
  const row = await insertEndpoint(transaction, {
    id,
    account_id: accountId,
    mode,
    url: href,
    description,
    enabled_events: [...new Set(enabledEvents)],
    metadata,
    status,
    secret: context.secrets.box.seal(secret, id),
    created_at: now,
  });
  return { ...showEndpoint(row), secret };
}

/** Returns the account's endpoint, locked. Throws `resource_missing`. */
export async function lockEndpoint(
  transaction: Database,
  owner: EventOwner,
  id: string,
): Promise<EndpointRow> {
  const row = await findEndpoint(transaction, owner, id, true);
  if (!row) throw missing("webhook endpoint", id);
  return row;
}

/** Changes what the body names. Enabling forgets earlier failures, and sends at once what waits. */
export async function changeEndpoint(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  id: string,
  change: WebhookEndpointChange,
): Promise<WebhookEndpoint> {
  const row = await lockEndpoint(transaction, caller, id);
  const now = context.now();
  const changed: EndpointRow = {
    ...row,
    url:
      change.url === undefined
        ? row.url
        : checkEndpointUrl(change.url, isLoopbackAllowed(context, caller.mode)),
    description: change.description === undefined ? row.description : change.description,
    enabled_events: [...new Set(change.enabledEvents ?? row.enabled_events)],
    metadata: change.metadata ?? row.metadata,
    ...(change.status === undefined || change.status === row.status
      ? {}
      : statusChange(change.status, now)),
  };
  await updateEndpoint(transaction, changed);
  if (row.status === "disabled" && changed.status === "enabled") {
    await queuePendingNow(transaction, id, now);
  }
  return showEndpoint(changed);
}

function statusChange(status: EndpointRow["status"], now: Date) {
  const healthy = { failing_since: null, warned_at: null };
  return status === "enabled"
    ? { status, ...healthy, disabled_at: null, disabled_reason: null }
    : { status, ...healthy, disabled_at: now, disabled_reason: "disabled by the account" };
}

/**
 * Replaces the secret. The old ones sign beside the new one: the newest of them for so many hours, the others until they
 * expire as before. With 0 hours, every old one is invalid at once.
 */
export async function rollSecret(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  id: string,
  overlapHours: number = OVERLAP_HOURS,
): Promise<EndpointWithSecret> {
  const row = await lockEndpoint(transaction, caller, id);
  const secret = newWebhookSecret();
  const now = context.now().getTime();
  const replaced = { secret: row.secret, expiresAt: now + overlapHours * 3_600_000 };
  const older = row.old_secrets.filter(({ expiresAt }) => expiresAt > now);
  const changed: EndpointRow = {
    ...row,
    secret: context.secrets.box.seal(secret, id),
    old_secrets: overlapHours > 0 ? [replaced, ...older].slice(0, MAX_OLD_SECRETS) : [],
  };
  await updateEndpoint(transaction, changed);
  return { ...showEndpoint(changed), secret };
}

/** Removes an endpoint with its deliveries. */
export async function removeEndpoint(
  transaction: Database,
  caller: Caller,
  id: string,
): Promise<void> {
  await lockEndpoint(transaction, caller, id);
  await deleteEndpoint(transaction, id);
}
