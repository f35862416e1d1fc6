import { expect } from "chai";
import fc from "fast-check";
import { GatewayError } from "../../src/errors/gateway-error";
import {
  ORDER_SETTLEMENT_TRANSITIONS,
  ORDER_TRANSITIONS,
} from "../../src/escrow-orders/order-status";
import { INTENT_TRANSITIONS } from "../../src/intents/intent-status";
import { MILESTONE_TRANSITIONS } from "../../src/milestones/milestone-status";
import {
  isFinal,
  mayFollow,
  requireTransition,
  type Transitions,
} from "../../src/status/status-machine";

/** Each machine with its final states, and the states that a walk may come back to. */
const MACHINES: Record<
  string,
  { table: Transitions<string>; finals: string[]; detours: string[] }
> = {
  "a payment intent": {
    table: INTENT_TRANSITIONS,
    finals: ["FINAL"],
    detours: ["REQUIRES_ACTION"],
  },
  "an escrow order": {
    table: ORDER_TRANSITIONS,
    finals: ["COMPLETED", "CANCELLED"],
    detours: ["DISPUTED"],
  },
  "an order's settlement": {
    table: ORDER_SETTLEMENT_TRANSITIONS,
    finals: ["CONFIRMED", "CANCELLED"],
    detours: [],
  },
  "a milestone": {
    table: MILESTONE_TRANSITIONS,
    finals: ["RELEASED", "REFUNDED", "RESOLVED"],
    detours: [],
  },
};

/** Returns the states that can be reached from one, without passing through `without`. */
function reachable(table: Transitions<string>, from: string, without: string[] = []): Set<string> {
  const found = new Set<string>();
  const queue = [from];
  for (const state of queue) {
    for (const next of table[state]!) {
      if (found.has(next) || without.includes(next)) continue;
      found.add(next);
      queue.push(next);
    }
  }
  return found;
}

for (const [name, { table, finals, detours }] of Object.entries(MACHINES)) {
  describe(`the states of ${name}`, () => {
    const states = Object.keys(table);

    it("leave no state without an exit, except the final ones", () => {
      expect(states.filter((state) => isFinal(table, state))).to.have.members(finals);
      for (const state of states.filter((each) => !finals.includes(each))) {
        expect(
          [...reachable(table, state)].some((next) => finals.includes(next)),
          state,
        ).to.equal(true);
      }
    });

    it("never go backwards, except through a detour", () => {
      for (const state of states.filter((each) => !detours.includes(each))) {
        expect(reachable(table, state, detours).has(state), state).to.equal(false);
      }
    });

    it("name only states of their own, and reach every one from the first", () => {
      for (const next of Object.values(table).flat()) expect(states).to.include(next);
      expect([...reachable(table, states[0]!)]).to.have.members(states.slice(1));
    });

    it("given any walk then a refusal names both states and changes nothing", () => {
      fc.assert(
        fc.property(fc.constantFrom(...states), fc.constantFrom(...states), (from, to) => {
          if (mayFollow(table, from, to)) {
            requireTransition(table, name, from, to);
            return;
          }
          try {
            requireTransition(table, name, from, to);
          } catch (error) {
            expect(error).to.be.instanceOf(GatewayError);
            expect((error as GatewayError).code).to.equal("invalid_state_transition");
            expect((error as GatewayError).message).to.contain(`from ${from} to ${to}`);
            return;
          }
          throw new Error("accepted");
        }),
      );
    });
  });
}
