/** Waits that end when an account changes, such as the token account that a payment is pulled from. */
import { createHash } from "node:crypto";
import { type AccountInfo, type Commitment, type Connection, PublicKey } from "@solana/web3.js";
import type { Database } from "@milepost/database";
import type { Watch } from "../store/policies";
import { takeWatched, wake, wakeOld } from "../store/watches";

export interface WatchSource {
  connection: Pick<Connection, "getMultipleAccountsInfo" | "getMultipleAccountsInfoAndContext">;
  commitment?: Commitment;
}

const ADDRESSES_PER_REQUEST = 100;

/**
 * Reads a watch on up to 100 accounts as they are now. Call it *before* the reads that decide on the wait: a change
 * in between then ends the wait at once instead of being missed. Those reads have to be of `slot` or later: one RPC
 * may have several nodes, and the next one may lag.
 */
export async function readWatch(
  { connection, commitment }: WatchSource,
  accounts: readonly PublicKey[],
): Promise<Watch & { slot: number }> {
  const addresses = [...new Set(accounts.map((account) => account.toBase58()))].sort();
  const { context, value } = await connection.getMultipleAccountsInfoAndContext(
    addresses.map((address) => new PublicKey(address)),
    { commitment },
  );
  const infos: Infos = new Map(addresses.map((address, index) => [address, value[index] ?? null]));
  return { accounts: addresses, digest: digestOf(addresses, infos), slot: context.slot };
}

/**
 * Reads the watches of several lists together; null for a list that no RPC answers about. All are of `slot` or
 * earlier: the reads that decide on the waits have to be as new as the newest.
 */
export async function readWatches(
  { connection, commitment }: WatchSource,
  lists: readonly (readonly PublicKey[])[],
): Promise<((Watch & { slot: number }) | null)[]> {
  const infos: Infos = new Map();
  const all = [...new Set(lists.flat().map((account) => account.toBase58()))];
  let slot = 0;
  for (let start = 0; start < all.length; start += ADDRESSES_PER_REQUEST) {
    const chunk = all.slice(start, start + ADDRESSES_PER_REQUEST);
    const keys = chunk.map((address) => new PublicKey(address));
    const found = await connection
      .getMultipleAccountsInfoAndContext(keys, { commitment })
      .catch(() => null);
    if (!found) continue;
    slot = Math.max(slot, found.context.slot);
    chunk.forEach((address, index) => infos.set(address, found.value[index] ?? null));
  }
  return lists.map((list) => {
    const accounts = [...new Set(list.map((account) => account.toBase58()))].sort();
    const isRead = accounts.every((address) => infos.has(address));
    return isRead ? { accounts, digest: digestOf(accounts, infos), slot } : null;
  });
}

/**
 * Ends the waits whose accounts have changed. Checks up to `limit` policies, the longest unchecked first. Ends old
 * waits in any case: they may rest on an RPC's mistake.
 */
export async function checkWatched(
  source: WatchSource & { database: Database },
  limit: number,
): Promise<number> {
  await wakeOld(source.database, limit);
  const watched = await takeWatched(source.database, limit);
  const addresses = [...new Set(watched.flatMap(({ accounts }) => accounts))];
  const infos = await readAll(source, addresses);
  let woken = 0;
  for (const { policy, milestoneIndex, accounts, digest } of watched) {
    if (digestOf(accounts, infos) === digest) continue;
    await wake(source.database, { policy, milestoneIndex }, digest);
    woken += 1;
  }
  return woken;
}

type Infos = Map<string, AccountInfo<Buffer> | null>;

async function readAll(
  { connection, commitment }: WatchSource,
  addresses: readonly string[],
): Promise<Infos> {
  const infos: Infos = new Map();
  for (let start = 0; start < addresses.length; start += ADDRESSES_PER_REQUEST) {
    const chunk = addresses.slice(start, start + ADDRESSES_PER_REQUEST);
    const found = await connection.getMultipleAccountsInfo(
      chunk.map((address) => new PublicKey(address)),
      commitment,
    );
    chunk.forEach((address, index) => infos.set(address, found[index] ?? null));
  }
  return infos;
}

/** Digests owner and data, but not lamports, which anyone may send. */
function digestOf(addresses: readonly string[], infos: Infos): string {
  const hash = createHash("sha256");
  for (const address of addresses) {
    const info = infos.get(address);
    hash.update(
      info ? `${address} ${info.owner.toBase58()} ${info.data.length} ` : `${address} - `,
    );
    if (info) hash.update(info.data);
  }
  return hash.digest("hex");
}
