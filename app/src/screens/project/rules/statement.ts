/** Rule: the money statement, to the last unit, with its own check. */
import type { Statement } from "./types";

/** Sums of a milestone or of the whole project, as decimal texts. */
export type Sums = Pick<
  Statement,
  "funded" | "inEscrow" | "received" | "gatewayFee" | "protocolFee" | "platformFee" | "refunded"
>;

/** Columns in the order of the table, with their titles. */
export const STATEMENT_COLUMNS: readonly (readonly [keyof Sums, string])[] = [
  ["funded", "Paid in"],
  ["inEscrow", "In escrow"],
  ["received", "To the contractor"],
  ["platformFee", "Platform fee"],
  ["gatewayFee", "Gateway fee"],
  ["protocolFee", "Protocol fee"],
  ["refunded", "Returned"],
];

/**
 * Returns a decimal text of at most `digits` digits after the point in base units, as a bigint.
 * Throws an `Error` for another text: an amount of the gateway is never guessed.
 * @example
 * unitsOf("307.50", 6); // 307500000n
 */
export function unitsOf(text: string, digits: number): bigint {
  const [, whole, fraction = ""] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > digits) {
    throw new Error(`expected an amount with at most ${digits} digits, received "${text}"`);
  }
  return BigInt(whole + fraction.padEnd(digits, "0"));
}

/** Digits that every amount of the gateway fits. */
const DIGITS = 9;

/**
 * Returns true where paid in = in escrow + paid out + fees + returned, for each milestone and in all, and the vaults agree.
 * @example
 * statementAdds(await gateway.GET("/v1/projects/{id}/statement"));
 */
export function statementAdds(statement: Statement): boolean {
  const rows: Sums[] = [...statement.milestones, statement];
  const isTotal = STATEMENT_COLUMNS.every(([name]) => {
    const sum = statement.milestones.reduce((all, row) => all + unitsOf(row[name], DIGITS), 0n);
    return sum === unitsOf(statement[name], DIGITS);
  });
  return isTotal && rows.every(adds) && statement.chain.every(({ matches }) => matches);
}

function adds(row: Sums): boolean {
  const [funded, ...parts] = STATEMENT_COLUMNS.map(([name]) => unitsOf(row[name], DIGITS));
  return funded === parts.reduce((sum, part) => sum + part, 0n);
}

/** Returns the statement as rows of a CSV, with a row of the sums at the end. */
export function statementRows(statement: Statement): string[][] {
  const { currency, milestones } = statement;
  const amounts = (row: Sums): string[] => STATEMENT_COLUMNS.map(([name]) => row[name]);
  return [
    ["Milestone", "Currency", ...STATEMENT_COLUMNS.map(([, title]) => title)],
    ...milestones.map((row) => [`${row.index + 1} ${row.title}`, currency, ...amounts(row)]),
    ["Total", currency, ...amounts(statement)],
  ];
}
