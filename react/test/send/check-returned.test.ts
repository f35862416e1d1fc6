/** What a wallet may change of a transaction that was reviewed, and what not. */
import {
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  SystemProgram,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { expect } from "chai";
import { ProblemError } from "../../src/problems/problem";
import { checkReturned } from "../../src/send/check-returned";

const owner = Keypair.generate();
const sponsor = Keypair.generate();
const LIGHTHOUSE = new PublicKey("L2TExMFKdjpN9kozasaurPirfHy9P8sbXoAN1qA3S95");

const transfer = (lamports: number, from = owner) =>
  SystemProgram.transfer({
    fromPubkey: from.publicKey,
    toPubkey: Keypair.generate().publicKey,
    lamports,
  });
const pay = transfer(1);
const note = transfer(2);
const guard = new TransactionInstruction({
  programId: LIGHTHOUSE,
  keys: [],
  data: Buffer.from([1, 2]),
});
const limit = (units: number) => ComputeBudgetProgram.setComputeUnitLimit({ units });
const price = (microLamports: number | bigint) =>
  ComputeBudgetProgram.setComputeUnitPrice({ microLamports });

function transactionOf(
  instructions: TransactionInstruction[],
  payer = owner,
  recentBlockhash = PublicKey.default.toBase58(),
): VersionedTransaction {
  const message = new TransactionMessage({
    payerKey: payer.publicKey,
    recentBlockhash,
    instructions,
  });
  return new VersionedTransaction(message.compileToV0Message());
}

function signed(transaction: VersionedTransaction, ...signers: Keypair[]): Uint8Array {
  transaction.sign(signers);
  return transaction.serialize();
}

async function verdict(asked: VersionedTransaction, returned?: Uint8Array): Promise<string> {
  try {
    await checkReturned(asked, returned, owner.publicKey, []);
    return "accepted";
  } catch (error) {
    expect(error).to.be.instanceOf(ProblemError);
    return (error as ProblemError).problem.code;
  }
}

describe("checkReturned", () => {
  const asked = () => transactionOf([pay, note, limit(10_000)]);
  const returning = (instructions: TransactionInstruction[], payer = owner) =>
    verdict(
      asked(),
      signed(transactionOf(instructions, payer), owner, ...(payer === owner ? [] : [payer])),
    );

  it("accepts the very transaction, a newer blockhash and another compute budget", async () => {
    expect(await verdict(asked(), signed(asked(), owner))).to.equal("accepted");
    const newer = transactionOf([pay, note, limit(10_000)], owner, owner.publicKey.toBase58());
    expect(await verdict(asked(), signed(newer, owner))).to.equal("accepted");
    expect(await returning([limit(20_000), price(1_000), pay, note])).to.equal("accepted");
    expect(await returning([pay, note])).to.equal("accepted");
  });

  it("accepts guards of Lighthouse before, between and after", async () => {
    expect(await returning([guard, pay, guard, note, guard])).to.equal("accepted");
  });

  it("refuses an instruction that is removed, changed, added or moved", async () => {
    expect(await returning([note, limit(10_000)])).to.equal("wallet.changed");
    expect(await returning([transfer(1), note, limit(10_000)])).to.equal("wallet.changed");
    expect(await returning([pay, note, transfer(3)])).to.equal("wallet.changed");
    expect(await returning([note, pay])).to.equal("wallet.changed");
  });

  it("refuses a network fee that the wallet raised by more than 0.005 SOL", async () => {
    const units = 1_000_000;
    const within = price(4_999_000_000n / 1_000n);
    expect(await returning([pay, note, limit(units), within])).to.equal("accepted");
    const above = price(5_002_000_000n);
    expect(await returning([pay, note, limit(units), above])).to.equal("wallet.changed");
  });

  it("refuses another fee payer, and an additional signer", async () => {
    expect(await returning([pay, note], sponsor)).to.equal("wallet.wrongAccount");
    const second = new TransactionInstruction({
      programId: LIGHTHOUSE,
      keys: [{ pubkey: sponsor.publicKey, isSigner: true, isWritable: false }],
      data: Buffer.from([1]),
    });
    const more = transactionOf([pay, note, second]);
    expect(await verdict(asked(), signed(more, owner, sponsor))).to.equal("wallet.changed");
  });

  it("refuses any change where another party signed already", async () => {
    const cosigned = transactionOf([pay], sponsor);
    cosigned.sign([sponsor]);
    const changed = transactionOf([pay, guard], sponsor);
    changed.sign([owner, sponsor]);
    expect(await verdict(cosigned, changed.serialize())).to.equal("wallet.changed");
    const same = VersionedTransaction.deserialize(cosigned.serialize());
    same.sign([owner]);
    expect(await verdict(cosigned, same.serialize())).to.equal("accepted");
  });

  it("refuses a missing signature, no transaction at all, and a signature over other bytes", async () => {
    expect(await verdict(asked(), asked().serialize())).to.equal("wallet.unsigned");
    expect(await verdict(asked(), undefined)).to.equal("wallet.unsigned");
    expect(await verdict(asked(), new Uint8Array([9]))).to.equal("wallet.unsigned");
    const other = transactionOf([pay]);
    other.sign([owner]);
    const forged = asked();
    forged.signatures = other.signatures;
    expect(await verdict(asked(), forged.serialize())).to.equal("wallet.wrongKey");
  });
});
