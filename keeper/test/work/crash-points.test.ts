import { expect } from "chai";
import { outcomesOf } from "../../src/store/outcomes";
import { CRASH_POINTS, type CrashPoint } from "../../src/work/crash-points";
import { WorkWorld } from "../harness/work-world";

/** Runs a pass of a worker that stops for good at the point, as a killed process does; resolves when it is there. */
async function dieAt(keeper: WorkWorld, point: CrashPoint): Promise<void> {
  const passed: CrashPoint[] = [];
  await new Promise<void>((resolve, reject) => {
    const worker = keeper.worker({
      crash: (at) => {
        passed.push(at);
        if (at !== point) return undefined;
        resolve();
        return new Promise<void>(() => undefined);
      },
    });
    worker.pass().then(() => reject(new Error(`never came to ${point}, but to ${passed}`)), reject);
  });
  expect(passed).to.deep.equal(CRASH_POINTS.slice(0, CRASH_POINTS.indexOf(point) + 1));
}

describe("work: a worker that dies", () => {
  let keeper: WorkWorld;
  beforeEach(async () => {
    keeper = await WorkWorld.create();
  });
  afterEach(() => keeper.close());

  for (const point of CRASH_POINTS) {
    it(`given a worker killed at ${point}, when another one goes on, then each milestone is paid once and recorded`, async () => {
      const [first, second] = [await keeper.policy(2), await keeper.otherPolicy("crash")];
      await keeper.find();
      expect(await keeper.enqueue()).to.equal(2);
      await dieAt(keeper, point);
      await keeper.runToEnd();
      expect(keeper.payments(first)).to.deep.equal([1, 1]);
      expect(keeper.payments(second)).to.deep.equal([1]);
      expect(await outcomesOf(keeper.database, first)).to.have.length(2);
      expect(await outcomesOf(keeper.database, second)).to.have.length(1);
      expect(await keeper.attempts()).not.to.include("signed");
      expect([keeper.failures(first), keeper.failures(second)]).to.deep.equal([0, 0]);
    });
  }

  it("given a worker killed at every point one after another, when one survives, then each milestone is paid once", async () => {
    const policy = await keeper.policy(4);
    await keeper.find();
    for (const point of CRASH_POINTS) {
      expect(await keeper.enqueue(), point).to.equal(1);
      await dieAt(keeper, point);
      await keeper.elapse(3_600);
      await keeper.worker().recover();
      await keeper.chain.warpToSlot(keeper.chain.slot() + 1n);
      await keeper.find();
    }
    await keeper.runToEnd();
    expect(keeper.payments(policy)).to.deep.equal([1, 1, 1, 1]);
  });
});
