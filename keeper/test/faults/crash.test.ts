import { expect } from "chai";
import { openServer, type Server } from "@milepost/database/testing";
import { CRASH_POINTS, type CrashPoint } from "../../src/work/crash-points";
import { FaultWorld } from "./fault-world";

/** Journal states of a transaction whose keeper was killed at each point. */
const JOURNALED: Record<CrashPoint, string[]> = {
  "before-sign": [],
  "after-sign": [],
  "after-journal": ["signed"],
  "after-send": ["signed"],
  "after-confirm": ["signed"],
  "after-record": ["landed"],
};

/** Number of milestones per policy that the chain has then paid. */
const PAID: Record<CrashPoint, number> = {
  "before-sign": 0,
  "after-sign": 0,
  "after-journal": 0,
  "after-send": 1,
  "after-confirm": 1,
  "after-record": 1,
};

/** Seconds longer than a lease. */
const LEASE_IS_OVER = 400;

describe("faults: kill -9", () => {
  let server: Server;
  let world: FaultWorld;
  before(async () => {
    server = await openServer();
  });
  after(() => server?.stop());
  beforeEach(async () => {
    world = await FaultWorld.open(server);
  });
  afterEach(() => world.close());

  async function dieAt(point: CrashPoint, isOnce = false): Promise<void> {
    const keeper = world.keeper({ crashAt: point, isOnce });
    expect(await keeper.exit, keeper.output).to.equal("SIGKILL");
  }

  for (const point of CRASH_POINTS) {
    it(`given a keeper that is killed ${point}, when another one is started, then each milestone is paid once`, async () => {
      const policies = await world.due(2, 1);
      await dieAt(point);
      expect(await world.attempts()).to.deep.equal(JOURNALED[point]);
      for (const policy of policies) {
        expect(await world.chain.currentMilestone(policy)).to.equal(PAID[point]);
      }
      await world.elapse(LEASE_IS_OVER);
      await world.keepUntilOver(policies);
      await world.expectPaidOnce(policies);
      for (const policy of policies) expect(await world.failures(policy)).to.equal(0);
    });
  }

  for (const point of CRASH_POINTS) {
    it(`given a keeper that runs once and is killed ${point}, when another one runs once, then it pays each due milestone once`, async () => {
      const policies = await world.due(2, 1);
      await dieAt(point, true);
      expect(await world.attempts()).to.deep.equal(JOURNALED[point]);
      await world.elapse(LEASE_IS_OVER);
      await world.keepOnce();
      await world.expectPaidOnce(policies);
      for (const policy of policies) expect(await world.failures(policy)).to.equal(0);
    });
  }

  it("given keepers that are killed at one point after another, when one survives, then each milestone is paid once", async function () {
    // The test starts seven processes, and leases are checked every five seconds.
    this.timeout(300_000);
    const policies = await world.due(4);
    for (const point of CRASH_POINTS) {
      await dieAt(point);
      await world.elapse(LEASE_IS_OVER);
    }
    await world.keepUntilOver(policies);
    await world.expectPaidOnce(policies);
  });
});
