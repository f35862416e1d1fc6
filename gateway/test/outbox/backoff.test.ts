import { expect } from "chai";
import { backoffSeconds } from "../../src/outbox/backoff";

describe("backoffSeconds", () => {
  it("doubles from one second to five minutes", () => {
    const most = (failures: number) => backoffSeconds(failures, () => 1);
    expect([1, 2, 3, 8, 9, 10, 1_000_000].map(most)).to.deep.equal([1, 2, 4, 128, 256, 300, 300]);
  });

  it("spreads the delay over its upper half", () => {
    expect(backoffSeconds(4, () => 0)).to.equal(4);
    expect(backoffSeconds(4, () => 0.5)).to.equal(6);
  });
});
