/** Rule: the mediator's queue by deadline, from projects of the gateway and from escrows on chain. */
import { type Escrow, mediationExpiresAt, milestoneStateAt } from "@milepost/sdk";
import BN from "bn.js";
import type { Project } from "../project/rules/types";

/** One dispute of the queue. */
export interface Case {
  /** Id of the project, or address of the policy. */
  key: string;
  kind: "project" | "policy";
  title: string;
  /** Index of the milestone in its project or policy. */
  milestoneIndex: number;
  /** `mediation`: the mediator decides now. `dispute`: mediation has not started. `timed_out`: too late to decide. */
  state: "mediation" | "dispute" | "timed_out";
  /** Unix seconds: end of the mediation, or its start for a dispute. */
  deadline: number;
}

/** Order of the states in the queue. */
const STATES: readonly Case["state"][] = ["mediation", "dispute", "timed_out"];

/** Returns cases with what must be decided first at the top: mediations by their end, then disputes by their start. */
export function sortCases(cases: readonly Case[]): Case[] {
  return [...cases].sort(
    (a, b) =>
      STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
      a.deadline - b.deadline ||
      (a.key < b.key ? -1 : 1),
  );
}

/** Returns the open disputes of projects whose mediator is `wallet`. */
export function projectCases(projects: readonly Project[], wallet: string, now: number): Case[] {
  return projects
    .filter(({ mediator }) => mediator.wallet === wallet)
    .flatMap(({ id, title, milestones }) =>
      milestones.flatMap((milestone): Case[] => {
        const { status, index, mediationStarts, mediationEnds } = milestone;
        const about = {
          key: id,
          kind: "project" as const,
          title: `${title}: ${milestone.title}`,
          milestoneIndex: index,
        };
        if (status === "disputed" && mediationStarts !== null) {
          return [{ ...about, state: "dispute", deadline: mediationStarts }];
        }
        if (status !== "in_mediation" || mediationEnds === null) return [];
        const state = now >= mediationEnds ? "timed_out" : "mediation";
        return [{ ...about, state, deadline: mediationEnds }];
      }),
    );
}

/** Returns the open disputes of escrows on chain, without the policies that a project of the gateway has. */
export function policyCases(
  escrows: readonly { account: Escrow }[],
  projects: readonly Project[],
  now: number,
): Case[] {
  const known = new Set(projects.flatMap(({ policies }) => policies.map(({ policy }) => policy)));
  const time = new BN(now);
  return escrows.flatMap(({ account }) => {
    const policy = account.policy.toBase58();
    if (known.has(policy)) return [];
    return account.milestones.flatMap((_milestone, milestoneIndex): Case[] => {
      const state = milestoneStateAt(account, milestoneIndex, time);
      const title = `Payment ${policy.slice(0, 4)}…${policy.slice(-4)}, milestone ${milestoneIndex + 1}`;
      const about = { key: policy, kind: "policy" as const, title, milestoneIndex };
      if (state === "disputed") {
        return [{ ...about, state: "dispute", deadline: account.mediationAt.toNumber() }];
      }
      if (state !== "mediation") return [];
      const deadline = Number(mediationExpiresAt(account).toString());
      return [{ ...about, state: now >= deadline ? "timed_out" : "mediation", deadline }];
    });
  });
}

/** Words of a case's state, and the sign beside them. */
export const CASE_WORDS: Readonly<
  Record<Case["state"], { kind: "warn" | "neutral" | "bad"; label: string; deadline: string }>
> = {
  mediation: { kind: "warn", label: "Decide", deadline: "Decide before" },
  dispute: { kind: "neutral", label: "In dispute", deadline: "Mediation starts" },
  timed_out: { kind: "bad", label: "Too late", deadline: "Ended" },
};
