import { expect } from "chai";
import { createMemoBuffer } from "@milepost/sdk";
import { titleOf } from "../../src/format/title";

const memo = (text: string): number[] => Array.from(createMemoBuffer(text));

describe("the title of a payment", () => {
  it("is what the payer wrote", () => {
    expect(titleOf(memo(" Kitchen "))).to.equal("Kitchen");
  });

  it("is missing without a memo, and where a gateway wrote a hash", () => {
    expect(titleOf(memo(""))).to.equal(null);
    expect(titleOf(memo(`mp1:${"0a".repeat(30)}`))).to.equal(null);
  });
});
