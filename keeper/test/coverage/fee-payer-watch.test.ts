import { expect } from "chai";
import { FeePayerWatch } from "../../src/coverage/fee-payer-watch";
import { createLog } from "../../src/observe/log";
import { ManualTimers } from "../harness/manual-timers";

const HOUR = 3_600_000;

describe("keeper: a fee payer that runs short", () => {
  function watched() {
    const lines: Record<string, unknown>[] = [];
    const timers = new ManualTimers();
    let refills = 0;
    const watch = new FeePayerWatch({
      log: createLog({
        destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
      }),
      ...{ timers, address: "FFF", minBalance: 10_000 },
      onRefilled: () => void (refills += 1),
    });
    const sample = (lamports: number) => watch.sampled(lamports, BigInt(lamports) / 500n);
    const told = () => lines.splice(0).map(({ level, lamports }) => [level, lamports]);
    return { timers, sample, told, lines, refills: () => refills };
  }

  it("warns at once, at each halving and every hour, and not in between", () => {
    const { sample, told, timers } = watched();
    sample(20_000);
    expect(told()).to.deep.equal([]);
    sample(9_000);
    expect(told()).to.deep.equal([["warn", 9_000]]);
    sample(8_000);
    timers.pass(HOUR - 1);
    sample(5_000);
    expect(told()).to.deep.equal([]);
    sample(4_500);
    expect(told()).to.deep.equal([["warn", 4_500]]);
    timers.pass(HOUR);
    sample(4_500);
    expect(told()).to.deep.equal([["warn", 4_500]]);
    sample(0);
    sample(0);
    expect(told()).to.deep.equal([["warn", 0]]);
  });

  it("says how many payments are left, and tells of the end", () => {
    const { sample, lines } = watched();
    sample(9_000);
    sample(11_000);
    sample(12_000);
    expect(lines.map(({ level, msg, paymentsLeft }) => [level, msg, paymentsLeft])).to.deep.equal([
      ["warn", "the fee payer runs short: send SOL to it", "18"],
      ["info", "the fee payer has enough SOL again", "22"],
    ]);
  });

  it("tells of every rise, also of one that is not enough yet, and of no fall", () => {
    const { sample, refills } = watched();
    sample(0);
    expect(refills()).to.equal(0);
    sample(4_000);
    expect(refills()).to.equal(1);
    sample(3_000);
    sample(3_000);
    expect(refills()).to.equal(1);
    sample(50_000);
    expect(refills()).to.equal(2);
  });
});
