/** Where the money of a held milestone goes, and what creates an account that is missing. */
import type BN from "bn.js";
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { fetchAccountInfos } from "../accounts/fetch";
import type { MilestoneContext } from "../context";
import { type MilestoneErrorName, refuse } from "../errors/program";
import { toAddress } from "../input/address";
import type { Destination } from "../release/snapshot";
import {
  associatedTokenAddress,
  createAssociatedTokenAccount,
  parseTokenAccount,
} from "../tokens/account";
import type { UserPayment } from "../types";

/** One account that gets something. */
export interface Payee {
  destination: Destination;
  /** Base units; nothing is needed of an account that gets none. */
  amount: BN;
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
  for (const { destination, amount, error, option } of payees) {
    if (amount.isZero()) continue;
    const { address, owner, alternativeOwner, state, isAssociated } = destination;
    const lines = [`Account: ${address.toBase58()}`, `Another can be named with ${option}`];
    if (address.equals(vault)) throw refuse(error, ...lines, "It is the account that pays");
    if (!state && isAssociated) continue;
    if (!state) throw refuse(error, ...lines, "It is no token account");
    if (!state.owner.equals(owner) && !alternativeOwner?.equals(state.owner)) {
      const [want, got] = [owner.toBase58(), state.owner.toBase58()];
      throw refuse(error, ...lines, `Expected owner: ${want}`, `Got: ${got}`);
    }
    if (!state.mint.equals(mint)) {
      const [want, got] = [mint.toBase58(), state.mint.toBase58()];
      throw refuse(error, ...lines, `Expected mint: ${want}`, `Got: ${got}`);
    }
    if (state.isFrozen) throw refuse("TokenAccountFrozen", ...lines);
  }
}

/** Creates the associated accounts that are missing and get something, each once. */
export function createMissing(
  payees: readonly Payee[],
  payer: PublicKey,
  mint: PublicKey,
  tokenProgram: PublicKey,
): TransactionInstruction[] {
  const missing = new Map(
    payees
      .filter(({ amount, destination }) => !amount.isZero() && !destination.state)
      .filter(({ destination }) => destination.isAssociated)
      .map(({ destination }) => [destination.address.toBase58(), destination.owner]),
  );
  return [...missing.values()].map((owner) =>
    createAssociatedTokenAccount(payer, mint, owner, tokenProgram),
  );
}
