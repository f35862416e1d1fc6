import { expect } from "chai";
import type { MilestoneWarning } from "@milepost/sdk";
import { explainWarning, tokenWarnings } from "../../src/screens/create/warnings";

const codes: MilestoneWarning["code"][] = [
  "BALANCE_BELOW_COMMITTED",
  "FIRST_POLICY_EXPIRES",
  "ADDRESS_WITHOUT_ACCOUNT",
  "ADDRESS_OF_PROGRAM",
];

describe("the warning about a token", () => {
  it("names the mint of a token that the page does not know", () => {
    const token = { address: "Mint111", symbol: "USDC", isKnown: false };
    const [warning] = tokenWarnings(token);
    expect(warning!.text).to.include("calls itself USDC");
    expect(warning!.nextStep).to.include("Mint111");
    expect(tokenWarnings({ ...token, isKnown: true })).to.deep.equal([]);
  });
});

describe("the words for a warning of the SDK", () => {
  it("names what the balance lacks, in the token's own units", () => {
    const { text, nextStep } = explainWarning(
      {
        code: "BALANCE_BELOW_COMMITTED",
        message: "",
        balance: 20_000_000n,
        committed: 50_500_000n,
      },
      { decimals: 6, symbol: "USDC" },
    );
    expect(text).to.include("has 20.00 USDC");
    expect(nextStep).to.include("Add 30.50 USDC");
  });

  for (const code of codes) {
    it(`gives ${code} a title and a next step`, () => {
      const warning = { code, message: "", balance: 0n, committed: 1n, field: "mediator" };
      const words = explainWarning(warning, { decimals: 0, symbol: "X" });
      expect(words.title).to.not.equal("");
      expect(words.nextStep).to.match(/\.$/);
    });
  }
});
