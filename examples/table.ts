/** The table that each act prints: day, person, step, outcome and compute units. */

/** Base units of one USDC. */
export const USDC = 1_000_000n;

export interface Step {
  when: string;
  who: string;
  what: string;
  outcome: string;
  /** Compute units of the step's transactions. */
  cu: string;
}

const COLUMNS = ["when", "who", "what", "outcome", "cu"] as const;
const HEADER: Step = { when: "when", who: "who", what: "does", outcome: "outcome", cu: "CU" };

/** Prints the steps under `title`. */
export function printSteps(title: string, steps: readonly Step[]): void {
  const rows = [HEADER, ...steps];
  const width = (column: keyof Step) => Math.max(...rows.map((row) => row[column].length));
  const widths = Object.fromEntries(COLUMNS.map((column) => [column, width(column)])) as Record<
    keyof Step,
    number
  >;
  const line = (step: Step): string =>
    COLUMNS.map((column) =>
      column === "cu" ? step.cu.padStart(widths.cu) : step[column].padEnd(widths[column]),
    ).join("  ");
  console.log(`${title}\n`);
  console.log(line(HEADER));
  console.log(COLUMNS.map((column) => "-".repeat(widths[column])).join("  "));
  for (const step of steps) console.log(line(step));
}

/** Returns base units as a USDC amount with two decimals. */
export function usdc(amount: bigint): string {
  const cents = (amount % USDC) / 10_000n;
  return `${(amount / USDC).toLocaleString("en")}.${cents.toString().padStart(2, "0")} USDC`;
}
