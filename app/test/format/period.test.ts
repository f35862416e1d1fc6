import { expect } from "chai";
import { formatBps, formatPeriod } from "../../src/format/period";

describe("periods and percentages", () => {
  for (const [seconds, text] of [
    [0, "0 seconds"],
    [1, "1 second"],
    [604_800, "7 days"],
    [129_600, "1 day and 12 hours"],
    [90_061, "90061 seconds"],
  ] as const) {
    it(`writes ${seconds} s as "${text}"`, () => {
      expect(formatPeriod(seconds)).to.equal(text);
    });
  }

  for (const [bps, text] of [
    [0, "0%"],
    [5, "0.05%"],
    [250, "2.50%"],
    [10_000, "100%"],
  ] as const) {
    it(`writes ${bps} basis points as "${text}"`, () => {
      expect(formatBps(bps)).to.equal(text);
    });
  }
});
