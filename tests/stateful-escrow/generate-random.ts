/** Random attempts: most are refused, and some are right except for one thing. */
import type { Person, Terms } from "../world";
import type { Action, ActionKind, Detour, MilestoneAction } from "./actions";
import type { Dice } from "./dice";
import { opening, randomTerms } from "./generate-around";
import { candidates } from "./generate-useful";
import {
  currentMilestone,
  currentOf,
  type EscrowState,
  isOver,
  type LivePolicy,
  type Model,
  type Places,
} from "./state";

const ACTORS: Person[] = ["owner", "recipient", "mediator", "stranger", "gatewaySigner"];

const KINDS = [
  "open",
  "accept",
  "fund",
  "fund",
  "submit",
  "submit",
  "approve",
  "dispute",
  "withdraw",
  "requestMediation",
  "resolve",
  "expire",
  "settle",
  "reclaim",
  "reclaimAgreed",
  "execute",
  "close",
  "delete",
  "pause",
] as const satisfies ActionKind[];

const RIGHTFUL: Partial<Record<ActionKind, Person>> = {
  accept: "recipient",
  submit: "recipient",
  resolve: "mediator",
  expire: "stranger",
};

/** Any action on any policy, deleted ones too, by its party or by anyone. */
export function anything(model: Model, dice: Dice): Action {
  const live = [...model.policies.values()];
  const dead = model.graveyard.at(-1);
  const kind = dice.of(KINDS);
  if (dead && dice.chance(3) && kind !== "open") return onDead(dead, kind, dice);
  const policy = dice.of(live);
  const by = dice.chance(70) ? (RIGHTFUL[kind] ?? "owner") : dice.of(ACTORS);
  const index = dice.chance(80) ? currentOf(policy) : dice.below(6);
  const amount = (policy.state.amounts[currentOf(policy)] ?? 5n) + BigInt(dice.below(3)) - 1n;
  // By the owner they nearly always succeed, and end what leads to rarer things.
  if ((kind === "delete" || kind === "close") && by === "owner" && !dice.chance(30)) {
    return action("withdraw", policy.places.policy, dice, { by, index, amount });
  }
  if (kind === "open") return opening(policy, dice, dice.chance(20));
  const agreed = policy.escrow?.terms;
  return action(kind, policy.places.policy, dice, { by, index, amount, ...(agreed && { agreed }) });
}

const onDead = (dead: Places, kind: Exclude<(typeof KINDS)[number], "open">, dice: Dice): Action =>
  action(kind, dead.policy, dice, { by: RIGHTFUL[kind] ?? "owner", index: 0, amount: 1n });

interface Choices {
  by: Person;
  index: number;
  amount: bigint;
  /** Of the escrow, where there is one. */
  agreed?: Terms;
}

function action(
  kind: Exclude<(typeof KINDS)[number], "open">,
  policy: string,
  dice: Dice,
  { by, index, amount, agreed }: Choices,
): Action {
  const terms = agreed && dice.chance(70) ? agreed : randomTerms(dice);
  const recipientBy: Person = dice.chance(80) ? "recipient" : dice.of(["owner", "stranger"]);
  switch (kind) {
    case "accept":
      return { kind, policy, by, mediator: "mediator", terms };
    case "close":
    case "delete":
      return { kind, policy, by };
    case "pause":
      return { kind, policy, by, isPaused: dice.chance(30) };
    case "fund":
      return { kind, policy, by, first: index, count: dice.below(4) };
    case "approve":
      return { kind, policy, by, index, evidence: dice.below(5) };
    case "submit":
      return { kind, policy, by, index, evidence: dice.below(5) };
    case "dispute":
      return { kind, policy, by, index, reason: dice.below(5) };
    case "resolve":
      return { kind, policy, by, index, amount };
    case "settle":
      return { kind, policy, by, index, amount, recipientBy };
    case "reclaimAgreed":
      return { kind, policy, by, index, recipientBy };
    default:
      return { kind, policy, by, index };
  }
}

const PAYS_RECIPIENT = ["approve", "execute", "resolve", "expire", "settle"];
const PAYS_OWNER = ["resolve", "expire", "settle", "reclaim", "reclaimAgreed"];

