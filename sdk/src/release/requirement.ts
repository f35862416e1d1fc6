import type { PublicKey } from "@solana/web3.js";
import type { MilestoneErrorName } from "../errors/program";

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
  name: RequirementName;
  isMet: boolean;
  /** What is there, or what or who is missing, for people. */
  message: string;
  /** What the program would answer while it is unmet; null when met. */
  error: MilestoneErrorName | null;
  /** Who has to act for it to be met; null when met, or when only time or nobody can. */
  missing: PublicKey | null;
}

export function met(name: RequirementName, message: string): Requirement {
  return { name, isMet: true, message, error: null, missing: null };
}

export function unmet(
  name: RequirementName,
  error: MilestoneErrorName,
  message: string,
  missing: PublicKey | null = null,
): Requirement {
  return { name, isMet: false, message, error, missing };
}
