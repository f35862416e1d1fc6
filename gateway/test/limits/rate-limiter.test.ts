import { expect } from "chai";
import type { Database } from "@milepost/database";
import type { TestDatabase } from "@milepost/database/testing";
import { RateLimiter } from "../../src/limits/rate-limiter";
import { addressSubject } from "../../src/limits/subject";
import { openTestDatabase } from "../harness/test-database";

describe("the rate limiter", () => {
  let opened: TestDatabase;
  /** Seconds; windows and shares of every process follow it. */
  let time: number;
  let statements: number;
  before(async () => (opened = await openTestDatabase()));
  after(() => opened.drop());
  beforeEach(async () => {
    [time, statements] = [6_000, 0];
    await opened.database.query("DELETE FROM milepost_gateway.rate_windows");
  });

  function process(overrides: Partial<Database> = {}): RateLimiter {
    const database: Database = {
      ...opened.database,
      query: (text, values) => {
        statements += 1;
        return opened.database.query(text, values);
      },
      ...overrides,
    };
    return new RateLimiter({
      database,
      onError: (error) => errors.push(error),
      now: () => time,
      monotonic: () => time * 1000,
    });
  }
  const errors: unknown[] = [];

  async function countAllowed(limiters: RateLimiter[], limit: number, calls: number) {
    const verdicts = await Promise.all(
      Array.from({ length: calls }, (_, call) =>
        limiters[call % limiters.length]!.take("a", limit),
      ),
    );
    return verdicts.filter((verdict) => verdict!.isAllowed).length;
  }

  it("given a limit of 5 then it allows 5 requests, counts down, and refuses the sixth", async () => {
    const limiter = process();
    const verdicts = [];
    for (let call = 0; call < 6; call += 1) verdicts.push(await limiter.take("a", 5));
    expect(verdicts.map((verdict) => [verdict!.isAllowed, verdict!.remaining])).to.deep.equal([
      [true, 4],
      [true, 3],
      [true, 2],
      [true, 1],
      [true, 0],
      [false, 0],
    ]);
    expect(verdicts.map((verdict) => verdict!.reset)).to.deep.equal([60, 60, 60, 60, 60, 60]);
  });

  it("given the next window then the count starts again, one second before it not", async () => {
    const limiter = process();
    expect(await countAllowed([limiter], 5, 9)).to.equal(5);
    time = 6_059;
    expect(await limiter.take("a", 5)).to.deep.include({ isAllowed: false, reset: 1 });
    time = 6_060;
    expect(await countAllowed([limiter], 5, 9)).to.equal(5);
  });

  it("given 1,000 requests at once then exactly the limit is allowed, with 21 statements at most", async () => {
    expect(await countAllowed([process()], 500, 1_000)).to.equal(500);
    expect(statements).to.be.at.most(21);
  });

  it("given three processes then together they allow the limit at most, and all but two shares of it", async () => {
    const limiters = [process(), process(), process()];
    const allowed = await countAllowed(limiters, 100, 600);
    expect(allowed).to.be.within(100 - 2 * 5, 100);
  });

  it("given a process that starts again then it goes on with the window's count", async () => {
    expect(await countAllowed([process()], 20, 20)).to.equal(20);
    expect(await process().take("a", 20)).to.deep.include({ isAllowed: false, remaining: 0 });
  });

  it("given another subject then it has a count of its own", async () => {
    const limiter = process();
    expect(await countAllowed([limiter], 5, 9)).to.equal(5);
    expect((await limiter.take("b", 5))!.isAllowed).to.equal(true);
  });

  it("given a database that fails then the request is let through and the failure reported", async () => {
    const broken = process({ query: () => Promise.reject(new Error("gone")) });
    expect(await broken.take("a", 5)).to.equal(null);
    expect(String(errors.at(-1))).to.equal("Error: gone");
  });

  it("given windows that ended then it removes their rows", async () => {
    const limiter = process();
    await limiter.take("old", 5);
    time += 181;
    await limiter.take("new", 5);
    const rows = await opened.database.query("SELECT subject FROM milepost_gateway.rate_windows");
    expect(rows).to.deep.equal([{ subject: "new" }]);
  });
});

describe("the subject of an address", () => {
  for (const [address, subject] of [
    ["192.0.2.1", "ip:192.0.2.1"],
    ["::ffff:192.0.2.1", "ip:192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "ip:2001:db8:1:2::/64"],
    ["2001:db8:1:2::9", "ip:2001:db8:1:2::/64"],
    ["2001:db8::1", "ip:2001:db8:0:0::/64"],
    ["::1", "ip:0:0:0:0::/64"],
    ["fe80::1%eth0", "ip:fe80:0:0:0::/64"],
  ] as const) {
    it(`given ${address} then it is ${subject}`, () => {
      expect(addressSubject(address)).to.equal(subject);
    });
  }
});
