/** An entry of the ledger as the services see it: money in base units. */
import type { Currency } from "../chain/chain-runtime";
import type { Mode } from "../caller/mode";

export const ENTRY_TYPES = ["RESERVE", "RELEASE", "REFUND", "SETTLEMENT"] as const;

/**
 * Kind of an entry. RESERVE: into the vault. RELEASE: out of it to the payee, with fees. REFUND: back to the payer.
 * SETTLEMENT: from the payee's wallet to where the platform wants it. A negative entry takes back one whose transaction the
 * chain has dropped.
 */
export type EntryType = (typeof ENTRY_TYPES)[number];

/** An entry; `amount` is `fee` plus `net`. */
export interface LedgerEntry {
  id: string;
  accountId: string;
  mode: Mode;
  intentId: string;
  milestoneId: string | null;
  type: EntryType;
  amount: bigint;
  fee: bigint;
  net: bigint;
  currency: Currency;
  decimals: number;
  policy: string | null;
  destination: string | null;
  signature: string | null;
  slot: number | null;
  /** Unix seconds of the chain. */
  occurredAt: bigint;
  createdAt: Date;
}
