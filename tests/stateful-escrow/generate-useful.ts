/** Actions that succeed, moments around deadlines, and the choice of what a run has seen least. */
import type { Person } from "../world";
import type { Action, ActionKind } from "./actions";
import { type Coverage, expectedRow, keysBefore, OFFSETS, offsetFrom, PROBES } from "./coverage";
import type { Dice } from "./dice";
import { deletion, opening } from "./generate-around";
import { decide } from "./model";
import { deadlinesOf } from "./model-rules";
import {
  currentMilestone,
  currentOf,
  type HeldMilestone,
  isCompleted,
  isOver,
  type LivePolicy,
  type Model,
} from "./state";

const EXECUTORS: Person[] = ["owner", "recipient", "stranger", "gatewaySigner", "mediator"];
const NO_RENTS = { policy: 0n, escrow: 0n, vault: 0n };

/** Every action on the policy that succeeds now, with some choice of amounts. */
export function candidates(model: Model, policy: LivePolicy, dice: Dice): Action[] {
  return attempts(policy, dice).filter(
    (action) => typeof decide(model, action, NO_RENTS) !== "string",
  );
}

function attempts(policy: LivePolicy, dice: Dice): Action[] {
  const address = policy.places.policy;
  const index = currentOf(policy);
  const at = { policy: address, index };
  const executions = EXECUTORS.map((by): Action => ({ kind: "execute", ...at, by }));
  if (policy.kind === "delegated") {
    const isOpened = !isCompleted(policy) && dice.chance(80);
    if (policy.state.isPaused ? dice.chance(30) : dice.chance(4)) {
      const isPaused = !policy.state.isPaused;
      return [{ kind: "pause", policy: address, by: "owner", isPaused }];
    }
    return isOpened ? [opening(policy, dice, true)] : [...executions, ...finished(policy)];
  }
  if (!policy.escrow) return finished(policy);
  const { terms } = policy.escrow;
  const evidence = currentMilestone(policy)?.evidence ?? 0;
  const gross = policy.state.amounts[index] ?? 0n;
  const share = gross > 0n ? BigInt(dice.below(1_000_000)) % (gross + 1n) : 0n;
  const amounts = [0n, gross, share];
  const next = policy.escrow.milestones.findIndex(({ state }) => state === "unfunded");
  const count = policy.state.totalMilestones - next;
  const owner = { ...at, by: "owner" as const };
  const recipientBy = "recipient" as const;
  const actions: Action[] = [
    { kind: "accept", policy: address, by: "recipient", mediator: "mediator", terms },
    { kind: "fund", policy: address, by: "owner", first: next, count: 1 },
    { kind: "fund", policy: address, by: "owner", first: next, count: Math.max(count, 1) },
    { kind: "submit", ...at, by: "recipient", evidence: 1 + dice.below(250) },
    { kind: "approve", ...owner, evidence },
    ...executions,
    { kind: "dispute", ...owner, reason: 1 + dice.below(250) },
    { kind: "withdraw", ...owner },
    { kind: "requestMediation", ...owner },
    { kind: "requestMediation", ...at, by: "recipient" },
    ...amounts.map((amount): Action => ({ kind: "resolve", ...at, by: "mediator", amount })),
    { kind: "expire", ...at, by: "stranger" },
    ...amounts.map((amount): Action => ({ kind: "settle", ...owner, recipientBy, amount })),
    { kind: "reclaim", ...owner },
    { kind: "reclaimAgreed", ...owner, recipientBy },
    { kind: "close", policy: address, by: "owner" },
  ];
  return actions.filter(
    ({ kind }) => !ENDS.includes(kind) || isCompleted(policy) || dice.chance(12),
  );
}

/** They are possible nearly always and end what leads to rarer things. */
const ENDS: ActionKind[] = ["settle", "reclaimAgreed", "close"];

const finished = (policy: LivePolicy): Action[] => (isOver(policy) ? [deletion(policy)] : []);

