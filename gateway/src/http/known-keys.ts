/** Callers that this process found a moment ago, so that a busy key does not take a statement per request. */
import type { GatewayContext } from "../context";
import { type FoundCaller, findCaller } from "../keys/store";

/** Milliseconds that a found caller is trusted: a key revoked by another process works at most this much longer. */
export const TRUSTED_MS = 1_000;

/** Keys that are remembered; all are forgotten when there are more. */
const MAX_KEYS = 1_000;

interface KnownKey {
  found: FoundCaller;
  at: number;
}

const KNOWN = new WeakMap<GatewayContext, Map<string, KnownKey>>();

function knownOf(context: GatewayContext): Map<string, KnownKey> {
  let known = KNOWN.get(context);
  if (!known) KNOWN.set(context, (known = new Map<string, KnownKey>()));
  return known;
}

/** Returns the caller behind a key's text, or null, as the database had it within the last second. */
export async function findKnownCaller(
  context: GatewayContext,
  text: string,
): Promise<FoundCaller | null> {
  const known = knownOf(context);
  const now = context.now();
  const remembered = known.get(text);
  const age = now.getTime() - (remembered?.at ?? -Infinity);
  const isFresh = age >= 0 && age < TRUSTED_MS;
  const expires = remembered?.found.expires;
  if (remembered && isFresh && !(expires && expires <= now)) return remembered.found;
  known.delete(text);
  const found = await findCaller(context.database, text, now);
  if (!found) return null;
  if (known.size >= MAX_KEYS) known.clear();
  known.set(text, { found, at: now.getTime() });
  return found;
}

/** Forgets every caller: after a change of a key in this process, the next request asks the database. */
export const forgetKnownKeys = (context: GatewayContext): void => knownOf(context).clear();
