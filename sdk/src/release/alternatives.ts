/** Other token accounts of the same wallet, for those that can't receive. */
import type { Buffer } from "buffer";
import { type AccountInfo, type PublicKey, SystemProgram } from "@solana/web3.js";
import { fetchAccountInfos } from "../accounts/read-accounts";
import { addressKey } from "../address-key";
import type { MilestoneContext } from "../context";
import { callRpcAtLeast } from "../rpc/call";
import { minReadSlot } from "../rpc/seen-slots";
import { associatedTokenAddress, parseTokenAccount } from "../tokens/account";
import { type Destination, type Receiving, receivingProblem } from "./destination";

/** RPC error codes of a node that does not offer the search: an unknown method, or no index for it. */
const WITHOUT_SEARCH: readonly unknown[] = [-32601, -32010];

/**
 * Returns each destination that can receive as it is, and for each other one an account that can in its place: another
 * token account of the wallet, or for fees of a held policy the other wallet's associated one. Where there is none, or
 * where the node does not offer the search, the destination stays. Destinations that were named explicitly are not given.
 */
export async function replaceBlocked(
  context: MilestoneContext,
  destinations: readonly { destination: Destination; receiving: Receiving }[],
): Promise<Destination[]> {
  const searches = new Map<string, Promise<Destination[]>>();
  const candidatesOf = (owner: PublicKey, receiving: Receiving) => {
    const key = addressKey(owner) + addressKey(receiving.mint);
    const search = searches.get(key) ?? findAccounts(context, owner, receiving);
    searches.set(key, search);
    return search;
  };
  return Promise.all(
    destinations.map(async ({ destination, receiving }) => {
      const reason = receivingProblem(destination, receiving);
      // Without the mint nothing is paid.
      if (!reason || !receiving.mintState) return destination;
      const { address, owner, alternativeOwner } = destination;
      for (const wallet of [owner, alternativeOwner]) {
        if (!wallet) continue;
        const found = await candidatesOf(wallet, receiving);
        const usable = found.find((candidate) => !receivingProblem(candidate, receiving));
        // With the wallet that was found: it is whose account is created where it is missing.
        if (usable) return { ...destination, ...usable, insteadOf: { address, reason } };
      }
      return destination;
    }),
  );
}

/** The associated account first, though it may not exist yet, then the others, the safest and fullest first. */
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
      const state = parseTokenAccount(address, account as AccountInfo<Buffer>);
      return state ? [{ address, owner, state, isAssociated: false }] : [];
    })
    .filter(({ address }) => !address.equals(associated))
    .sort(bySafety);
  return [destinationAt(associated, owner, info, true), ...others];
}

/** What the account at `address` is to a payment to `owner`. */
export function destinationAt(
  address: PublicKey,
  owner: PublicKey,
  info: AccountInfo<Buffer> | null | undefined,
  isAssociated: boolean,
): Destination {
  const state = parseTokenAccount(address, info);
  // SOL that somebody sent to the address does not stop its creation.
  const isOccupied = !state && info !== null && info !== undefined && !isPlain(info);
  return { address, owner, state, isAssociated, ...(isOccupied && { isOccupied }) };
}

function isPlain({ owner }: AccountInfo<Buffer>): boolean {
  return owner.equals(SystemProgram.programId);
}

/** One without a delegate before one with, then the larger balance, then by address: the same for everyone. */
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
