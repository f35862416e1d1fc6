/** Fundings that wallets sign: payer and carrier sign one transaction per item, one item after the other. */
import type { Database } from "@milepost/database";
import { buildFunding, missingSigners, readBlockHeight, toPartlySigned } from "../../chain";
import { chainOf, type GatewayContext } from "../../context";
import { GatewayError } from "../../errors/gateway-error";
import { acceptSigned, prepareSigning } from "../../signing/service";
import { findSigning } from "../../signing/store";
import { notFound, type Owner } from "../owner";
import { findIntent } from "../payment-intents/service";
import { fromSeconds, showTime } from "../wire";
import { enqueueFunding, FUND_ITEM } from "./fund";
import { findPolicyOf, fundingOf } from "./funding-request";
import type { ItemSigningView } from "./schema";
import { type Item, listItems } from "./store";

/** Returns the item whose funding is signed next, or null. Consecutive policies of a payer come one after the other. */
export const nextToSign = (items: readonly Item[]): Item | null =>
  items.find(({ funding }) => funding === "unsigned" || funding === "failed") ?? null;

/**
 * Builds the transaction of the next item and keeps it. Runs outside any transaction. Returns the job of an item whose policy
 * is on chain already, and null otherwise.
 * Throws `GatewayError` and the SDK's errors.
 */
export async function prepareNext(
  context: GatewayContext,
  owner: Owner,
  intentId: bigint,
): Promise<string | null> {
  const { database } = context;
  const intent = await findIntent(database, owner, intentId);
  const items = await listItems(database, owner, intentId);
  const item = nextToSign(items);
  if (!item || items.some(({ funding }) => funding === "funding")) return null;
  const chain = chainOf(context, owner.mode);
  if ((await findPolicyOf(chain, { item, intent })) !== null) {
    const again = { ...item, attempt: item.attempt + 1 };
    const request = { owner, intent, item: again };
    const { jobId } = await database.transaction((transaction) =>
      enqueueFunding(context, transaction, chain, request),
    );
    context.outbox.wake();
    return jobId;
  }
  const built = await buildFunding(
    chain,
    await fundingOf(database, chain, owner, { item, intent }),
  );
  await prepareSigning(
    context,
    {
      ...owner,
      objectId: item.objectId,
      purpose: FUND_ITEM,
      payload: { itemId: item.id.toString(), policy: String(built.policy) },
    },
    built,
  );
  return null;
}

/** Returns the transaction of the next item with the signatures so far; null where none was built. */
export async function showSigning(
  context: GatewayContext,
  owner: Owner,
  items: readonly Item[],
): Promise<ItemSigningView | null> {
  const chain = chainOf(context, owner.mode);
  const item = chain.sandboxKey === null ? nextToSign(items) : null;
  if (!item) return null;
  const { accountId, mode } = owner;
  const of = { accountId, mode, objectId: item.objectId, payload: {} };
  const signing = await findSigning(context.database, of);
  if (!signing || signing.isCompleted) return null;
  return {
    item_id: Number(item.id),
    transaction: toPartlySigned(signing),
    message: signing.message,
    signers: missingSigners(chain, signing, {}),
    missing: missingSigners(chain, signing, signing.signatures),
    expires_at: showTime(fromSeconds(BigInt(signing.expiresAt))),
  };
}

/** Returns the chain's block height, which decides about the age of a transaction. */
export const readHeight = (context: GatewayContext, { mode }: Owner): Promise<number> =>
  readBlockHeight(chainOf(context, mode));

/**
 * Takes back an item's transaction. With both signatures it is queued; returns its job then, and null before.
 * Throws `GatewayError`: `resource_missing`, `conflict`, `signature_verification_failed`, `transaction_expired`,
 * `rate_limit_exceeded`.
 */
export async function takeSignedFunding(
  context: GatewayContext,
  database: Database,
  { accountId, mode }: Owner,
  given: { intentId: bigint; itemId: bigint; transaction: string; height: number },
): Promise<string | null> {
  const owner = { accountId, mode };
  const { intentId, itemId, transaction, height } = given;
  const intent = await findIntent(database, owner, intentId, { isLocked: true });
  const item = (await listItems(database, owner, intentId)).find(({ id }) => id === itemId);
  if (!item) throw notFound("Schedule item");
  const chain = chainOf(context, mode);
  if (chain.sandboxKey !== null || !["unsigned", "failed"].includes(item.funding)) {
    throw new GatewayError(
      "conflict",
      `The item ${item.id} is ${item.funding}: nothing is left to sign.`,
    );
  }
  const { objectId } = item;
  const accepted = await acceptSigned(context, database, {
    ...{ accountId, mode, objectId, transaction, height },
  });
  if (accepted.state === "incomplete") return null;
  const { policy } = accepted.payload as { policy: string };
  const again = { ...item, attempt: item.attempt + 1 };
  const signed = { signed: accepted.signed, policy };
  const request = { owner, intent, item: again, signed };
  return (await enqueueFunding(context, database, chain, request)).jobId;
}
