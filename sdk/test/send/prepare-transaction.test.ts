import { expect } from "chai";
import { SystemProgram } from "@solana/web3.js";
import bs58 from "bs58";
import { PROGRAM_ID } from "../../src/constants";
import { createContext } from "../../src/context/context";
import { InvalidInputError } from "../../src/errors/input";
import { MilestoneProgramError } from "../../src/errors/program";
import { prepareTransaction } from "../../src/send/prepare-transaction";
import { sendSigned } from "../../src/send/send-signed";
import { expectError } from "../expect-error";
import { FakeConnection } from "../fake-connection";
import { owner, recipient } from "../fixtures";

const transfer = SystemProgram.transfer({
  fromPubkey: owner.publicKey,
  toPubkey: recipient.publicKey,
  lamports: 5,
});

describe("prepareTransaction", () => {
  const setUp = () => {
    const connection = new FakeConnection();
    connection.fees = [7];
    return { connection, context: createContext(connection.asConnection(), owner) };
  };

  it("returns an unsigned transaction with limit, fee and a new blockhash, and sends nothing", async () => {
    const { connection, context } = setUp();
    const prepared = await prepareTransaction(context, [transfer], { payer: recipient.publicKey });
    const { message, signatures } = prepared.transaction;
    expect(prepared.signers.map(String)).to.deep.equal(
      [recipient, owner].map(({ publicKey }) => publicKey.toBase58()),
    );
    expect(signatures.map((bytes) => bytes.every((byte) => byte === 0))).to.deep.equal([
      true,
      true,
    ]);
    expect(message.compiledInstructions).to.have.length(3);
    expect(prepared).to.include({
      lastValidBlockHeight: connection.lastValidBlockHeight,
      computeUnitLimit: 11_300,
      computeUnitPrice: 7,
    });
    expect(connection.sent).to.deep.equal([]);
  });

  it("given signatures of other processes, its bytes are sent as they are", async () => {
    const { connection, context } = setUp();
    const { transaction, lastValidBlockHeight } = await prepareTransaction(context, [transfer]);
    transaction.sign([owner]);
    const bytes = transaction.serialize();
    connection.onStatus = () =>
      connection.sent.length === 0
        ? null
        : { slot: 9, confirmations: 1, err: null, confirmationStatus: "confirmed" };
    const signature = bs58.encode(transaction.signatures[0]!);
    expect(await sendSigned(context, { bytes, signature, lastValidBlockHeight })).to.deep.equal({
      signature,
      slot: 9,
    });
    expect(Buffer.from(connection.sent[0]!)).to.deep.equal(Buffer.from(bytes));
  });

  it("given a simulation that fails, throws the program's error and asks for no blockhash", async () => {
    const { connection, context } = setUp();
    connection.simulation = { err: { InstructionError: [0, { Custom: 6000 }] }, logs: [] };
    await expectError(MilestoneProgramError, () =>
      prepareTransaction(context, [{ ...transfer, programId: PROGRAM_ID }]),
    );
    expect(connection.blockhashes).to.equal(0);
  });

  it("given no instruction, refuses and asks no node", async () => {
    const { connection, context } = setUp();
    await expectError(InvalidInputError, () => prepareTransaction(context, []));
    expect(connection.rounds).to.equal(0);
  });
});
