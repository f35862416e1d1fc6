/** The rows of a receipt and of its CSV file, out of what the chain reported. */
import { utcText } from "../../format/utc-time";
import { formatAmount } from "../../format/amount";
import { describeEvent } from "./history-texts";
import type { HistoryEntry } from "./load-history";
import type { Token } from "./token";

/** Row of a receipt: one event that moved money or changed the agreement. */
export interface ReceiptRow {
  time: number | null;
  title: string;
  milestoneIndex: number | null;
  paid: bigint;
  fees: bigint;
  refunded: bigint;
  signature: string;
}

/** Returns the rows of a receipt, oldest first. */
export function receiptRows(entries: readonly HistoryEntry[], token: Token): ReceiptRow[] {
  return [...entries].reverse().flatMap(({ events, time, signature }) =>
    [...events].reverse().flatMap((event) => {
      const text = describeEvent(event, token);
      if (!text) return [];
      const { title, milestoneIndex, paid, fees, refunded } = text;
      return [{ time, title, milestoneIndex, paid, fees, refunded, signature }];
    }),
  );
}

/** Sums of a receipt in base units. */
export interface ReceiptSums {
  paid: bigint;
  fees: bigint;
  refunded: bigint;
}

/** Adds up the rows. */
export function receiptSums(rows: readonly ReceiptRow[]): ReceiptSums {
  const sum = (of: (row: ReceiptRow) => bigint) => rows.reduce((all, row) => all + of(row), 0n);
  return {
    paid: sum(({ paid }) => paid),
    fees: sum(({ fees }) => fees),
    refunded: sum(({ refunded }) => refunded),
  };
}

/** Titles of the columns of a receipt's CSV. */
const COLUMNS = [
  ...["Time", "Event", "Milestone", "To the recipient", "Fees", "To the payer"],
  ...["Token", "Mint", "Transaction"],
];

/** Returns the receipt as rows of a CSV, amounts in the token's unit without separators. */
export function receiptTable(rows: readonly ReceiptRow[], token: Token): string[][] {
  const amount = (units: bigint) =>
    units === 0n ? "" : formatAmount(units, token.decimals).replaceAll(",", "");
  return [
    COLUMNS,
    ...rows.map(({ time, title, milestoneIndex, paid, fees, refunded, signature }) => [
      time === null ? "" : utcText(time),
      title,
      milestoneIndex === null ? "" : String(milestoneIndex + 1),
      amount(paid),
      amount(fees),
      amount(refunded),
      token.symbol,
      token.mint,
      signature,
    ]),
  ];
}
