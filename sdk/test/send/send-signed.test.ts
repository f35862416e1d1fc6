import { expect } from "chai";
import { type SignatureStatus, SystemProgram } from "@solana/web3.js";
import { PROGRAM_ID } from "../../src/constants";
import { createContext } from "../../src/context/context";
import { MilepostErrorCode } from "../../src/errors/codes";
import { InvalidInputError } from "../../src/errors/input";
import { MilestoneProgramError } from "../../src/errors/program";
import { SendError } from "../../src/errors/send";
import type { SignedTransaction } from "../../src/send/confirm";
import { send } from "../../src/send/send";
import { sendSigned } from "../../src/send/send-signed";
import { expectError } from "../expect-error";
import { FakeConnection } from "../fake-connection";
import { owner, recipient } from "../fixtures";

const confirmed: SignatureStatus = {
  slot: 77,
  confirmations: 1,
  err: null,
  confirmationStatus: "confirmed",
};
const processed: SignatureStatus = { ...confirmed, confirmationStatus: "processed" };
const transfer = SystemProgram.transfer({
  fromPubkey: owner.publicKey,
  toPubkey: recipient.publicKey,
  lamports: 5,
});

/** A chain on which each pause of the sender takes `blocks`. */
function setUp(blocks = 10) {
  const connection = new FakeConnection();
  let time = 0;
  const clock = {
    now: () => time,
    sleep: (milliseconds: number) => {
      time += milliseconds;
      connection.blockHeight += blocks;
      return Promise.resolve();
    },
  };
  const context = createContext(connection.asConnection(), owner, { clock });
  return { connection, context };
}

/** A transaction that a process signed and recorded before it died. */
async function recorded(instruction = transfer): Promise<SignedTransaction> {
  const { context } = setUp();
  let transaction: SignedTransaction | undefined;
  await send(context, [instruction], {
    onSigned: (signed) => {
      transaction = signed;
      throw new Error("killed");
    },
  }).catch(() => undefined);
  return transaction!;
}

describe("sendSigned", () => {
  it("given a transaction that landed before, returns its slot and sends nothing", async () => {
    const { connection, context } = setUp();
    const looks: boolean[] = [];
    connection.onStatus = (history) => {
      looks.push(history);
      return confirmed;
    };
    const transaction = await recorded();
    const result = await sendSigned(context, transaction);
    expect(result).to.deep.equal({ signature: transaction.signature, slot: 77 });
    expect(connection.sent).to.deep.equal([]);
    expect(looks).to.deep.equal([true]);
  });

  it("given a transaction that was never sent, sends the same bytes until they are confirmed", async () => {
    const { connection, context } = setUp();
    const answers = [null, processed, confirmed];
    connection.onStatus = () => answers[connection.sent.length]!;
    const transaction = await recorded();
    await sendSigned(context, transaction);
    expect(connection.sent).to.have.length(2);
    for (const bytes of connection.sent) {
      expect(Buffer.from(bytes)).to.deep.equal(Buffer.from(transaction.bytes));
    }
    expect(connection.blockhashes).to.equal(0);
  });

  it("given a first look that fails, sends and looks again", async () => {
    const { connection, context } = setUp();
    let looks = 0;
    connection.onStatus = () => {
      looks += 1;
      if (looks === 1) throw new Error("503");
      return confirmed;
    };
    expect((await sendSigned(context, await recorded())).slot).to.equal(77);
    expect(connection.sent).to.have.length(1);
  });

  it("given an RPC that calls bytes invalid which may have been sent before, goes on until they expire", async () => {
    const { connection, context } = setUp(100);
    connection.onSend = () => {
      throw Object.assign(new Error("Transaction signature verification failure"), {
        code: -32003,
      });
    };
    const transaction = await recorded();
    const error = await expectError(SendError, () => sendSigned(context, transaction));
    expect(error.code).to.equal(MilepostErrorCode.SendBlockhashExpired);
    expect(error.signature).to.equal(transaction.signature);
    expect(connection.sent.length).to.be.greaterThan(1);
  });

  it("given an expired blockhash and a node that is behind it, does not say that it can't land", async () => {
    const { connection, context } = setUp(100);
    connection.onStatusSlot = () => connection.slotAt(connection.lastValidBlockHeight - 4);
    const transaction = await recorded();
    const error = await expectError(SendError, () =>
      sendSigned(context, transaction, { timeoutMs: 9_000, resendEveryMs: 500 }),
    );
    expect(error.code).to.equal(MilepostErrorCode.SendUnconfirmed);
  });

  it("given a transaction that landed and failed, throws the program's error", async () => {
    const { connection, context } = setUp();
    connection.onStatus = () => ({
      ...confirmed,
      err: { InstructionError: [0, { Custom: 6000 }] },
    });
    const instruction = { ...transfer, programId: PROGRAM_ID };
    const transaction = await recorded(instruction);
    const error = await expectError(MilestoneProgramError, () => sendSigned(context, transaction));
    expect(error.code).to.equal(MilepostErrorCode.ProgramError);
    expect(connection.sent).to.deep.equal([]);
  });

  it("given bytes of another transaction, refuses them and asks no node", async () => {
    const { connection, context } = setUp();
    const transaction = await recorded();
    const other = { ...transaction, signature: "1".repeat(64) };
    const error = await expectError(InvalidInputError, () => sendSigned(context, other));
    expect(error.message).to.contain("bytes with another signature");
    const cut = { ...transaction, bytes: transaction.bytes.subarray(0, 20) };
    await expectError(InvalidInputError, () => sendSigned(context, cut));
    expect(connection.rounds).to.equal(0);
  });
});
