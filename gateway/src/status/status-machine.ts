/** A table of states: what may follow what, and the refusal of everything else. */
import { GatewayError } from "../errors/gateway-error";

/** States that may follow each state. A final state has none. */
export type Transitions<State extends string> = Readonly<Record<State, readonly State[]>>;

/** Returns true when `to` may follow `from`. */
export function mayFollow<State extends string>(
  transitions: Transitions<State>,
  from: State,
  to: State,
): boolean {
  return transitions[from].includes(to);
}

/** Returns true when nothing follows the state. */
export function isFinal<State extends string>(
  transitions: Transitions<State>,
  state: State,
): boolean {
  return transitions[state].length === 0;
}

/**
 * Refuses a transition that the table does not have.
 * Throws `GatewayError` (`invalid_state_transition`).
 * @example
 * requireTransition(INTENT_TRANSITIONS, "payment intent", "SETTLED", "SUCCEEDED"); // throws
 */
export function requireTransition<State extends string>(
  transitions: Transitions<State>,
  what: string,
  from: State,
  to: State,
): void {
  if (mayFollow(transitions, from, to)) return;
  const next = transitions[from];
  throw new GatewayError(
    "invalid_state_transition",
    `Cannot change the ${what} from ${from} to ${to}. ` +
      (next.length === 0 ? `${from} is final.` : `After ${from} comes ${next.join(" or ")}.`),
  );
}
