import { expect } from "chai";
import { readinessOf, readinessText } from "../../src/observe/readiness";

describe("readiness", () => {
  it("given checks that pass then it is ready; one that rejects or throws makes it not ready, and names it", async () => {
    const good = () => Promise.resolve(1);
    expect(await readinessOf({ a: good, b: good })()).to.deep.equal({
      isReady: true,
      checks: { a: true, b: true },
    });
    const answer = await readinessOf({
      a: good,
      rejects: () => Promise.reject(new Error("gone")),
      throws: () => {
        throw new Error("gone");
      },
    })();
    expect(answer).to.deep.equal({
      isReady: false,
      checks: { a: true, rejects: false, throws: false },
    });
    expect(readinessText(answer)).to.equal("ok  a\nNO  rejects\nNO  throws\n");
  });

  it("given a flood of questions within a second then the checks run once", async () => {
    let [runs, time] = [0, 0];
    const readiness = readinessOf({ a: async () => (runs += 1) }, () => time);
    await Promise.all(Array.from({ length: 100 }, () => readiness()));
    time = 999;
    await readiness();
    expect(runs).to.equal(1);
    time = 1_000;
    await readiness();
    expect(runs).to.equal(2);
  });
});