/** An action that would succeed, with one thing wrong. */
export function flawed(model: Model, dice: Dice): Action | null {
  const live = [...model.policies.values()];
  if (dice.chance(20)) return opening(dice.of(live), dice, false);
  if (dice.chance(28)) {
    const misplaced = outOfTurn(model, dice);
    if (misplaced) return misplaced;
  }
  if (dice.chance(15)) {
    const mistaken = otherTerms(live, dice);
    if (mistaken) return mistaken;
  }
  if (dice.chance(10)) {
    const unaffordable = fundingAbove(live, model.tokens.owner);
    if (unaffordable) return unaffordable;
  }
  const right = live
    .flatMap((policy) => candidates(model, policy, dice))
    .filter((one): one is MilestoneAction => "index" in one);
  if (right.length === 0) return null;
  const one = dice.of(right);
  const policy = model.policies.get(one.policy) as LivePolicy;
  const others = live.filter(({ kind }) => kind === "held").filter((other) => other !== policy);
  const flaws: (() => MilestoneAction)[] = [
    () => ({ ...one, by: dice.of(ACTORS.filter((person) => person !== one.by)) }),
    () => ({ ...one, index: one.index + dice.of([-1, 1, 2]) }),
  ];
  const astray = (what: Detour, other?: LivePolicy): void => {
    const { places } = other ?? policy;
    flaws.push(() => ({ ...one, detour: { what, other: places } }));
  };
  if (PAYS_RECIPIENT.includes(one.kind)) astray("stranger's account for the recipient");
  if (policy.kind === "held") {
    if (PAYS_RECIPIENT.includes(one.kind)) astray("vault for the recipient");
    if (PAYS_OWNER.includes(one.kind)) {
      astray("stranger's account for the owner");
      astray("vault for the owner");
    }
    if (one.kind === "execute") astray("vault for the keeper");
    const other = others.length > 0 ? dice.of(others) : undefined;
    if (other) astray("another policy's escrow", other);
    const hasVault = PAYS_OWNER.includes(one.kind) || PAYS_RECIPIENT.includes(one.kind);
    if (other && hasVault) astray("another policy's vault", other);
  }
  if (one.kind === "submit") flaws.push(() => ({ ...one, evidence: 0 }));
  if (one.kind === "approve") flaws.push(() => ({ ...one, evidence: one.evidence ^ 1 }));
  if (one.kind === "dispute") flaws.push(() => ({ ...one, reason: 0 }));
  if (one.kind === "settle" || one.kind === "reclaimAgreed") {
    flaws.push(() => ({ ...one, recipientBy: dice.of(["owner", "stranger", "mediator"]) }));
  }
  if (one.kind === "settle" || one.kind === "resolve") {
    const above = (policy.state.amounts[one.index] as bigint) + 1n;
    const tooMuch = () => ({ ...one, amount: above });
    flaws.push(tooMuch, tooMuch, tooMuch);
  }
  const broken = dice.of(flaws)();
  return broken.index < 0 ? { ...broken, index: 5 } : broken;
}

/** Funding of a milestone for more than the owner has. */
function fundingAbove(live: LivePolicy[], balance: bigint): Action | null {
  for (const { places, state, escrow } of live) {
    const first = escrow?.milestones.findIndex((one) => one.state === "unfunded") ?? -1;
    if ((state.amounts[first] ?? 0n) <= balance) continue;
    return { kind: "fund", policy: places.policy, by: "owner", first, count: 1 };
  }
  return null;
}

const TURNS = [
  "submit",
  "approve",
  "execute",
  "dispute",
  "dispute",
  "withdraw",
  "requestMediation",
  "resolve",
  "expire",
  "reclaim",
  "close",
] as const;

/** By the right one and on the right milestone, but in whatever state it is; a disputed one or a pause where there is one. */
function outOfTurn(model: Model, dice: Dice): Action | null {
  const live = [...model.policies.values()];
  const paused = live.find(({ kind, state }) => kind === "delegated" && state.isPaused);
  if (paused && dice.chance(30)) return opening(paused, dice, true);
  const held = live.filter((policy) => policy.escrow && !isOver(policy));
  const frozen = held.filter((policy) => currentMilestone(policy)?.state === "disputed");
  const some = frozen.length > 0 && dice.chance(40) ? frozen : held;
  if (some.length === 0) return null;
  const policy = dice.of(some);
  const kind = dice.of(TURNS);
  const by = RIGHTFUL[kind] ?? "owner";
  return action(kind, policy.places.policy, dice, { by, index: currentOf(policy), amount: 0n });
}

/** The recipient's signature on other terms than were opened, by one second or another mediator. */
function otherTerms(live: LivePolicy[], dice: Dice): Action | null {
  const open = live.filter(({ escrow }) => escrow?.acceptedAt === 0n);
  if (open.length === 0) return null;
  const { places, escrow } = dice.of(open);
  const { terms } = escrow as EscrowState;
  const accept = { kind: "accept", policy: places.policy, by: "recipient" } as const;
  return dice.chance(30)
    ? { ...accept, mediator: "stranger", terms }
    : {
        ...accept,
        mediator: "mediator",
        terms: { ...terms, reviewPeriodSecs: terms.reviewPeriodSecs + 1 },
      };
}
