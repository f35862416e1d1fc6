/** The operator's report, as `GET /v1/operator` has it, and the words for it. Pure. */
import type { components } from "@milepost/gateway/client";

/** Everything that the operator's desk shows at first. */
export type OperatorReport = components["schemas"]["OperatorReport"];
/** Health of the gateway's parts. */
export type Health = OperatorReport["health"];
/** The gateway's account on chain. */
export type GatewayAccount = OperatorReport["gateway"];
/** A payment that should have been released and was not. */
export type Stuck = OperatorReport["stuck"][number];

/** Weight of a state. */
export type Weight = "good" | "warn" | "bad" | "neutral";

/** One line of the health card. */
export interface HealthLine {
  name: string;
  weight: Weight;
  /** State in one or two words. */
  state: string;
  text: string;
}

const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

/**
 * Returns the health in lines: what works, what does not, and what the operator does about it.
 * @example
 * healthLines(report.health).find(({ weight }) => weight === "bad");
 */
export function healthLines({ database, chains, keeper, webhooks, jobs }: Health): HealthLine[] {
  return [
    {
      name: "Database",
      ...stateOf(database),
      text: database.ok
        ? "It answers."
        : `${database.error ?? "It does not answer."} Start it, or check its address.`,
    },
    ...chains.map((chain) => ({
      name: chain.mode === "live" ? "Chain (live)" : "Chain (test)",
      ...stateOf(chain),
      text: chain.ok
        ? `The node answers${chain.slot ? ` at slot ${chain.slot}` : ""}.`
        : `${chain.error ?? "The node does not answer."} Check the RPC's address and limits.`,
    })),
    keeperLine(keeper),
    webhookLine(webhooks),
    jobLine(jobs),
  ];
}

const stateOf = ({ ok }: Health["database"]): Pick<HealthLine, "weight" | "state"> =>
  ok ? { weight: "good", state: "Up" } : { weight: "bad", state: "Down" };

function keeperLine(keeper: Health["keeper"]): HealthLine {
  const name = "Keeper";
  if (keeper === null) {
    const text =
      "No keeper has reported. The gateway pays what it can; start a keeper for what is left after a crash.";
    return { name, weight: "warn", state: "Not seen", text };
  }
  if (!keeper.ok) {
    const text = `${keeper.error ?? "The keeper stopped reporting."} Start it again.`;
    return { name, weight: "bad", state: "Down", text };
  }
  const { due, postponed, failed } = keeper;
  const weight = failed > 0 ? "warn" : "good";
  const text = `${due} due, ${postponed} postponed, ${failed} failed.`;
  return { name, weight, state: weight === "good" ? "Up" : "With failures", text };
}

function webhookLine({ endpoints, disabled, pending, failing }: Health["webhooks"]): HealthLine {
  const isBad = failing > 0 || disabled > 0;
  const text = `${count(endpoints, "endpoint")}: ${failing} failing, ${disabled} disabled. ${count(pending, "delivery", "deliveries")} waiting.`;
  return {
    name: "Webhooks",
    weight: isBad ? "warn" : "good",
    state: isBad ? "Look at them" : "Up",
    text: isBad ? `${text} Open Webhooks to repair them.` : text,
  };
}

function jobLine({ waiting, running, failed }: Health["jobs"]): HealthLine {
  return {
    name: "Jobs",
    weight: failed > 0 ? "warn" : "good",
    state: failed > 0 ? "With failures" : "Up",
    text: `${waiting} waiting, ${running} running, ${failed} failed.`,
  };
}

/** Returns the sponsor's SOL, and whether it lasts. Below 0.1 SOL a busy day may stop payments. */
export function sponsorLine({ lamports }: OperatorReport["sponsor"]): HealthLine {
  const amount = BigInt(lamports);
  const digits = amount.toString().padStart(10, "0");
  const sol = `${digits.slice(0, -9)}.${digits.slice(-9).replace(/0{1,7}$/, "")}`;
  const isLow = amount < 100_000_000n;
  return {
    name: "Sponsor",
    weight: isLow ? "bad" : "good",
    state: isLow ? "Low" : "Up",
    text: isLow
      ? `${sol} SOL for fees and deposits. Send SOL to the sponsor's address.`
      : `${sol} SOL for fees and deposits.`,
  };
}

/** Returns the state of the last comparison of ledger and chain. */
export function reconciliationState({
  last,
  differences,
}: OperatorReport["reconciliation"]): Pick<HealthLine, "weight" | "state"> {
  if (last === null) return { weight: "neutral", state: "Not run" };
  if (last.status === "running") return { weight: "neutral", state: "Running" };
  if (last.status === "failed") return { weight: "warn", state: "Failed" };
  return differences > 0
    ? { weight: "bad", state: "Different" }
    : { weight: "good", state: "Matched" };
}
