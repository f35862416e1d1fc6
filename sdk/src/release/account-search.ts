/** Searches the token accounts of a wallet that can receive a payment. */
import type { Buffer } from "buffer";
import { type AccountInfo, type PublicKey, SystemProgram } from "@solana/web3.js";
import { fetchAccountInfos } from "../accounts/read-accounts";
import { addressKey } from "../codec/address-key";
import type { MilestoneContext } from "../context/context";
import { callRpcAtLeast } from "../rpc/call";
import { minReadSlot } from "../rpc/seen-slots";
import { parseTokenAccount } from "../tokens/account";
import { associatedTokenAddress } from "../tokens/associated";
import type { Destination, Receiving } from "./receiving";

/** RPC error codes of a node that does not offer the search: an unknown method, or no index for it. */
const WITHOUT_SEARCH: readonly unknown[] = [-32601, -32010];

/** Looks up the token accounts of a wallet on the mint of `receiving`. */
export type AccountSearch = (owner: PublicKey, receiving: Receiving) => Promise<Destination[]>;

/** Returns a search that requests each wallet and mint once. */
export function searchOnce(context: MilestoneContext): AccountSearch {
  const searches = new Map<string, Promise<Destination[]>>();
  return (owner, receiving) => {
    const key = addressKey(owner) + addressKey(receiving.mint);
    const search = searches.get(key) ?? findAccounts(context, owner, receiving);
    searches.set(key, search);
    return search;
  };
}

/** Returns the associated account first, though it may not exist yet, then the others, the safest and fullest first. */
async function findAccounts(
  context: MilestoneContext,
  owner: PublicKey,
  { mint, mintState }: Receiving,
): Promise<Destination[]> {
  const { tokenProgram } = mintState!;
  const associated = associatedTokenAddress(mint, owner, tokenProgram);
  const [[info], found] = await Promise.all([
    fetchAccountInfos(context, [associated]),
    searchAccounts(context, owner, mint),
  ]);
  const others = found
    .flatMap(({ pubkey: address, account }): Destination[] => {
      const state = parseTokenAccount(address, account);
      return state ? [{ address, owner, state, isAssociated: false }] : [];
    })
    .filter(({ address }) => !address.equals(associated))
    .sort(bySafety);
  return [destinationAt(associated, owner, info, true), ...others];
}

/** Returns the account at `address` as the destination of a payment to `owner`. */
export function destinationAt(
  address: PublicKey,
  owner: PublicKey,
  info: AccountInfo<Buffer> | null | undefined,
  isAssociated: boolean,
): Destination {
  const state = parseTokenAccount(address, info);
  // SOL sent to the address does not prevent its creation.
  const isOccupied = !state && info !== null && info !== undefined && !isPlain(info);
  return { address, owner, state, isAssociated, ...(isOccupied && { isOccupied }) };
}

function isPlain({ owner }: AccountInfo<Buffer>): boolean {
  return owner.equals(SystemProgram.programId);
}

/** Sorts accounts without a delegate first, then by larger balance, then by address: the order is the same everywhere. */
function bySafety(a: Destination, b: Destination): number {
  const [left, right] = [a.state!, b.state!];
  const byDelegate = Number(left.delegate !== null) - Number(right.delegate !== null);
  if (byDelegate) return byDelegate;
  if (left.amount !== right.amount) return left.amount > right.amount ? -1 : 1;
  return addressKey(a.address) < addressKey(b.address) ? -1 : 1;
}

async function searchAccounts(context: MilestoneContext, owner: PublicKey, mint: PublicKey) {
  const { connection, commitment } = context;
  try {
    const { value } = await callRpcAtLeast(
      context,
      "getTokenAccountsByOwner",
      minReadSlot(context),
      (minContextSlot) =>
        connection.getTokenAccountsByOwner(owner, { mint }, { commitment, minContextSlot }),
    );
    return value;
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { code?: unknown };
    if (WITHOUT_SEARCH.includes(code)) return [];
    throw error;
  }
}
