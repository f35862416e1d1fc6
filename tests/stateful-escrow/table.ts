/** The rows of `docs/escrow.md`, read from the page: what a run must have walked. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MILESTONE_STATES, type MilestoneState } from "./state";

const PAGE = join(__dirname, "../../docs/escrow.md");

export interface Row {
  from: MilestoneState;
  by: string;
  to: MilestoneState;
}

export const rowName = ({ from, by, to }: Row): string => `${from} --${by}--> ${to}`;

const isState = (name: string | undefined): name is MilestoneState =>
  (MILESTONE_STATES as readonly (string | undefined)[]).includes(name);

/** Every row of the page's table. */
export function documentedRows(): Row[] {
  const rows: Row[] = [];
  for (const line of readFileSync(PAGE, "utf8").split("\n")) {
    const [, from, by, to] = line.split("|").map((cell) => cell.trim().replaceAll("`", ""));
    if (isState(from) && isState(to) && by) rows.push({ from, by, to });
  }
  return rows;
}

/** The row that time alone takes. */
export const BY_TIME = "(time)";
