import type { PublicKey } from "@solana/web3.js";
import type { TransferRefusal } from "../errors/accounts";
import type { MilestoneErrorName } from "../errors/program";
import type { DestinationOption, ReceivingProblem } from "./destination";

/**
 * Name of a `Requirement`. A delegated policy has no `accepted`, `funded`, `undisputed` and `vault`; a held one has
 * no `active`, `programNotPaused`, `delegation`, `allowance` and `balance`.
 */
export type RequirementName =
  | "escrow"
  | "milestone"
  | "active"
  | "programNotPaused"
  | "accepted"
  | "funded"
  | "undisputed"
  | "dueDate"
  | "signer"
  | "mint"
  | "vault"
  | "destination"
  | "delegation"
  | "allowance"
  | "balance"
  | "feeAccounts";

/** One thing a release needs. */
export interface Requirement {
  /** Name that says what has to hold, such as `dueDate`. */
  name: RequirementName;
  /** True when the requirement holds at the report's time. */
  isMet: boolean;
  /** What is there, or what or who is missing, for people. */
  message: string;
  /** What the program would answer while it is unmet; null when met. */
  error: MilestoneErrorName | null;
  /** Who has to act for it to be met; null when met, or when only time or nobody can. */
  missing: PublicKey | null;
  /**
   * Where not our program refuses but the token program or Anchor's checks: their error's name, as in
   * `ForeignProgramError.programErrorName`. `error` then says which account is concerned.
   */
  foreignError?: ForeignErrorName;
  /** Of an unmet `destination` or `feeAccounts`: which account it is, why it can't receive and how to name another. */
  blocked?: BlockedAccount;
}

/** Errors of others than the program that a release can meet. */
export type ForeignErrorName =
  TransferRefusal | "InsufficientFunds" | "ConstraintDuplicateMutableAccount";

/** A token account that can't receive. */
export interface BlockedAccount {
  /** Address of the token account. */
  address: PublicKey;
  /** Reason why it cannot receive. */
  reason: ReceivingProblem;
  /** The wallet whose other token account will do. */
  owner: PublicKey;
  /** The option of `executePayment`, `explainRelease` and the endings that names another account. */
  option: DestinationOption;
}

export function met(name: RequirementName, message: string): Requirement {
  return { name, isMet: true, message, error: null, missing: null };
}

export function unmet(
  name: RequirementName,
  error: MilestoneErrorName,
  message: string,
  missing: PublicKey | null = null,
  details: Pick<Requirement, "foreignError" | "blocked"> = {},
): Requirement {
  return { name, isMet: false, message, error, missing, ...details };
}
