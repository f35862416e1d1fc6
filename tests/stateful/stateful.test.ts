/**
 * Several owners with several policies each on one mint, three gateways, an admin, a freeze authority and a clock, in
 * random order. After each step the chain equals a plain model and the replay of its events, and the invariants hold:
 * see `stateful/run.ts` and `stateful/invariants.ts`.
 *
 * `SEED=<n>` repeats a run; `SHRINK=1` makes fast-check look for a smaller one, which takes minutes.
 */
import { expect } from "chai";
import fc from "fast-check";
import { randomSeed } from "../harness";
import { command } from "./commands";
import { EXPECTED_OUTCOMES } from "./outcomes";
import { Run } from "./run";
import { runOnce } from "./seeded";

/** Chains, each as long-lived as a shrink can bear, and what is done on each. */
const CHAINS = 4;
const COMMANDS = 900;
/** More chains are started only while an outcome is missing that should have been seen. */
const MOST_CHAINS = 10;
const LEAST_STEPS = 2_000;

const EXPECTED = Object.entries(EXPECTED_OUTCOMES).flatMap(([kind, outcomes]) =>
  outcomes.map((outcome) => `${kind}: ${outcome}`),
);

describe("random sequences of everything", () => {
  const runs: Run[] = [];

  const property = fc.asyncProperty(
    fc.array(command, { minLength: COMMANDS, maxLength: COMMANDS, size: "max" }),
    async (commands) => {
      const run = await Run.start();
      runs.push(run);
      for (const one of commands) await run.take(one);
      await run.expectNothingLeftOfTheDead();
    },
  );

  it(`given ${CHAINS} chains when ${COMMANDS} random commands run on each then chain, model and events agree after every step`, async () => {
    const seed = randomSeed();
    for (let chain = 0; chain < CHAINS; chain++) await runOnce(property, seed, chain);
    for (let chain = CHAINS; chain < MOST_CHAINS && missing().length > 0; chain++) {
      await runOnce(property, seed, chain);
    }
    const steps = sum(runs.map((run) => run.steps));
    const repaired = sum(runs.map((run) => run.invariants.repaired));
    console.log(`      ${steps} steps, ${repaired} payments after a repaired delegation`);
    for (const [outcome, count] of [...counts()].sort()) console.log(`      ${count} ${outcome}`);

    expect(steps).to.be.at.least(LEAST_STEPS);
    expect(missing(), "outcomes never seen").to.deep.equal([]);
    // 12: what a missing delegation had stopped was paid after its repair.
    expect(repaired).to.be.at.least(1);
    // 20: every event has been replayed.
    const replayed = new Set(runs.flatMap((run) => [...run.replay.counts.keys()]));
    expect([...replayed].sort()).to.deep.equal(EVENTS);
  }).timeout(600_000);

  function counts(): Map<string, number> {
    const total = new Map<string, number>();
    for (const run of runs) {
      for (const [outcome, count] of run.outcomes) {
        total.set(outcome, (total.get(outcome) ?? 0) + count);
      }
    }
    return total;
  }

  function missing(): string[] {
    const seen = counts();
    return EXPECTED.filter((outcome) => !seen.has(outcome));
  }
});

const sum = (numbers: number[]): number => numbers.reduce((total, n) => total + n, 0);

/** As in decisions 0001 and 0005, sorted. */
const EVENTS = [
  "AuthorityAccepted",
  "ConfigInitialized",
  "ConfigUpdated",
  "DelegationSynced",
  "GatewayClosed",
  "GatewayCreated",
  "GatewayUpdated",
  "KeeperRewardSet",
  "KeeperRewarded",
  "PaymentExecuted",
  "PolicyCreated",
  "PolicyDeleted",
  "PolicyStatusChanged",
  "UserPaymentClosed",
  "UserPaymentCreated",
];
