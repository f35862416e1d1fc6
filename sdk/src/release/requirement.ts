import type { PublicKey } from "@solana/web3.js";
import type { TransferRefusal } from "../errors/accounts";
import type { MilestoneErrorName } from "../errors/program";
import type { DestinationOption, ReceivingProblem } from "./receiving";

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

/** Requirement of a release. */
export interface Requirement {
  /** Name that says what has to hold, such as `dueDate`. */
  name: RequirementName;
  /** True when the requirement holds at the report's time. */
  isMet: boolean;
  /** Message that says what is met, or what or who is missing. */
  message: string;
  /** Error that the program would return while it is unmet; null when met. */
  error: MilestoneErrorName | null;
  /** Address of the party that has to act; null when it is met, or when no party can act on it. */
  missing: PublicKey | null;
  /**
   * Name of the error when the token program or Anchor's checks refuse, and not the Milepost program, as in
   * `ForeignProgramError.programErrorName`. `error` then names the account.
   */
  foreignError?: ForeignErrorName;
  /** Account of an unmet `destination` or `feeAccounts`, why it can't receive, and how to name another. */
  blocked?: BlockedAccount;
}

/** Errors of other programs that a release can cause. */
export type ForeignErrorName =
  TransferRefusal | "InsufficientFunds" | "ConstraintDuplicateMutableAccount";

/** Token account that can't receive. */
export interface BlockedAccount {
  /** Address of the token account. */
  address: PublicKey;
  /** Reason why it cannot receive. */
  reason: ReceivingProblem;
  /** Wallet whose other token accounts are accepted. */
  owner: PublicKey;
  /** Option of `executePayment`, `explainRelease` and the endings that names another account. */
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
