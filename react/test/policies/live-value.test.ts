/** A value of the chain that stays up to date, on a clock and a connection of the test's own. */
import { PublicKey, type Connection } from "@solana/web3.js";
import { expect } from "chai";
import { LiveValue, type LiveClock, type Reading } from "../../src/policies/live-value";

/** A clock whose timers run when the test says so. */
class TestClock implements LiveClock {
  private timers: { at: number; run: () => void }[] = [];
  private time = 0;

  now(): number {
    return this.time;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.time + milliseconds, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  async advance(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    for (;;) {
      const [next] = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.time = Math.max(this.time, next.at);
      next.run();
    }
    this.time = end;
    await settle();
  }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const account = new PublicKey(Uint8Array.from({ length: 32 }, () => 7));

/** A connection whose notifications the test sends. */
class TestConnection {
  readonly listeners = new Map<number, (slot: number) => void>();
  private count = 0;

  onAccountChange(_address: PublicKey, listener: (info: null, context: { slot: number }) => void) {
    this.count += 1;
    this.listeners.set(this.count, (slot) => listener(null, { slot }));
    return this.count;
  }

  async removeAccountChangeListener(id: number): Promise<void> {
    this.listeners.delete(id);
  }

  notify(slot: number): void {
    for (const listener of this.listeners.values()) listener(slot);
  }
}

function world(first: Partial<Reading<string>> = {}) {
  const clock = new TestClock();
  const connection = new TestConnection();
  const answer: { value: Partial<Reading<string>> | Error } = { value: first };
  const asked: (number | undefined)[] = [];
  const live = new LiveValue<string>(
    connection as unknown as Connection,
    async (slot) => {
      asked.push(slot);
      if (answer.value instanceof Error) throw answer.value;
      return { data: "one", accounts: [account], ...answer.value };
    },
    clock,
  );
  return { clock, connection, answer, asked, live };
}

describe("LiveValue", () => {
  it("reads nothing before somebody looks, and once for any number of listeners", async () => {
    const { live, asked } = world();
    expect(live.getState().status).to.equal("loading");
    live.subscribe(() => undefined);
    live.subscribe(() => undefined);
    await settle();
    expect(asked).to.deep.equal([undefined]);
    expect(live.getState()).to.include({ status: "ready", data: "one", isStale: false });
  });

  it("makes one read of several notifications, at their newest slot", async () => {
    const { live, asked, connection, clock, answer } = world({ slot: 10 });
    live.subscribe(() => undefined);
    await settle();
    answer.value = { data: "two", slot: 13 };
    connection.notify(12);
    connection.notify(13);
    await clock.advance(50);
    expect(asked).to.deep.equal([undefined, 13]);
    expect(live.getState().data).to.equal("two");
  });

  it("never shows an older state than before, even of a node that ignores the slot", async () => {
    const { live, asked, clock, answer } = world({ slot: 10 });
    live.subscribe(() => undefined);
    await settle();
    answer.value = { data: "older", slot: 9 };
    live.refresh();
    await settle();
    expect(live.getState().data).to.equal("one");
    answer.value = { data: "newer", slot: 11 };
    await clock.advance(5_000);
    expect(live.getState().data).to.equal("newer");
    expect(asked).to.deep.equal([undefined, 10, 10]);
  });

  it("keeps what it has as outdated while reads fail, with growing pauses, and recovers", async () => {
    const { live, asked, clock, answer } = world({ slot: 1 });
    live.subscribe(() => undefined);
    await settle();
    answer.value = new TypeError("Failed to fetch");
    live.refresh();
    await settle();
    expect(live.getState()).to.include({ status: "ready", data: "one", isStale: true });
    expect(live.getState().problem?.code).to.equal("rpc.unreachable");
    await clock.advance(2_000);
    await clock.advance(2_000);
    expect(asked, "the second pause is longer").to.have.length(3);
    answer.value = { data: "two", slot: 2 };
    await clock.advance(2_000);
    expect(live.getState()).to.include({ data: "two", isStale: false, problem: null });
  });

  it("has failed where no read ever succeeded", async () => {
    const { live, answer } = world();
    answer.value = new TypeError("Failed to fetch");
    live.subscribe(() => undefined);
    await settle();
    expect(live.getState()).to.include({ status: "failed", data: null, isStale: false });
  });

  it("reads again when the value changes by itself", async () => {
    const { live, asked, clock } = world({ slot: 1, now: 1_000, changesAt: 1_003 });
    live.subscribe(() => undefined);
    await settle();
    await clock.advance(2_999);
    expect(asked).to.have.length(1);
    await clock.advance(1);
    expect(asked).to.have.length(2);
  });

  it("subscribes again and polls faster after a poll found what no notification told", async () => {
    const { live, asked, connection, clock, answer } = world({ slot: 1 });
    live.subscribe(() => undefined);
    await settle();
    const before = [...connection.listeners.keys()];
    answer.value = { data: "two", slot: 2 };
    await clock.advance(20_000);
    expect(live.getState().data).to.equal("two");
    const renewed = [...connection.listeners.keys()];
    expect(renewed).to.have.length(1);
    expect(renewed).not.to.deep.equal(before);
    await clock.advance(5_000);
    expect(asked).to.have.length(3);
  });

  it("stops timers and subscriptions when nobody looks any more", async () => {
    const { live, asked, connection, clock } = world({ slot: 1 });
    const stop = live.subscribe(() => undefined);
    await settle();
    stop();
    await clock.advance(60_000);
    expect(connection.listeners.size).to.equal(0);
    expect(asked).to.have.length(1);
  });
});
