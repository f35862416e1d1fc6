/** What a payment's transaction may do beside the payment, read from the bytes. */
import {
  associatedTokenAddress,
  buildInstruction,
  createAssociatedTokenAccount,
} from "@milepost/sdk";
import {
  ComputeBudgetProgram,
  PublicKey,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { expect } from "chai";
import { readPayment } from "../../src/screens/checkout/read-payment";
import { excessiveFee } from "../../src/screens/checkout/compare-payment";
import { MINT, PAYEE, PAYER, STRANGER } from "./payments";

const TOKEN_PROGRAM = new PublicKey("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");

const creationFor = (wallet: PublicKey) =>
  createAssociatedTokenAccount(PAYER, MINT, wallet, TOKEN_PROGRAM);

/** Moves the payment's permission to a token account, which it thereby names. */
const using = (tokenAccount: PublicKey): TransactionInstruction =>
  buildInstruction(
    "syncDelegation",
    { owner: PAYER, userPayment: STRANGER, tokenAccount, tokenProgram: TOKEN_PROGRAM },
    { replaceDelegate: false },
  );

function othersOf(...instructions: TransactionInstruction[]): boolean[] {
  const recentBlockhash = PublicKey.default.toBase58();
  const message = new TransactionMessage({ payerKey: PAYER, recentBlockhash, instructions });
  const bytes = new VersionedTransaction(message.compileToV0Message()).serialize();
  return readPayment(bytes).others.map(({ isHarmless }) => isHarmless);
}

describe("the instructions beside a payment", () => {
  it("may create a token account that the payment uses", () => {
    const used = associatedTokenAddress(MINT, PAYEE, TOKEN_PROGRAM);
    expect(othersOf(creationFor(PAYEE), using(used))).to.deep.equal([true]);
  });

  it("may not create a token account of somebody else, whose deposit the payer would lose", () => {
    const used = associatedTokenAddress(MINT, PAYEE, TOKEN_PROGRAM);
    expect(othersOf(creationFor(PAYEE), creationFor(STRANGER), using(used))).to.deep.equal([
      true,
      false,
    ]);
  });

  it("may set the compute budget", () => {
    const budget = ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1 });
    expect(othersOf(budget, using(STRANGER))).to.deep.equal([true]);
  });
});

describe("the network fee of a payment", () => {
  it("is refused above 0.01 SOL, in words", () => {
    expect(excessiveFee(10_000_000n)).to.equal(null);
    expect(excessiveFee(10_000_001n)).to.deep.equal({
      field: "network fee",
      expected: "at most 0.01 SOL",
      found: "0.010000001 SOL",
    });
  });
});
