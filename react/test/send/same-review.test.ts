/** Which transactions, built again after they expired, need no second confirmation. */
import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import { isSameReview } from "../../src/send/same-review";
import type { SendReview } from "../../src/send/send-state";

const payer = Keypair.generate().publicKey.toBase58();

const reviewOf = (fee: bigint, title = "Pay", blockhash = "a"): SendReview => ({
  decoded: {
    feePayer: payer,
    signers: [payer],
    instructions: [{ program: "memo", name: "memo", title, details: [], isMinor: false }],
    feeLamports: fee,
    recentBlockhash: blockhash,
  },
  changes: [],
  fee,
  expiresAt: 0,
});

describe("a transaction that is built again", () => {
  it("needs no second confirmation with a newer blockhash and a fee that is hardly higher", () => {
    expect(isSameReview(reviewOf(5_000n), reviewOf(5_000_000n, "Pay", "b"))).to.equal(true);
    expect(isSameReview(reviewOf(5_000n), reviewOf(5_005_000n))).to.equal(true);
    expect(isSameReview(reviewOf(9_000_000_000n), reviewOf(5_000n))).to.equal(true);
  });

  it("needs one where the network fee would take more SOL than was confirmed", () => {
    expect(isSameReview(reviewOf(5_000n), reviewOf(5_005_001n))).to.equal(false);
  });

  it("needs one where it does something else", () => {
    expect(isSameReview(reviewOf(5_000n), reviewOf(5_000n, "Pay twice"))).to.equal(false);
  });
});
