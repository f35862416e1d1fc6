/** Chooses the token account that receives a payment. */
import type { PublicKey } from "@solana/web3.js";
import { fetchAccountInfos } from "../accounts/read-accounts";
import { TOKEN_PROGRAM_ID } from "../constants";
import type { MilestoneContext } from "../context/context";
import { toAddress } from "../input/address";
import { associatedTokenAddress } from "../tokens/associated";
import type { UserPayment } from "../types";
import { type AccountSearch, destinationAt, searchOnce } from "./account-search";
import { type Destination, type Receiving, receivingProblem } from "./receiving";

/** Payment: the account that would receive it, and the account's requirements. */
export interface DestinationChoice {
  destination: Destination;
  receiving: Receiving;
}

/**
 * Returns the destination if it can receive. Otherwise returns an account that can: another token account of the wallet,
 * or for fees of a held policy the other wallet's associated one. Returns the destination unchanged when there is none, or
 * when the node does not offer the search. Call it only for a destination that the caller did not name.
 */
export async function chooseDestination(
  search: AccountSearch,
  { destination, receiving }: DestinationChoice,
): Promise<Destination> {
  const reason = receivingProblem(destination, receiving);
  // Without the mint nothing is paid.
  if (!reason || !receiving.mintState) return destination;
  const { address, owner, alternativeOwner } = destination;
  for (const wallet of [owner, alternativeOwner]) {
    if (!wallet) continue;
    const found = await search(wallet, receiving);
    const usable = found.find((candidate) => !receivingProblem(candidate, receiving));
    // The wallet changes with the account: a missing account is created for the wallet that was found.
    if (usable) return { ...destination, ...usable, insteadOf: { address, reason } };
  }
  return destination;
}

/** Runs `chooseDestination` for each payment, in order, with one search per wallet and mint. */
export function chooseDestinations(
  context: MilestoneContext,
  choices: readonly DestinationChoice[],
): Promise<Destination[]> {
  const search = searchOnce(context);
  return Promise.all(choices.map((choice) => chooseDestination(search, choice)));
}

/**
 * Returns the owner's account for a refund: the given one, otherwise the first that can receive of the one that the
 * `UserPayment` names, the associated one, and any other of the owner's.
 */
export async function chooseOwnerDestination(
  context: MilestoneContext,
  { owner, mint, tokenAccount }: UserPayment,
  receiving: Receiving & { tokenProgram?: PublicKey },
  given: PublicKey | undefined,
): Promise<Destination> {
  const tokenProgram =
    receiving.mintState?.tokenProgram ?? receiving.tokenProgram ?? TOKEN_PROGRAM_ID;
  const associated = associatedTokenAddress(mint, owner, tokenProgram);
  const candidates = given ? [toAddress(given, "ownerTokenAccount")] : [tokenAccount, associated];
  const infos = await fetchAccountInfos(context, candidates);
  const destinations = candidates.map((address, index) =>
    destinationAt(address, owner, infos[index], address.equals(associated)),
  );
  const usable = destinations.find(
    (destination) => destination.state && !receivingProblem(destination, receiving),
  );
  const last = destinations[destinations.length - 1]!;
  if (usable || given) return usable ?? last;
  return chooseDestination(searchOnce(context), { destination: last, receiving });
}
