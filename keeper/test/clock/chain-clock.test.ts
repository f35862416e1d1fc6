import { expect } from "chai";
import type { AccountInfo } from "@solana/web3.js";
import { ChainClock } from "../../src/clock/chain-clock";
import { ManualTimers } from "../harness/manual-timers";

/** Returns the Clock sysvar as of the slot. */
function sysvar(slot: number, now: bigint): AccountInfo<Buffer> {
  const data = Buffer.alloc(40);
  data.writeBigUInt64LE(BigInt(slot), 0);
  data.writeBigInt64LE(now, 32);
  return { data } as AccountInfo<Buffer>;
}

describe("the chain's time", () => {
  let timers: ManualTimers;
  let reads: number;
  let answer: AccountInfo<Buffer>;
  let clock: ChainClock;

  beforeEach(() => {
    timers = new ManualTimers();
    reads = 0;
    answer = sysvar(100, 1_000n);
    const getAccountInfo = async () => {
      reads += 1;
      return answer;
    };
    clock = new ChainClock({ connection: { getAccountInfo }, timers });
  });

  it("is read again once a newer slot is known, or after about a slot", async () => {
    await Promise.all([clock.time(), clock.time()]);
    expect(reads).to.equal(1);
    clock.sawSlot(101);
    answer = sysvar(101, 1_001n);
    expect(await clock.time()).to.deep.equal({ slot: 101, now: 1_001n });
    timers.pass(399);
    await clock.time();
    expect(reads).to.equal(2);
    timers.pass(1);
    await clock.time();
    expect(reads).to.equal(3);
  });

  it("counts as read when it came with other accounts", async () => {
    clock.sawTime({ slot: 100, now: 1_000n });
    expect(await clock.time()).to.deep.equal({ slot: 100, now: 1_000n });
    expect([reads, clock.slot]).to.deep.equal([0, 100]);
  });

  for (const [what, earlier] of Object.entries({
    slot: { slot: 99, now: 1_001n },
    time: { slot: 101, now: 999n },
  })) {
    it(`does not go back when other accounts came with an earlier ${what}`, async () => {
      await clock.time();
      clock.sawTime(earlier);
      expect(await clock.time()).to.deep.equal({ slot: 100, now: 1_000n });
    });
  }

  it("may be as old as the caller allows, whatever slots are known", async () => {
    await clock.time();
    clock.sawSlot(102);
    answer = sysvar(102, 1_002n);
    timers.pass(899);
    expect(await clock.time({ maxAgeMs: 900 })).to.deep.equal({ slot: 100, now: 1_000n });
    timers.pass(1);
    expect(await clock.time({ maxAgeMs: 900 })).to.deep.equal({ slot: 102, now: 1_002n });
    expect(reads).to.equal(2);
  });
});
