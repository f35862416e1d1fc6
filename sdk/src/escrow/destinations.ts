/** Where what goes back to the owner of a held milestone goes. */
import type { PublicKey } from "@solana/web3.js";
import { fetchAccountInfos } from "../accounts/fetch";
import type { MilestoneContext } from "../context";
import { toAddress } from "../input/address";
import { destinationAt, replaceBlocked } from "../release/alternatives";
import { type Destination, type Receiving, receivingProblem } from "../release/destination";
import { associatedTokenAddress } from "../tokens/account";
import { TOKEN_PROGRAM_ID } from "../tokens/programs";
import type { UserPayment } from "../types";

/**
 * Returns the owner's account for a refund: the given one, else the one that the `UserPayment` names where it can receive,
 * else the associated one, else any other of the owner's that can.
 */
export async function ownerDestination(
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
  const [replaced] = await replaceBlocked(context, [{ destination: last, receiving }]);
  return replaced!;
}
