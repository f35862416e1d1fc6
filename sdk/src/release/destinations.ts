/** Whether an account can be paid into at all, and what creates one that is missing. */
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { type MilestoneErrorName, refuse } from "../errors/program";
import { createAssociatedTokenAccount } from "../tokens/account";
import type { Destination, KeeperAccount } from "./snapshot";
import { isOwnedRightly } from "./token-requirements";

/**
 * Throws `MilestoneProgramError` (`error`) where waiting doesn't help: the account that pays, no token account, or one of
 * somebody else or of another mint. A missing associated account fits, and a frozen one may be thawed. `advice` ends the
 * error's account line.
 */
export function refuseWrongDestination(
  destination: Destination,
  error: MilestoneErrorName,
  { mint, source }: { mint: PublicKey; source: PublicKey },
  ...advice: string[]
): void {
  const { address, owner, state, isAssociated } = destination;
  const lines = [`Account: ${address.toBase58()}`, ...advice];
  const differ = (what: string, expected: PublicKey, got: PublicKey) =>
    refuse(error, ...lines, `Expected ${what}: ${expected.toBase58()}`, `Got: ${got.toBase58()}`);
  if (address.equals(source)) throw refuse(error, ...lines, "It is the account that pays");
  if (!state && isAssociated) return;
  if (!state) throw refuse(error, ...lines, "It is no token account");
  if (!isOwnedRightly(destination, state)) throw differ("owner", owner, state.owner);
  if (!state.mint.equals(mint)) throw differ("mint", mint, state.mint);
}

/**
 * Throws `MilestoneProgramError` (`InvalidKeeperTokenAccount`) where waiting doesn't help: the account that pays, one of
 * another mint, or none at all. Anyone may own it, and a frozen one may be thawed.
 */
export function refuseWrongKeeperAccount(
  { address, state }: KeeperAccount,
  { mint, source }: { mint: PublicKey; source: PublicKey },
): void {
  const wrong = (...lines: string[]) =>
    refuse("InvalidKeeperTokenAccount", `Account: ${address.toBase58()}`, ...lines);
  if (address.equals(source)) throw wrong("It is the account that pays");
  if (!state) throw wrong("It is no token account");
  if (!state.mint.equals(mint)) {
    throw wrong(`Expected mint: ${mint.toBase58()}`, `Got: ${state.mint.toBase58()}`);
  }
}

/** Creates the associated accounts that are missing, each once. */
export function createMissing(
  destinations: readonly Destination[],
  payer: PublicKey,
  mint: PublicKey,
  tokenProgram: PublicKey,
): TransactionInstruction[] {
  const missing = new Map(
    destinations
      .filter(({ state, isAssociated }) => !state && isAssociated)
      .map(({ address, owner }) => [address.toBase58(), owner]),
  );
  return [...missing.values()].map((owner) =>
    createAssociatedTokenAccount(payer, mint, owner, tokenProgram),
  );
}
