/**
 * What `explainRelease` says is what the program does: thousands of generated states of policy, escrow, mint and token
 * accounts are written into a chain, explained, built as the SDK builds them and simulated. A release is releasable if
 * and only if its transaction succeeds; when it fails, its error is among those of the unmet requirements.
 *
 * `SEED=<n>` repeats a run, `STATES=<n>` sets how many states there are.
 */
import { expect } from "chai";
import {
  buildExecution,
  createContext,
  decideNextActions,
  decideRelease,
  loadReleaseSnapshots,
  type MilepostError,
  type ReleaseReport,
} from "@milepost/sdk";
import { randomSeed, selectedRuntime } from "../harness";
import { generate, type ReleaseState } from "./release-states/state";
import { numbers, refusalOf, simulate } from "./release-states/simulate";
import { ReleaseWorld } from "./release-states/world";
import { Dice } from "../stateful-escrow/dice";

const STATES = Number(process.env.STATES ?? (selectedRuntime() === "litesvm" ? 3_000 : 300));

interface Outcome {
  report: ReleaseReport;
  /** Name of the error; null where the transaction succeeds. */
  error: string | null;
  /** Why the SDK refuses to build it; null where it builds. */
  refusal: MilepostError | null;
  /** Whether `nextActions` lists the release for the executor. */
  isListed: boolean;
}

/** Explains, builds and simulates. */
async function run(world: ReleaseWorld, state: ReleaseState): Promise<Outcome> {
  const { policy, overrides } = await world.write(state);
  const context = createContext(world.chain.connection, world.people.payer);
  const executor = world.executor(state);
  const options = { ...overrides, findsAlternatives: true };
  const [snapshot] = await loadReleaseSnapshots(context, [policy], options);
  const signers = [executor.publicKey];
  const report = decideRelease(snapshot!, { signers });
  const build = (skipChecks: boolean) =>
    buildExecution(context, snapshot!, { executor: executor.publicKey, skipChecks });
  const { setup, instruction } = build(true);
  const instructions = [...setup, instruction];
  const may = [world.key("payer"), executor.publicKey];
  for (const { isSigner, pubkey } of instructions.flatMap(({ keys }) => keys)) {
    if (isSigner) expect(may.some((key) => key.equals(pubkey))).to.equal(true);
  }
  const error = await simulate(world.chain, world.key("payer"), instructions);
  const { possible } = decideNextActions(snapshot!, executor.publicKey);
  return {
    report,
    error,
    refusal: await refusalOf(() => build(false)),
    isListed: possible.some(({ instruction }) => instruction === "executePayment"),
  };
}

/** What the unmet requirements say the transaction fails with. */
const answersOf = ({ requirements }: ReleaseReport): string[] =>
  requirements.flatMap(({ error, foreignError }) => foreignError ?? error ?? []);

/** What is wrong with the SDK's word; null where nothing is. */
function disagreement({ report, error, refusal, isListed }: Outcome): string | null {
  const answers = answersOf(report);
  if (report.isReleasable !== (error === null)) return "isReleasable";
  if (error !== null && !answers.includes(error)) return "errors";
  if (refusal && error === null) return "refuses what the program accepts";
  const unmet = report.requirements.filter(({ isMet }) => !isMet);
  if (!refusal && unmet.some(({ blocked }) => blocked)) return "builds what cannot be received";
  const isDestination = unmet.every(({ name }) => name === "destination" || name === "feeAccounts");
  if (isListed !== isDestination) return "nextActions";
  return null;
}

describe("the SDK on a chain: explainRelease and the program", () => {
  it(`agree on ${STATES} generated states`, async () => {
    const seed = randomSeed();
    const world = await ReleaseWorld.start();
    const outcomes = new Map<string, number>();
    const faults: string[] = [];
    for (let number = 0; number < STATES; number++) {
      const state = generate(new Dice(numbers(seed + number, 256)));
      const outcome = await run(world, state);
      const key = outcome.error ?? "success";
      outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
      const fault = disagreement(outcome);
      if (fault) faults.push(describeFault(fault, number, seed, state, outcome));
    }
    for (const [name, count] of [...outcomes].sort()) {
      console.log(`      ${String(count).padStart(5)}  ${name}`);
    }
    expect(faults.length, faults.slice(0, 5).join("\n\n")).to.equal(0);
  }).timeout(600_000);
});

function describeFault(
  fault: string,
  number: number,
  seed: number,
  state: ReleaseState,
  { report, error, refusal, isListed }: Outcome,
): string {
  const unmet = report.requirements.filter(({ isMet }) => !isMet);
  return [
    `${fault}: SEED=${seed}, state ${number}: the program answered ${error}`,
    `unmet: ${unmet.map(({ message, error: name, foreignError }) => `${foreignError ?? name} (${message})`).join("; ")}`,
    `refused: ${refusal?.message ?? "no"}; listed: ${isListed}`,
    JSON.stringify(state),
  ].join("\n");
}
