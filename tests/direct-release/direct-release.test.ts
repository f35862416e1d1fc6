/**
 * The two ways to a release, over generated inputs: directly from the entrypoint, and by Anchor's dispatch. A byte behind
 * the argument, which Anchor ignores, sends the same input the second way. Result, error, logs and the bytes of every
 * account must be the same.
 *
 * `INPUTS=100000` runs more, `SEED=<n>` repeats a run. `OTHER_SO=<path>` compares with another build's release instead.
 */
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { randomSeed, selectedRuntime } from "../harness";
import { apply, generate } from "./mutations";
import { Random } from "./random";
import { createStage, machineOf, type Stage } from "./stage";
import type { Outcome, VirtualMachine } from "./virtual-machine";

const INPUTS = Number(process.env["INPUTS"] ?? 4_000);
const OTHER_SO = process.env["OTHER_SO"];
/** Anchor's walk and dispatch cost more than this. A direct release that succeeds is cheaper by it. */
const LEAST_DIFFERENCE = 100;
/** Errors that a run of any size sees. */
const LEAST_ERRORS = 15;

// Bankrun cannot simulate thousands of transactions in the time of a test.
if (selectedRuntime() === "litesvm") describe("the two ways to a release", compareBothWays);

function compareBothWays(this: Mocha.Suite): void {
  this.timeout(3_600_000);
  let stage: Stage;
  let machine: VirtualMachine;
  let other: VirtualMachine | undefined;
  before(async () => {
    stage = await createStage();
    machine = machineOf(stage);
    if (OTHER_SO) other = machineOf(stage, readFileSync(OTHER_SO));
  });

  /** Runs `keys` directly and by Anchor's dispatch. */
  function bothWays(keys: Stage["releases"][number]["keys"], index: number): [Outcome, Outcome] {
    const data = Buffer.concat([stage.releases[0]!.data.subarray(0, 8), Buffer.from([index])]);
    const datas = [data, Buffer.concat([data, Buffer.from([0])])];
    const [direct, anchor] = machine.simulate(stage.feePayer, keys, datas);
    const [before] = other?.simulate(stage.feePayer, keys, [data]) ?? [];
    return [direct!, before ?? anchor!];
  }

  it("given each valid release then it succeeds both ways, and directly for less", () => {
    const failing = stage.releases.filter(({ name, keys }) => {
      const [direct, anchor] = bothWays(keys, 0);
      expect(direct.result, name).to.equal(anchor.result);
      if (direct.error !== "ok") return true;
      expect(anchor.computeUnits - direct.computeUnits, name).to.be.above(LEAST_DIFFERENCE);
      return false;
    });
    expect(failing.map(({ name }) => name)).to.have.members(
      stage.releases.map(({ name }) => name).filter((name) => /paused|not accepted/.test(name)),
    );
  });

  it(`given ${INPUTS} generated inputs then the same result, error and bytes`, () => {
    const seed = randomSeed();
    const random = new Random(seed);
    const errors = new Map<string, number>();
    for (let count = 0; count < INPUTS; count += 1) {
      const input = generate(random, stage);
      const set: VirtualMachine["set"] = (address, account) => {
        machine.set(address, account);
        other?.set(address, account);
      };
      const restore = apply(input, stage, set);
      const [direct, anchor] = bothWays(input.keys, input.milestoneIndex);
      restore();
      expect(direct.result, `SEED=${seed}, input ${count}: ${input.name}`).to.equal(anchor.result);
      errors.set(direct.error, (errors.get(direct.error) ?? 0) + 1);
    }
    const seen = [...errors].sort(([, a], [, b]) => b - a);
    for (const [error, count] of seen) console.log(`      ${count} ${error}`);
    expect(errors.get("ok"), "no input succeeded").to.be.at.least(INPUTS / 50);
    expect(errors.size).to.be.at.least(LEAST_ERRORS);
  });
}