/** What a deadline decides about, on its three moments, whether it succeeds or not. */
function probes(model: Model, policy: LivePolicy): Action[] {
  const at = { policy: policy.places.policy, index: currentOf(policy) };
  return PROBES.filter((one) => offsetFrom(model, policy, one) !== null)
    .filter((one) => one.kind !== "execute" || policy.state.releaseCondition >= 2)
    .map((one): Action => {
      const { kind, by } = one;
      const evidence = currentMilestone(policy)?.evidence ?? 0;
      if (kind === "approve") return { kind, ...at, by, evidence };
      if (kind === "submit") return { kind, ...at, by, evidence: 7 };
      if (kind === "dispute") return { kind, ...at, by, reason: 7 };
      if (kind === "resolve") return { kind, ...at, by, amount: 0n };
      return { kind, ...at, by };
    });
}

interface Option {
  action: Action;
  /** How often the rarest thing that it would show was seen, less for what leads on to much else. */
  seen: number;
}

/** So many times as often as what ends a milestone: the deeper a state lies, the more ways it has. */
const LEADS_ON: Partial<Record<ActionKind, number>> = {
  accept: 6,
  fund: 6,
  submit: 10,
  dispute: 14,
  requestMediation: 3,
};
const weightOf = (action: Action): number => LEADS_ON[action.kind] ?? 1;

/** Moves of the clock to just before, on and just after each deadline ahead. */
function landings(model: Model, policy: LivePolicy, coverage: Coverage): Option[] {
  const milestone = currentMilestone(policy);
  if (!milestone || !policy.escrow || policy.escrow.acceptedAt === 0n) return [];
  const deadlines = deadlinesOf(policy, policy.escrow);
  const options: Option[] = [];
  for (const one of PROBES) {
    const deadline = deadlines[one.deadline];
    if (deadline === null || !one.states.includes(milestone.state)) continue;
    for (const offset of OFFSETS) {
      const to = deadline + offset;
      if (to <= model.time) continue;
      const seen = coverage.of(landingKey(one.deadline, offset));
      options.push({ action: { kind: "time", to }, seen });
    }
  }
  return options;
}

export const landingKey = (deadline: string, offset: bigint): string =>
  `landing: ${deadline} ${offset}`;

/** On which moments of which policies' deadlines the clock stands. */
export function landedOn(model: Model): string[] {
  const keys = new Set<string>();
  for (const policy of model.policies.values()) {
    for (const one of PROBES) {
      const offset = offsetFrom(model, policy, one);
      if (offset !== null) keys.add(landingKey(one.deadline, offset));
    }
  }
  return [...keys];
}

function rarest(model: Model, coverage: Coverage, action: Action): Option {
  const decision = decide(model, action, NO_RENTS);
  const error = typeof decision === "string" ? decision : null;
  const keys = keysBefore(model, action, error);
  const policy = "policy" in action ? model.policies.get(action.policy) : undefined;
  if (error === null && policy?.escrow && !isCompleted(policy)) {
    const milestone = currentMilestone(policy) as HeldMilestone;
    const row = expectedRow(policy.escrow, milestone, action.kind, model.time);
    if (row) keys.push(row);
  }
  const seen = Math.min(...keys.map((key) => coverage.of(key)));
  return { action, seen: seen / weightOf(action) };
}

/** The least seen of everything that can be shown now; one time in three any of them. */
export function useful(model: Model, coverage: Coverage, dice: Dice): Action | null {
  const isAny = dice.chance(33);
  const policies = [...model.policies.values()];
  const actions = policies.flatMap((policy) => {
    const some = [...candidates(model, policy, dice), ...probes(model, policy)];
    // What is over waits for a deletion of its own.
    return isOver(policy) && !isAny ? some.filter(() => dice.chance(30)) : some;
  });
  if (isAny) {
    const moves = policies.flatMap((policy) => landings(model, policy, coverage));
    return dice.chance(20) && moves.length > 0
      ? dice.of(moves).action
      : actions.length > 0
        ? dice.of(actions.flatMap((one) => Array<Action>(weightOf(one)).fill(one)))
        : null;
  }
  const options = [
    ...actions.map((action) => rarest(model, coverage, action)),
    ...policies.flatMap((policy) => landings(model, policy, coverage)),
  ];
  const least = Math.min(...options.map(({ seen }) => seen));
  const best = options.filter(({ seen }) => seen === least);
  return best.length > 0 ? dice.of(best).action : null;
}
