import { expect } from "chai";
import type { Database } from "@milepost/database";
import { openQueue } from "../../src/queue/leases";
import { outcomesOf } from "../../src/store/outcomes";
import { WorkWorld } from "../harness/work-world";

/**
 * Database whose process is killed at its nth statement or commit: uncommitted work is lost, and nothing runs after
 * it.
 */
class Mortal {
  private left = Infinity;
  isDead = false;

  constructor(private readonly inner: Database) {}

  get database(): Database {
    return this.over(this.inner);
  }

  /** @param steps steps until the kill; 1 is the next one */
  dieAt(steps: number): void {
    this.left = steps;
  }

  breathe(): void {
    if (this.isDead || --this.left === 0) {
      this.isDead = true;
      throw new Error("killed");
    }
  }

  private over(inner: Database): Database {
    return {
      query: async (text, values) => {
        this.breathe();
        return inner.query(text, values);
      },
      script: async (text) => {
        this.breathe();
        return inner.script(text);
      },
      transaction: (work) =>
        inner.transaction(async (transaction) => {
          const result = await work(this.over(transaction));
          this.breathe();
          return result;
        }),
      close: () => inner.close(),
    };
  }
}

describe("work: a keeper that is killed within the queue and the store", () => {
  let keeper: WorkWorld;
  before(async () => {
    keeper = await WorkWorld.create();
  });
  after(() => keeper.close());

  it("given each statement and each commit of a keeper's life, when it is killed there, then another one pays each milestone once", async function () {
    // Some fifty keepers live here: a minute and a half on a machine with much else to do.
    this.timeout(300_000);
    let step = 1;
    for (let isOver = false; !isOver; step += 1) {
      const policies = [await keeper.policy(2), await keeper.otherPolicy(`step ${step}`)];
      await keeper.find();
      isOver = await liveUntil(step);
      await keeper.elapse(400);
      await keeper.runToEnd();
      const name = `killed at step ${step}`;
      expect(keeper.payments(policies[0]!), name).to.deep.equal([1, 1]);
      expect(keeper.payments(policies[1]!), name).to.deep.equal([1]);
      for (const policy of policies) {
        expect(keeper.failures(policy), name).to.equal(0);
        const outcomes = await outcomesOf(keeper.database, policy);
        expect(outcomes, name).to.have.length(policy === policies[0] ? 2 : 1);
      }
      expect(await keeper.attempts(), name).not.to.include("signed");
      expect(await keeper.queue.depth(), name).to.deep.equal({ queued: 0, active: 0 });
    }
    // The steps are making jobs, fetching, resuming, journaling, recording, completing, twice, and stopping.
    expect(step).to.be.greaterThan(35);
  });

  /** Returns true when the keeper came to the end of its work. */
  async function liveUntil(step: number): Promise<boolean> {
    const mortal = new Mortal(keeper.database);
    const queue = await openQueue(mortal.database);
    keeper.rpc.fault = async (_request, next) => {
      if (mortal.isDead) throw new TypeError("killed");
      return next();
    };
    const worker = keeper.worker({ database: mortal.database, queue });
    mortal.dieAt(step);
    try {
      await queue.maintain();
      await worker.recover();
      for (let milestone = 0; milestone < 2; milestone += 1) {
        await queue.enqueueDue(keeper.chain.now(), 100);
        await worker.pass();
        await keeper.chain.warpToSlot(keeper.chain.slot() + 1n);
        await keeper.find();
      }
      await queue.stop();
    } catch (error) {
      if (!mortal.isDead) throw error;
    } finally {
      keeper.rpc.fault = null;
    }
    return !mortal.isDead;
  }
});
