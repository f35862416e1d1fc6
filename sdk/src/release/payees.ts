/** Checks that the payees' accounts can receive, and builds the creation of missing ones. */
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { TransferRefusedError } from "../errors/accounts";
import type { MilepostError } from "../errors/base";
import { type MilestoneErrorName, refuse } from "../errors/program";
import { createAssociatedTokenAccount } from "../tokens/associated";
import { type KeeperAccount, keeperProblem } from "./keeper-account";
import {
  adviceOn,
  describeProblem,
  type Destination,
  type DestinationOption,
  isFrozenAnswer,
  type Receiving,
  type ReceivingProblem,
  receivingProblem,
  transferRefusal,
} from "./receiving";

/** Account that a payment goes into. */
export interface Payee {
  destination: Destination;
  error: MilestoneErrorName;
  /** Option that names another account. */
  option: DestinationOption;
}

/**
 * Throws when an account can't receive what is due to it: `MilestoneProgramError` (the payee's error,
 * `TokenAccountFrozen`), `TransferRefusedError`. A missing associated account is accepted.
 */
export function refusePayees(payees: readonly Payee[], receiving: Receiving): void {
  for (const payee of payees) {
    const problem = receivingProblem(payee.destination, receiving);
    if (problem) throw refusalOf(problem, payee, receiving);
  }
}

function refusalOf(problem: ReceivingProblem, payee: Payee, { mint }: Receiving): MilepostError {
  const { destination, error, option } = payee;
  const { address, owner, state } = destination;
  const advice = sentence(adviceOn(problem, owner, option));
  const refusal = transferRefusal(problem);
  if (refusal) return new TransferRefusedError(address, refusal, advice);
  const account = `Account: ${address.toBase58()}`;
  if (isFrozenAnswer(problem)) {
    return refuse(
      "TokenAccountFrozen",
      account,
      `It ${describeProblem(problem, destination)}`,
      advice,
    );
  }
  const expected = { wrongOwner: ["owner", owner], wrongMint: ["mint", mint] } as const;
  const differs = problem === "wrongOwner" || problem === "wrongMint" ? expected[problem] : null;
  const lines = differs
    ? [`Expected ${differs[0]}: ${differs[1].toBase58()}`, `Got: ${state![differs[0]].toBase58()}`]
    : [`It ${describeProblem(problem, destination)}`];
  return refuse(error, account, ...lines, advice);
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

/**
 * Throws when waiting doesn't help: `MilestoneProgramError` (`InvalidKeeperTokenAccount`) for the account that pays, an
 * account of another mint, or a missing one; `TransferRefusedError`. Any owner is accepted, and a frozen account as well.
 */
export function refuseWrongKeeperAccount(account: KeeperAccount, receiving: Receiving): void {
  const problem = keeperProblem(account, receiving);
  if (!problem || problem === "frozen") return;
  const { address, state } = account;
  const refusal = transferRefusal(problem);
  if (refusal) throw new TransferRefusedError(address, refusal, "Pass another keeperTokenAccount.");
  const destination = { address, owner: address, state, isAssociated: false };
  throw refuse(
    "InvalidKeeperTokenAccount",
    `Account: ${address.toBase58()}`,
    ...(problem === "wrongMint"
      ? [`Expected mint: ${receiving.mint.toBase58()}`, `Got: ${state!.mint.toBase58()}`]
      : [`It ${describeProblem(problem, destination)}`]),
  );
}

/** Builds the creation of missing associated accounts, each once. */
export function createMissing(
  destinations: readonly Destination[],
  payer: PublicKey,
  mint: PublicKey,
  tokenProgram: PublicKey,
): TransactionInstruction[] {
  const missing = new Map(
    destinations
      .filter(({ state, isAssociated, isOccupied }) => !state && isAssociated && !isOccupied)
      .map(({ address, owner }) => [address.toBase58(), owner]),
  );
  return [...missing.values()].map((owner) =>
    createAssociatedTokenAccount(payer, mint, owner, tokenProgram),
  );
}
