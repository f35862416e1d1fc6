/**
 * Random commands as plain numbers, and the action each becomes against the model's state of the moment. Half of them
 * are led to what the run has seen least, so that every seed walks every row of the table.
 */
import fc from "fast-check";
import type { Action } from "./actions";
import { around, creation, deletion } from "./generate-around";
import { anything, flawed } from "./generate-random";
import { useful } from "./generate-useful";
import type { Coverage } from "./coverage";
import { Dice } from "./dice";
import { isOver, type Model } from "./state";

export interface Command {
  mode: "useful" | "any" | "flawed" | "around" | "again";
  /** Answers to whatever is still open, in order. */
  dice: number[];
}

export const command: fc.Arbitrary<Command> = fc.record({
  mode: fc.oneof(
    ...(
      [
        [58, "useful"],
        [14, "any"],
        [16, "flawed"],
        [10, "around"],
        [2, "again"],
      ] as const
    ).map(([weight, mode]) => ({ weight, arbitrary: fc.constant(mode) })),
  ),
  dice: fc.array(fc.nat(999_999), { minLength: 24, maxLength: 24 }),
});

/** More live policies than this are not made, fewer than that are made up for. */
const MOST_POLICIES = 6;
const LEAST_POLICIES = 4;

/** The action of a command. `previous` is the step before, for a resend by a new transaction. */
export function resolve(
  model: Model,
  coverage: Coverage,
  { mode, dice: numbers }: Command,
  previous: Action | null,
): Action {
  const dice = new Dice(numbers);
  const live = [...model.policies.values()];
  const running = live.filter((policy) => !isOver(policy));
  if (running.length < LEAST_POLICIES) {
    const over = live.find(isOver);
    if (live.length >= MOST_POLICIES && over) return deletion(over);
    if (model.isPaused) {
      return { kind: "updateConfig", isPaused: false, protocolFeeBps: model.protocolFeeBps };
    }
    return creation(model, dice, coverage);
  }
  switch (mode) {
    case "any":
      return anything(model, dice);
    case "flawed":
      return flawed(model, dice) ?? anything(model, dice);
    case "around":
      return around(model, dice);
    case "again":
      // A creation names the id that is taken by then: its refusal is another suite's.
      return previous && previous.kind !== "createPolicy" && previous.kind !== "time"
        ? previous
        : { kind: "resend" };
    case "useful":
      return useful(model, coverage, dice) ?? around(model, dice);
  }
}
