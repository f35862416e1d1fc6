/** Turns the accounts of a wallet into the rows of the list, and filters and sorts them. */
import type { Escrow, PaymentPolicy } from "@milepost/sdk";
import { titleOf } from "../../format/title";
import { outlookOf, type PolicyOutlook, type PolicyState } from "./next-deadline";

/** Role of the connected wallet in a policy. */
export type MyRole = "payer" | "payee" | "mediator";

/** Accounts of one policy, with the roles of the wallet. */
export interface PolicyAccounts {
  address: string;
  policy: PaymentPolicy;
  /** Null for a delegated policy. */
  escrow: Escrow | null;
  /** Owner and mint of the policy's `UserPayment`; null where it could not be read. */
  userPayment: { owner: string; mint: string } | null;
  roles: readonly MyRole[];
}

/** One row of the list. */
export interface PolicyRow extends PolicyOutlook {
  address: string;
  roles: readonly MyRole[];
  /** Text of the memo, or a name made of the address. */
  title: string;
  payer: string | null;
  payee: string;
  mint: string | null;
  /** Base units of all milestones. */
  total: bigint;
  /** Base units that were released. */
  paid: bigint;
  /** Number of the current milestone from 1 on; equals `of` once all have ended. */
  milestone: number;
  of: number;
  /** Lower-case text that the filter searches. */
  searchText: string;
}

/** Returns the row of a policy. `symbolOf` names a mint, `now` is Unix seconds. */
export function rowOf(
  accounts: PolicyAccounts,
  now: number,
  symbolOf: (mint: string) => string,
): PolicyRow {
  const { address, policy, escrow, userPayment, roles } = accounts;
  const { milestone } = policy.policyType;
  const outlook = outlookOf(policy, escrow, now);
  const title = titleOf(policy.memo) ?? `Payment ${address.slice(0, 4)}…${address.slice(-4)}`;
  const payee = policy.recipient.toBase58();
  const payer = userPayment?.owner ?? null;
  const mint = userPayment?.mint ?? null;
  return {
    ...outlook,
    ...{ address, roles, title, payer, payee, mint },
    total: BigInt(milestone.escrowAmount.toString()),
    paid: BigInt(policy.totalPaid.toString()),
    milestone: Math.min(milestone.currentMilestone + 1, milestone.totalMilestones),
    of: milestone.totalMilestones,
    searchText: [title, address, payer, payee, mint, mint && symbolOf(mint), outlook.state]
      .filter(Boolean)
      .join("\n")
      .toLowerCase(),
  };
}

/** Sorts rows by their next deadline: the earliest first, then those without one, then those that ended. */
export function byDeadline(a: PolicyRow, b: PolicyRow): number {
  return rank(a) - rank(b) || (a.address < b.address ? -1 : 1);
}

function rank({ state, deadline }: PolicyRow): number {
  if (state === "ended") return Number.MAX_SAFE_INTEGER;
  return deadline?.at ?? Number.MAX_SAFE_INTEGER - 1;
}

/** What the list is narrowed to; null and an empty text leave everything. */
export interface RowFilter {
  role: MyRole | null;
  state: PolicyState | null;
  text: string;
}

/**
 * Returns the rows that a filter leaves, in their order. Every word of the text has to occur.
 * @example
 * filterRows(rows, { role: "payer", state: null, text: "kitchen usdc" });
 */
export function filterRows(rows: readonly PolicyRow[], filter: RowFilter): readonly PolicyRow[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!filter.role && !filter.state && words.length === 0) return rows;
  return rows.filter(
    (row) =>
      (!filter.role || row.roles.includes(filter.role)) &&
      (!filter.state || row.state === filter.state) &&
      words.every((word) => row.searchText.includes(word)),
  );
}
