/**
 * Invariant 18, on the chain: at the end of a run the admin is gone with the program paused, one party after the other is
 * away permanently, and still every vault empties, in bounded time.
 */
import { AssertionError } from "chai";
import type { Person } from "../world";
import type { Action } from "./actions";
import { deadlinesOf, stateAt } from "./model-rules";
import type { Run } from "./run";
import {
  currentMilestone,
  currentOf,
  type EscrowState,
  type LivePolicy,
  outstandingOf,
} from "./state";

const AWAY: Person[] = ["owner", "recipient", "mediator", "gatewaySigner", "stranger"];
/** Moves of the clock included, a milestone needs at most: accept, submit, wait, execute. */
const MOST_STEPS = 5 * 4;

/** Empties every vault, policy by policy with another party away; the first one is chosen by `turn`. */
export async function leaveWithout(run: Run, turn: number): Promise<void> {
  const { protocolFeeBps } = run.model;
  await run.step({ kind: "updateConfig", isPaused: true, protocolFeeBps });
  let at = turn;
  for (const policy of [...run.model.policies.values()]) {
    const away = AWAY[at % AWAY.length] as Person;
    at += 1;
    for (let steps = 0; policy.escrow && outstandingOf(policy.escrow) > 0n; steps++) {
      const action = exit(run, policy, policy.escrow, away);
      const error = await run.step(action);
      if (error !== null || steps > MOST_STEPS) {
        throw new AssertionError(`no way out without ${away}: ${error ?? "too many steps"}`);
      }
    }
  }
}

/** The next step of the parties who are there; the clock moves where they wait. */
function exit(run: Run, policy: LivePolicy, escrow: EscrowState, away: Person): Action {
  const { time } = run.model;
  const address = policy.places.policy;
  const on = { policy: address, index: currentOf(policy) };
  const isOwnerHere = away !== "owner";
  const anyone: Person = away === "stranger" ? "recipient" : "stranger";
  const milestone = currentMilestone(policy);
  const deadlines = deadlinesOf(policy, escrow);
  const wait = (until: bigint, action: Action): Action =>
    time < until ? { kind: "time", to: until } : action;
  if (escrow.acceptedAt === 0n) {
    return isOwnerHere
      ? { kind: "close", policy: address, by: "owner" }
      : {
          kind: "accept",
          policy: address,
          by: "recipient",
          mediator: "mediator",
          terms: escrow.terms,
        };
  }
  if (!milestone) throw new Error("a completed policy holds nothing");
  switch (stateAt(escrow, milestone, time)) {
    case "funded":
      return isOwnerHere
        ? wait(deadlines.overdue, { kind: "reclaim", ...on, by: "owner" })
        : { kind: "submit", ...on, by: "recipient", evidence: 9 };
    case "submitted": {
      const due = deadlines.due ?? 0n;
      const until = due > deadlines.reviewEnds ? due : deadlines.reviewEnds;
      return wait(until, { kind: "execute", ...on, by: anyone });
    }
    case "disputed":
      return { kind: "time", to: deadlines.mediationStarts };
    case "mediation":
      return wait(deadlines.mediationExpires, { kind: "expire", ...on, by: anyone });
    default:
      throw new Error(`${milestone.state} holds nothing`);
  }
}
