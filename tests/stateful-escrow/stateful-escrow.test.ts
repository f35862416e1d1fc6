/**
 * Several held and delegated policies of one owner: owner, recipient, mediator, a stranger, the gateway, an admin and the
 * clock, in random order. After each step the chain equals a plain model and the replay of its events, and the
 * invariants hold: see `stateful-escrow/run.ts` and `stateful-escrow/invariants.ts`. Every row of the table in
 * `docs/escrow.md` is walked, and every deadline is met a second before, on it and after.
 *
 * `SEED=<n>` repeats a run; `SHRINK=1` makes fast-check look for a smaller one, which takes minutes.
 */
import { expect } from "chai";
import fc from "fast-check";
import { randomSeed } from "../harness";
import { runOnce } from "../stateful/seeded";
import { Coverage, EXPECTED_PROBES, EXPECTED_ROWS, EXPECTED_WAYS, stateKey } from "./coverage";
import { command } from "./generate";
import { leaveWithout } from "./leave";
import { EXPECTED_ERRORS } from "./outcomes";
import { Run } from "./run";
import { MILESTONE_STATES } from "./state";

const CHAINS = 3;
const COMMANDS = 1_750;
/** More chains are started only while something is missing that should have been seen. */
const MOST_CHAINS = 12;
const LEAST_STEPS = 5_000;

describe("random sequences of everything on held policies", () => {
  const coverage = new Coverage();
  const runs: Run[] = [];

  const property = fc.asyncProperty(
    fc.array(command, { minLength: COMMANDS, maxLength: COMMANDS, size: "max" }),
    async (commands) => {
      const run = await Run.start(coverage);
      runs.push(run);
      for (const one of commands) await run.take(one);
      await leaveWithout(run, runs.length);
    },
  );

  it(`given ${CHAINS} chains when ${COMMANDS} random commands run on each then chain, model and events agree after every step`, async () => {
    const seed = randomSeed();
    for (let chain = 0; chain < CHAINS; chain++) await runOnce(property, seed, chain);
    for (let chain = CHAINS; chain < MOST_CHAINS && missing().length > 0; chain++) {
      console.log(`      one more chain for: ${missing().join(", ")}`);
      await runOnce(property, seed, chain);
    }
    const steps = runs.reduce((sum, run) => sum + run.steps, 0);
    console.log(`      ${steps} steps on ${runs.length} chains`);
    for (const heading of ["state: ", "row: ", "deadline: ", "way: ", "outcome: "]) {
      for (const [key, count] of coverage.under(heading)) {
        console.log(`      ${String(count).padStart(5)}  ${key}`);
      }
    }
    const why = `SEED=${seed}`;
    expect(steps, why).to.be.at.least(LEAST_STEPS);
    expect(missing(), `never seen, ${why}`).to.deep.equal([]);
    // 20: every event has been replayed.
    const replayed = new Set(runs.flatMap((run) => [...run.replay.counts.keys()]));
    expect([...replayed].sort(), why).to.deep.equal(EVENTS);
  }).timeout(600_000);

  function missing(): string[] {
    const errors = [...coverage.counts.keys()]
      .filter((key) => key.startsWith("outcome: "))
      .map((key) => key.split(": ")[2]);
    return [
      ...coverage.missing(MILESTONE_STATES.map(stateKey)),
      ...coverage.missing(EXPECTED_ROWS),
      ...coverage.missing(EXPECTED_PROBES),
      ...coverage.missing(EXPECTED_WAYS),
      ...EXPECTED_ERRORS.filter((error) => !errors.includes(error)),
    ];
  }
});

/** The errors of decisions 0001, 0003 and 0005 that concern policies, sorted. */
const EVENTS = [
  "ConfigUpdated",
  "DisputeWithdrawn",
  "EscrowAccepted",
  "EscrowClosed",
  "EscrowOpened",
  "GatewayUpdated",
  "KeeperRewardSet",
  "KeeperRewarded",
  "MediationRequested",
  "MilestoneDisputed",
  "MilestoneFinalized",
  "MilestoneSubmitted",
  "MilestonesFunded",
  "PaymentExecuted",
  "PolicyCreated",
  "PolicyDeleted",
  "PolicyStatusChanged",
];
