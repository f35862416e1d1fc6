import { expect } from "chai";
import { computeCoverage, TOKEN_PROGRAM_ID, type TokenAccountState } from "@milepost/sdk";
import { coverageView } from "../../src/screens/my-milestones/coverage-words";
import {
  addressOf,
  mint,
  NOW,
  owner,
  policyAddress,
  policyWith,
  userPaymentAddress,
  userPaymentWith,
} from "../policies";

const shown = { symbol: "USDC", decimals: 0 };

function coverageWith(change: Partial<TokenAccountState>) {
  return computeCoverage({
    userPaymentAddress,
    userPayment: userPaymentWith(),
    policies: [{ address: policyAddress, account: policyWith() }],
    tokenAccount: {
      address: addressOf(8),
      tokenProgram: TOKEN_PROGRAM_ID,
      owner,
      mint,
      amount: 200n,
      delegate: userPaymentAddress,
      delegatedAmount: 200n,
      isFrozen: false,
      isCpiGuarded: false,
      isMemoRequired: false,
      isConfidentialOnly: false,
      ...change,
    },
  });
}

describe("the words for a mint's coverage", () => {
  it("say that everything is covered", () => {
    expect(coverageView(coverageWith({}), shown)).to.deep.equal({
      percent: 100,
      isCovered: true,
      text: "All 150 USDC that your payments may pull is covered.",
      fallsShortAt: null,
      repair: null,
      missingBalance: 0n,
    });
  });

  it("name the date from which an allowance falls short, and the signature that repairs it", () => {
    expect(coverageView(coverageWith({ delegatedAmount: 120n }), shown)).to.deep.equal({
      percent: 80,
      isCovered: false,
      text: "120 USDC of 150 USDC is covered. 30 USDC more is needed.",
      fallsShortAt: NOW + 100,
      repair: "sync",
      missingBalance: 0n,
    });
  });

  it("ask before another program's delegate is replaced", () => {
    const view = coverageView(coverageWith({ delegate: addressOf(99) }), shown);
    expect(view).to.deep.include({ repair: "replace", percent: 0, fallsShortAt: NOW });
  });

  it("name the money that only the owner can add", () => {
    const view = coverageView(coverageWith({ amount: 40n }), shown);
    expect(view).to.deep.include({ repair: null, missingBalance: 110n, fallsShortAt: NOW });
  });

  it("rounds the bar down, so that a gap is never shown as full", () => {
    expect(coverageView(coverageWith({ amount: 149n }), shown).percent).to.equal(99);
  });
});
