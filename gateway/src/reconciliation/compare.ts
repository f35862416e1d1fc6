/** Compares what the chain says about one policy with the movements that were written down. Pure. */
import type { FoundMoney } from "../chain/read-money";

/** Sums of a policy's movements, in base units. */
export interface Recorded {
  kind: "held" | "delegated";
  /** True once the gateway knows that the account was deleted. */
  isClosed: boolean;
  funded: bigint;
  paid: bigint;
  refunded: bigint;
}

/** One sum that differs; base units. Null where a side has no such number. */
export interface Difference {
  field: "funded" | "paid" | "refunded" | "outstanding" | "account";
  ledger: bigint | null;
  chain: bigint | null;
}

/**
 * Returns every sum that differs. After an escrow was closed, and after the account was deleted, the chain no longer keeps the
 * sums: then nothing may be outstanding in the ledger.
 */
export function compareMoney(recorded: Recorded, found: FoundMoney | null): Difference[] {
  const { funded, paid, refunded } = recorded;
  const outstanding = funded - paid - refunded;
  if (!found) {
    // An owner who deletes a delegated policy takes nothing: the money was never set aside.
    const isOver = recorded.isClosed || recorded.kind === "delegated" || outstanding === 0n;
    return isOver ? [] : [{ field: "account", ledger: outstanding, chain: null }];
  }
  const pairs: [Difference["field"], bigint, bigint | null][] =
    found.funding === "closed"
      ? [["outstanding", outstanding, found.outstanding]]
      : [
          ["funded", funded, found.funded],
          ["paid", paid, found.paid],
          ["refunded", refunded, found.refunded],
          ["outstanding", outstanding, found.outstanding],
        ];
  return pairs
    .filter(([, ledger, chain]) => ledger !== chain)
    .map(([field, ledger, chain]) => ({ field, ledger, chain }));
}
