/**
 * Two milestones of one held policy as a finite machine: every action with who must sign it, and the clock in ticks. Ages
 * are cut off where nothing depends on them any more, which keeps the states finite. Written from `docs/escrow.md`.
 */
import { BY_TIME, type Row } from "./table";
import type { MilestoneState } from "./state";

export const PARTIES = [
  "owner",
  "recipient",
  "mediator",
  "gateway signer",
  "keeper",
  "admin",
] as const;
export type Party = (typeof PARTIES)[number];

/** Periods in ticks, and what a flawed design would lack. */
export interface Rules {
  review: number;
  window: number;
  delay: number;
  timeout: number;
  grace: number;
  /** Of both milestones, in ticks after the start; 0 is none. */
  due: [number, number];
  releaseCondition: number;
  flaw?:
    | "no mediation timeout"
    | "late delivery refused"
    | "no silent approval"
    | "pause stops all"
    | "withdrawal restarts the review";
}

/** `current` is 2 and `state` "refunded" when all is over. */
export interface State {
  current: number;
  isAccepted: boolean;
  isPaused: boolean;
  /** Of the current milestone: never final. */
  state: MilestoneState;
  isNextFunded: boolean;
  /** Ticks since the start, since it was ready, since it was submitted, since mediation began. */
  clock: number;
  readyAge: number;
  submittedAge: number;
  /** Negative before mediation starts by itself. */
  mediationAge: number;
}

export interface Move {
  to: State;
  by: Party[];
  /** Ticks: 1 for waiting, 0 for acting. */
  cost: 0 | 1;
  /** The row of the documented table, where it is one. */
  row?: Row;
}

export const START: State = {
  current: 0,
  isAccepted: false,
  isPaused: false,
  state: "unfunded",
  isNextFunded: false,
  clock: 0,
  readyAge: 0,
  submittedAge: 0,
  mediationAge: 0,
};

const OVER: State = { ...START, current: 2, state: "refunded" };

export const holdsMoney = (state: State): boolean =>
  state.state !== "refunded" && (state.state !== "unfunded" || state.isNextFunded);

const dueOf = (rules: Rules, { current }: State): number => rules.due[current] ?? 0;
const bindsDueDate = (rules: Rules): boolean => rules.releaseCondition % 2 === 1;

/** The one whom the bitmap wants to sign; null is anyone. */
function signerOf({ releaseCondition }: Rules): Party | null {
  if (releaseCondition >= 8) return "recipient";
  if (releaseCondition >= 4) return "owner";
  return releaseCondition >= 2 ? "gateway signer" : null;
}

/** All that depend on nothing but the state are cut off where they stop to matter. */
function waited(state: State, rules: Rules): State {
  const last = Math.max(...rules.due) + rules.grace;
  const next = { ...state, clock: Math.min(state.clock + 1, last) };
  if (state.isAccepted && state.state === "funded") {
    next.readyAge = Math.min(state.readyAge + 1, rules.grace);
  }
  if (state.state === "submitted" || state.state === "disputed") {
    next.submittedAge = Math.min(state.submittedAge + 1, rules.review);
  }
  if (state.state === "disputed" || state.state === "mediation") {
    next.mediationAge = Math.min(state.mediationAge + 1, rules.timeout);
  }
  return next.state === "disputed" && next.mediationAge >= 0
    ? { ...next, state: "mediation", submittedAge: 0 }
    : next;
}

/** The milestone is over; the next one's turn comes. */
function ended(state: State): State {
  if (state.current === 1) return OVER;
  return {
    ...state,
    current: 1,
    state: state.isNextFunded ? "funded" : "unfunded",
    isNextFunded: false,
    readyAge: 0,
    submittedAge: 0,
    mediationAge: 0,
  };
}

function disputed(state: State, rules: Rules): State {
  return rules.delay === 0
    ? { ...state, state: "mediation", submittedAge: 0, mediationAge: 0 }
    : { ...state, state: "disputed", mediationAge: -rules.delay };
}

