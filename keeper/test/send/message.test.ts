import { expect } from "chai";
import { MAX_COMPUTE_UNITS } from "@milepost/sdk";
import {
  ComputeBudgetProgram,
  type Connection,
  SystemProgram,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { FeesAndBlockhash, writableAccounts } from "../../src/send/fees-and-blockhash";
import { draft } from "../../src/send/message";
import { sign } from "../../src/send/sign";
import { fixedKeypair } from "../../../tests/harness";

const payer = fixedKeypair("fee payer");
const other = fixedKeypair("another signer");
const recipient = fixedKeypair("recipient").publicKey;
const blockhash = fixedKeypair("blockhash").publicKey.toBase58();
const transfer = SystemProgram.transfer({
  fromPubkey: other.publicKey,
  toPubkey: recipient,
  lamports: 5,
});

describe("send: a message from its draft", () => {
  it("signs the bytes that web3.js compiles and signs from the same instructions", () => {
    const made = draft(
      { instructions: [transfer], lookupTables: [] },
      { payer: payer.publicKey, computeUnitPrice: 7 },
    );
    const terms = { blockhash, lastValidBlockHeight: 9, computeUnitLimit: 1_234 };
    const signed = sign(made, terms, { payer, signers: [other, fixedKeypair("nobody")] });
    const message = new TransactionMessage({
      payerKey: payer.publicKey,
      recentBlockhash: blockhash,
      instructions: [
        ComputeBudgetProgram.setComputeUnitLimit({ units: 1_234 }),
        transfer,
        ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 7 }),
      ],
    }).compileToV0Message();
    const expected = new VersionedTransaction(message);
    expected.sign([payer, other]);
    expect(Buffer.from(signed.wire).equals(Buffer.from(expected.serialize()))).to.equal(true);
    expect(signed.lastValidBlockHeight).to.equal(9);
  });

  it("simulates with the highest limit, and leaves a price of 0 out", () => {
    const { instructions, message } = draft(
      { instructions: [transfer], lookupTables: [] },
      { payer: payer.publicKey, computeUnitPrice: 0 },
    );
    const limit = ComputeBudgetProgram.setComputeUnitLimit({ units: MAX_COMPUTE_UNITS });
    expect(instructions).to.deep.equal([limit, transfer]);
    expect(message.compiledInstructions.length).to.equal(2);
  });
});

describe("send: fees and blockhashes", () => {
  const accounts = writableAccounts([transfer]);
  const network = () => {
    const calls: string[] = [];
    const connection = {
      getRecentPrioritizationFees: async () => {
        calls.push("fees");
        return [{ slot: 1, prioritizationFee: 30 * calls.length }];
      },
      getLatestBlockhash: async () => {
        calls.push("blockhash");
        return { blockhash: `${calls.length}`, lastValidBlockHeight: 1 };
      },
    };
    const context = { connection: connection as unknown as Connection };
    return { calls, network: new FeesAndBlockhash({ ...context, commitment: "confirmed" }) };
  };

  it("names each writable account once", () => {
    expect(writableAccounts([transfer, transfer]).map(String)).to.deep.equal([
      other.publicKey.toBase58(),
      recipient.toBase58(),
    ]);
  });

  it("asks once for the price of the same accounts, in any order", async () => {
    const { calls, network: asked } = network();
    const prices = await Promise.all([
      asked.price(accounts),
      asked.price([...accounts].reverse()),
      asked.price(accounts.slice(0, 1)),
    ]);
    expect(prices).to.deep.equal([30, 30, 60]);
    expect(calls).to.deep.equal(["fees", "fees"]);
  });

  it("takes an RPC that can't tell for a price of 0, and asks it again", async () => {
    let isFailing = true;
    const connection = {
      getRecentPrioritizationFees: async () => {
        if (isFailing) throw new Error("no answer");
        return [{ slot: 1, prioritizationFee: 40 }];
      },
    } as unknown as Connection;
    const asked = new FeesAndBlockhash({ connection, commitment: "confirmed" });
    expect(await asked.price(accounts)).to.equal(0);
    isFailing = false;
    expect(await asked.price(accounts)).to.equal(40);
  });

  it("shares a blockhash, except with a transaction that needs another one than before", async () => {
    const { calls, network: asked } = network();
    const [first, second] = await Promise.all([asked.blockhash(), asked.blockhash()]);
    expect([first.blockhash, second.blockhash]).to.deep.equal(["1", "1"]);
    expect((await asked.blockhash({ isNew: true })).blockhash).to.equal("2");
    expect((await asked.blockhash()).blockhash).to.equal("2");
    expect(calls).to.deep.equal(["blockhash", "blockhash"]);
  });
});
