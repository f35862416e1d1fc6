import type { Commitment } from "@solana/web3.js";

/** 0 for `processed`, 1 for `confirmed`, 2 for `finalized`; web3.js's older names count as what they became. */
export type CommitmentLevel = 0 | 1 | 2;

const LEVELS: Readonly<Partial<Record<Commitment, CommitmentLevel>>> = {
  processed: 0,
  recent: 0,
  confirmed: 1,
  single: 1,
  singleGossip: 1,
  finalized: 2,
  root: 2,
  max: 2,
};

/** Returns how sure a commitment is. An unknown name counts as `confirmed`. */
export function commitmentLevel(commitment: Commitment): CommitmentLevel {
  return LEVELS[commitment] ?? 1;
}