/** Returns every move from `state`, of every party. */
export function movesFrom(state: State, rules: Rules): Move[] {
  const moves: Move[] = [];
  if (state.current === 2) return moves;
  const { state: from } = state;
  const act = (by: Party[], to: State, row?: { by: string; to: MilestoneState }): void => {
    moves.push({ to, by, cost: 0, ...(row && { row: { from, ...row } }) });
  };
  const byAnyone = (to: State, row: { by: string; to: MilestoneState }): void =>
    PARTIES.forEach((party) => act([party], to, row));

  const later = waited(state, rules);
  const isTimed = from === "disputed" && later.state === "mediation";
  moves.push({
    to: later,
    by: [],
    cost: 1,
    ...(isTimed && { row: { from, by: BY_TIME, to: "mediation" } }),
  });
  act(["admin"], { ...state, isPaused: !state.isPaused });
  if (!state.isAccepted) {
    act(["recipient"], { ...state, isAccepted: true, readyAge: 0 });
    // Everything goes back before the recipient signed.
    act(["owner"], OVER);
  } else if (!holdsMoney(state)) {
    act(["owner"], OVER);
  }
  if (!state.isPaused) fundings(state, act);
  if (state.isAccepted && !(rules.flaw === "pause stops all" && state.isPaused)) {
    deliveries(state, rules, act);
    disputes(state, rules, act);
    endings(state, rules, act, byAnyone);
  }
  return moves;
}

type Act = (by: Party[], to: State, row?: { by: string; to: MilestoneState }) => void;

function fundings(state: State, act: Act): void {
  const row = { by: "fund_milestones", to: "funded" as const };
  if (state.state === "unfunded") {
    const funded = { ...state, state: "funded" as const, readyAge: 0 };
    act(["owner"], funded, row);
    if (state.current === 0) act(["owner"], { ...funded, isNextFunded: true }, row);
  } else if (state.current === 0 && !state.isNextFunded) {
    act(["owner"], { ...state, isNextFunded: true });
  }
}

const isOverdue = (state: State, rules: Rules): boolean =>
  state.clock >= dueOf(rules, state) + rules.grace && state.readyAge >= rules.grace;

function deliveries(state: State, rules: Rules, act: Act): void {
  const isRefused =
    rules.flaw === "late delivery refused" && state.state === "funded" && isOverdue(state, rules);
  if ((state.state === "funded" && !isRefused) || state.state === "disputed") {
    act(
      ["recipient"],
      { ...state, state: "submitted", readyAge: 0, submittedAge: 0, mediationAge: 0 },
      { by: "submit_milestone", to: "submitted" },
    );
  }
}

function disputes(state: State, rules: Rules, act: Act): void {
  if (state.state === "submitted" && state.submittedAge < rules.window) {
    act(["owner"], disputed(state, rules), { by: "dispute_milestone", to: "disputed" });
  }
  if (state.state !== "disputed") return;
  act(
    ["owner"],
    {
      ...state,
      state: "submitted",
      submittedAge: rules.flaw === "withdrawal restarts the review" ? 0 : state.submittedAge,
      mediationAge: 0,
    },
    { by: "withdraw_dispute", to: "submitted" },
  );
  const mediation = { ...state, state: "mediation" as const, submittedAge: 0, mediationAge: 0 };
  for (const party of ["owner", "recipient"] as const) {
    act([party], mediation, { by: "request_mediation", to: "mediation" });
  }
}

function endings(
  state: State,
  rules: Rules,
  act: Act,
  byAnyone: (to: State, row: { by: string; to: MilestoneState }) => void,
): void {
  const end = ended(state);
  const { state: from } = state;
  if (from === "unfunded") return;
  act(["owner", "recipient"], end, { by: "settle_milestone", to: "resolved" });
  act(["owner", "recipient"], end, { by: "reclaim_milestone (agreed)", to: "refunded" });
  if (from === "funded" || from === "submitted") {
    const isDue = !bindsDueDate(rules) || state.clock >= dueOf(rules, state);
    const row = { by: "execute_payment", to: "released" as const };
    const signer = signerOf(rules);
    const isSilent =
      from === "submitted" &&
      state.submittedAge >= rules.review &&
      rules.flaw !== "no silent approval";
    if (isDue) {
      act(["owner"], end, { by: "approve_milestone", to: "released" });
      if (signer === null || isSilent) byAnyone(end, row);
      else act([signer], end, row);
    }
  }
  if (from === "funded" && isOverdue(state, rules)) {
    act(["owner"], end, { by: "reclaim_milestone", to: "refunded" });
  }
  if (from !== "mediation") return;
  if (state.mediationAge < rules.timeout) {
    act(["mediator"], end, { by: "resolve_dispute", to: "resolved" });
  } else if (rules.flaw !== "no mediation timeout") {
    byAnyone(end, { by: "expire_mediation", to: "resolved" });
  }
}
