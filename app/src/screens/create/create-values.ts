/** What a checked draft contains, in the types that the SDK takes. */
import type { EscrowTerms } from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import type { Draft } from "./draft";

/** A draft that can be built. Amounts are base units, times Unix seconds. */
export interface CreateValues {
  funding: Draft["funding"];
  mint: PublicKey;
  recipient: PublicKey;
  gateway: PublicKey;
  /** Null for a delegated payment. */
  mediator: PublicKey | null;
  amounts: bigint[];
  /** One per amount, 0 where a milestone has no date; empty when none has. */
  timestamps: number[];
  descriptions: string[];
  memo: string;
  releaseCondition: number;
  terms: EscrowTerms;
  fund: "next" | "all" | undefined;
}
