/** Where the money of a held milestone goes. */
import { TOKEN_PROGRAM_ID } from "../tokens/programs";
import type { PublicKey } from "@solana/web3.js";
import { fetchAccountInfos } from "../accounts/fetch";
import type { MilestoneContext } from "../context";
import { type MilestoneErrorName, refuse } from "../errors/program";
import { toAddress } from "../input/address";
import type { Destination } from "../release/snapshot";
import { refuseWrongDestination } from "../release/destinations";
import { associatedTokenAddress, parseTokenAccount } from "../tokens/account";
import type { UserPayment } from "../types";

/** One account that gets something. */
export interface Payee {
  destination: Destination;
  error: MilestoneErrorName;
  /** The option that names another account. */
  option: string;
}

/**
 * The owner's account for a refund: the given one, else the one that the `UserPayment` names where it can take tokens,
 * else the associated one.
 */
export async function ownerDestination(
  context: MilestoneContext,
  userPayment: UserPayment,
  tokenProgram: PublicKey | undefined,
  given: PublicKey | undefined,
): Promise<Destination> {
  const { owner, mint, tokenAccount } = userPayment;
  const associated = associatedTokenAddress(mint, owner, tokenProgram ?? TOKEN_PROGRAM_ID);
  const candidates = given ? [toAddress(given, "ownerTokenAccount")] : [tokenAccount, associated];
  const infos = await fetchAccountInfos(context, candidates);
  const destinations = candidates.map((address, index): Destination => {
    const state = parseTokenAccount(address, infos[index]);
    return { address, owner, state, isAssociated: address.equals(associated) };
  });
  const usable = destinations.find(
    ({ state }) => state?.owner.equals(owner) && state.mint.equals(mint) && !state.isFrozen,
  );
  return usable ?? destinations[destinations.length - 1]!;
}

/** Throws `MilestoneProgramError` (the payee's error, `TokenAccountFrozen`) where one can't take what is due to it. */
export function refusePayees(payees: readonly Payee[], mint: PublicKey, vault: PublicKey): void {
  for (const { destination, error, option } of payees) {
    const advice = `Another can be named with ${option}`;
    refuseWrongDestination(destination, error, { mint, source: vault }, advice);
    if (destination.state?.isFrozen) {
      throw refuse("TokenAccountFrozen", `Account: ${destination.address.toBase58()}`, advice);
    }
  }
}
