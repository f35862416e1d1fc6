/** Creates, rolls and revokes API keys. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import type { Caller, Scope } from "../caller/caller";
import { missing } from "../errors/gateway-error";
import type { Answer } from "../http/write";
import { endOfOverlap, expiryFrom, refuseUnusable, refuseWider, scopesToGive } from "./rules";
import type { ApiKey, NewApiKey, RollApiKey } from "./schema";
import { createKey, endKey, findKey, type NewKey, replaceKey, revokeKey, showKey } from "./store";

type Clock = Pick<GatewayContext, "now">;

/** Creates a key of the caller's account and mode. */
export async function createApiKey(
  context: Clock,
  transaction: Database,
  caller: Caller,
  { name, scopes, expires }: NewApiKey,
): Promise<Answer> {
  const now = context.now();
  const own = await scopesOf(transaction, caller);
  return answerWithKey(transaction, caller, now, {
    name,
    scopes: scopesToGive(own, scopes),
    expires: expiryFrom(expires, now),
  });
}

/** Replaces a key: the new one has the same name and scopes, the old one stays valid for `overlapHours`. */
export async function rollApiKey(
  context: Clock,
  transaction: Database,
  caller: Caller,
  keyId: string,
  { overlapHours = 24, expires }: RollApiKey,
): Promise<Answer> {
  const now = context.now();
  const old = await keyToChange(transaction, caller, keyId);
  refuseUnusable(old, now);
  refuseWider(await scopesOf(transaction, caller), old.scopes, "keyId");
  const answer = await answerWithKey(transaction, caller, now, {
    name: old.name,
    scopes: old.scopes,
    expires: expires === undefined ? old.expires_at : expiryFrom(expires, now),
  });
  await replaceKey(transaction, caller, keyId, (answer.body as ApiKey).id);
  if (overlapHours === 0) await revokeKey(transaction, caller, keyId, now);
  else await endKey(transaction, caller, keyId, endOfOverlap(old.expires_at, overlapHours, now));
  return answer;
}

/** Revokes a key at once. A second call changes nothing and answers the same. */
export async function revokeApiKey(
  context: Clock,
  transaction: Database,
  caller: Caller,
  keyId: string,
): Promise<Answer> {
  await keyToChange(transaction, caller, keyId);
  await revokeKey(transaction, caller, keyId, context.now());
  return { status: 200, body: showKey(await keyToChange(transaction, caller, keyId)) };
}

/** Returns a key of the caller's account and mode, locked until the transaction ends. */
async function keyToChange(transaction: Database, caller: Caller, keyId: string) {
  const row = await findKey(transaction, caller, keyId, "FOR UPDATE");
  if (!row) throw missing("API key", keyId);
  return row;
}

/** Returns the scopes of the calling key as they are stored, null for every scope; of a session, its own. */
async function scopesOf(transaction: Database, caller: Caller): Promise<readonly Scope[] | null> {
  if (caller.session) return caller.scopes;
  const row = await findKey(transaction, caller, caller.keyId);
  return row?.scopes ?? null;
}

async function answerWithKey(
  transaction: Database,
  { accountId, mode }: Caller,
  now: Date,
  key: Pick<NewKey, "name" | "scopes" | "expires">,
): Promise<Answer> {
  const { row, text } = await createKey(transaction, { accountId, mode, ...key }, now);
  const body = showKey(row);
  return { status: 201, body: { ...body, key: text }, kept: { ...body, key: null } };
}
