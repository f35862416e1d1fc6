/**
 * What `nextActions` lists as possible is exactly what the program accepts, from every person and at every second; the
 * first unmet requirement of `decideRelease` is the program's error; and what was foretold for a later second holds
 * when it comes. A seeded random walk: policies in each stage of their life, in all conditions, pushed on by random
 * actions, by the clock (a second before each change, on it and after) and by what surrounds them.
 *
 * `SEED=<n>` repeats a run.
 */
import { expect } from "chai";
import { randomSeed } from "../../harness";
import { Dice } from "../../stateful-escrow/dice";
import { World } from "../../world";
import { numbers } from "../release-states/simulate";
import { TURNS, Walk } from "./walk";

/** Two walks from each stage. */
const WALKS = 16;

const EXPECTED = [
  "acceptEscrow",
  "approveMilestone",
  "changePaymentPolicyStatus",
  "closeEscrow",
  "deletePaymentPolicy",
  "disputeMilestone",
  "executePayment",
  "expireMediation",
  "fundMilestones",
  "openEscrow",
  "reclaimMilestone",
  "reclaimMilestone, agreed",
  "requestMediation",
  "resolveDispute",
  "settleMilestone",
  "submitMilestone",
  "syncDelegation",
  "withdrawDispute",
];

describe("the SDK on a chain: what a party can do next", () => {
  it(`given ${WALKS} policies in all stages when ${TURNS} random turns push each then the lists are what the program accepts`, async () => {
    const seed = randomSeed();
    const world = await World.create({ gatewayFeeBps: 100, protocolFeeBps: 50 });
    const accepted = new Map<string, number>();
    let probes = 0;
    for (let number = 0; number < WALKS; number++) {
      const dice = new Dice(numbers(seed + number, 1_000));
      const walk = await Walk.start(world, number, dice, `SEED=${seed}, walk ${number}`);
      await walk.run();
      probes += walk.probes;
      for (const name of walk.accepted) accepted.set(name, (accepted.get(name) ?? 0) + 1);
    }
    console.log(`      ${probes} attempts on ${WALKS} policies`);
    for (const [name, count] of [...accepted].sort()) {
      console.log(`      ${String(count).padStart(5)}  ${name}`);
    }
    expect([...accepted.keys()].sort(), `SEED=${seed}`).to.deep.equal(EXPECTED);
  }).timeout(300_000);
});
