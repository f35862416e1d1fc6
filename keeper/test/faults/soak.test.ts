import { expect } from "chai";
import { readOptions } from "../../bench/options";
import { runSoak } from "../../bench/run-soak";

const POLICIES = 200;
const MILESTONES = 4;
const PAYMENTS = POLICIES * MILESTONES;

/** Flags: every milestone due from the start, a lease short enough for a test, no comparison, no kills by the clock. */
const FLAGS = [
  ...["--policies", String(POLICIES), "--milestones", String(MILESTONES), "--workers", "3"],
  ...["--fail", "10", "--latency", "0", "--every", "0", "--lead", "0", "--lease", "10"],
  ...["--sequential", "0", "--kill-every", "0", "--timeout", "240"],
];

describe("faults: a small soak", function () {
  // The soak takes half a minute on a machine of its own.
  this.timeout(300_000);

  it("given 800 milestones, keepers killed twice and a tenth of the calls failing, when all is over, then each was paid once, many per transaction", async () => {
    const options = readOptions(FLAGS, process.env);
    const lines: string[] = [];
    const result = await runSoak(options, (line) => lines.push(line), [PAYMENTS / 4, PAYMENTS / 2]);
    const told = `seed ${options.seed} (SEED)\n${lines.join("\n")}`;
    expect(result.wrong, told).to.deep.equal([]);
    expect(result.counted, told).to.equal(PAYMENTS);
    expect([result.kills, result.crashes], told).to.deep.equal([2, 0]);
    expect(result.rpcFailed, told).to.be.greaterThan(0);
    expect(result.keepers.executions_per_transaction, told).to.be.at.least(6);
  });
});
