/** What a run has seen, by name: rows of the table, states, moments around deadlines, outcomes. It guides and it proves. */
import type { Person } from "../world";
import { type Action, type ActionKind, ROW_NAMES } from "./actions";
import { type Deadlines, deadlinesOf, stateAt } from "./model-rules";
import {
  currentMilestone,
  currentOf,
  type EscrowState,
  type HeldMilestone,
  type LivePolicy,
  type MilestoneState,
  type Model,
} from "./state";
import { BY_TIME, documentedRows, rowName } from "./table";

export class Coverage {
  readonly counts = new Map<string, number>();

  add(key: string): void {
    this.counts.set(key, this.of(key) + 1);
  }

  of(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  /** Counts under a heading, sorted. */
  under(heading: string): [key: string, count: number][] {
    return [...this.counts].filter(([key]) => key.startsWith(heading)).sort();
  }

  missing(keys: string[]): string[] {
    return keys.filter((key) => this.of(key) === 0);
  }
}

export const OK = "ok";
export const rowKey = (row: { from: MilestoneState; by: string; to: MilestoneState }): string =>
  `row: ${rowName(row)}`;
export const stateKey = (state: MilestoneState): string => `state: ${state}`;
export const outcomeKey = (kind: ActionKind, error: string | null): string =>
  `outcome: ${kind}: ${error ?? OK}`;

/** An action that a deadline decides about, by the one who may take it on one side of it. */
export interface Probe {
  deadline: keyof Deadlines;
  kind: ActionKind & ("approve" | "dispute" | "execute" | "withdraw" | "submit" | Ends);
  by: Person;
  /** The stored states in which the deadline decides. */
  states: MilestoneState[];
  before: string;
  after: string;
}
type Ends = "resolve" | "expire" | "reclaim";

export const OFFSETS = [-1n, 0n, 1n] as const;

/** Invariant 9: every deadline, with what is answered at `t - 1`, and from `t` on. */
export const PROBES: Probe[] = [
  probe("due", "approve", "owner", ["funded", "submitted"], "PaymentNotDue", OK),
  probe("windowCloses", "dispute", "owner", ["submitted"], OK, "DisputeWindowClosed"),
  probe("reviewEnds", "execute", "stranger", ["submitted"], "InvalidSigner", OK),
  probe("mediationStarts", "withdraw", "owner", ["disputed"], OK, "MilestoneInMediation"),
  probe("mediationStarts", "submit", "recipient", ["disputed"], OK, "MilestoneInMediation"),
  probe("mediationStarts", "resolve", "mediator", ["disputed"], "MediationNotStarted", OK),
  probe(
    "mediationExpires",
    "resolve",
    "mediator",
    ["disputed", "mediation"],
    OK,
    "MediationTimedOut",
  ),
  probe(
    "mediationExpires",
    "expire",
    "stranger",
    ["disputed", "mediation"],
    "MediationNotTimedOut",
    OK,
  ),
  probe("overdue", "reclaim", "owner", ["funded"], "DeliveryNotOverdue", OK),
];

function probe(
  deadline: Probe["deadline"],
  kind: Probe["kind"],
  by: Person,
  states: MilestoneState[],
  before: string,
  after: string,
): Probe {
  return { deadline, kind, by, states, before, after };
}

const sign = (offset: bigint): string => (offset > 0n ? `+${offset}` : `${offset}`);

export const probeKey = ({ deadline, kind, by }: Probe, offset: bigint, outcome: string): string =>
  `deadline: ${deadline}${offset === 0n ? "  " : sign(offset)} ${kind} by ${by}: ${outcome}`;

/** What the documents promise of every probe, at its three moments. */
export const EXPECTED_PROBES: string[] = PROBES.flatMap((one) =>
  OFFSETS.map((offset) => probeKey(one, offset, offset < 0n ? one.before : one.after)),
);

/** How far `now` is from a deadline, when it is one of the three moments. */
export function offsetFrom(model: Model, policy: LivePolicy, one: Probe): bigint | null {
  const milestone = currentMilestone(policy);
  const escrow = policy.escrow;
  if (!milestone || !escrow || escrow.acceptedAt === 0n) return null;
  if (!one.states.includes(milestone.state)) return null;
  const at = deadlinesOf(policy, escrow)[one.deadline];
  if (at === null) return null;
  const offset = model.time - at;
  return offset >= -1n && offset <= 1n ? offset : null;
}

/** Keys that an action earns by where the model stands before it, given its outcome. */
export function keysBefore(model: Model, action: Action, error: string | null): string[] {
  const keys = [outcomeKey(action.kind, error)];
  if (action.kind === "time") return [...keys, ...timeKeys(model, action.to)];
  const policy = "policy" in action ? model.policies.get(action.policy) : undefined;
  if (!policy) return keys;
  if ("index" in action && action.index === currentOf(policy) && !action.detour) {
    for (const one of PROBES) {
      if (one.kind !== action.kind || one.by !== action.by) continue;
      const offset = offsetFrom(model, policy, one);
      if (offset !== null) keys.push(probeKey(one, offset, error ?? OK));
    }
  }
  if (error === null) keys.push(...successKeys(model, policy, action));
  return keys;
}

/** Rows that time alone walks until `to`. */
function timeKeys(model: Model, to: bigint): string[] {
  const keys: string[] = [];
  for (const policy of model.policies.values()) {
    const milestone = currentMilestone(policy);
    const { escrow } = policy;
    if (!milestone || !escrow) continue;
    const from = stateAt(escrow, milestone, model.time);
    const becomes = stateAt(escrow, milestone, to);
    if (from !== becomes) keys.push(rowKey({ from, by: BY_TIME, to: becomes }));
  }
  return keys;
}

/** What matters beyond the rows. */
function successKeys(model: Model, policy: LivePolicy, action: Action): string[] {
  const { escrow } = policy;
  if (action.kind === "execute") {
    if (!escrow) return [`way: delegated execute, condition ${policy.state.releaseCondition}`];
    const milestone = currentMilestone(policy) as HeldMilestone;
    const isSilent =
      milestone.state === "submitted" && model.time >= deadlinesOf(policy, escrow).reviewEnds;
    const how = isSilent ? "by silence" : `by condition ${policy.state.releaseCondition}`;
    return [
      `way: held execute from ${milestone.state} ${how}`,
      `way: held execute by ${action.by}`,
    ];
  }
  if (action.kind === "close" && escrow) {
    const isAccepted = escrow.acceptedAt !== 0n;
    const vault = policy.vault > 0n ? "something" : "nothing";
    return [`way: close ${isAccepted ? "accepted" : "unaccepted"} with ${vault} in the vault`];
  }
  if (action.kind === "open") {
    return [`way: open with ${currentOf(policy) > 0 ? "some" : "none"} paid by delegation`];
  }
  if (action.kind === "requestMediation") return [`way: mediation asked for by ${action.by}`];
  if (action.kind === "delete") return [`way: delete ${policy.kind}`];
  if (action.kind === "resolve" || action.kind === "settle") {
    const gross = policy.state.amounts[action.index];
    const share = action.amount === 0n ? "none" : action.amount === gross ? "all" : "some";
    return [`way: ${action.kind} with ${share} to the recipient`];
  }
  return [];
}

/** Every "way" a run must have seen. */
export const EXPECTED_WAYS: string[] = [
  ...[0, 1, 2, 4, 5, 8].flatMap((condition) => [
    `way: delegated execute, condition ${condition}`,
    `way: held execute from funded by condition ${condition}`,
    `way: held execute from submitted by condition ${condition}`,
  ]),
  "way: held execute from submitted by silence",
  ...["owner", "recipient", "stranger", "gatewaySigner", "mediator"].map(
    (by) => `way: held execute by ${by}`,
  ),
  "way: close unaccepted with something in the vault",
  "way: close unaccepted with nothing in the vault",
  "way: close accepted with something in the vault",
  "way: close accepted with nothing in the vault",
  "way: open with some paid by delegation",
  "way: open with none paid by delegation",
  "way: mediation asked for by owner",
  "way: mediation asked for by recipient",
  "way: delete delegated",
  "way: delete closed",
  ...["resolve", "settle"].flatMap((kind) =>
    ["none", "some", "all"].map((share) => `way: ${kind} with ${share} to the recipient`),
  ),
];

const ROWS = documentedRows();

/** The row an action would walk, by the page. */
export function expectedRow(
  escrow: EscrowState,
  milestone: HeldMilestone,
  kind: ActionKind,
  now: bigint,
): string | null {
  const from = stateAt(escrow, milestone, now);
  const row = ROWS.find((one) => one.from === from && one.by === ROW_NAMES[kind]);
  return row ? rowKey(row) : null;
}

export const EXPECTED_ROWS: string[] = ROWS.map(rowKey);
