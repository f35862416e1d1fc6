import { expect } from "chai";
import {
  ComputeBudgetProgram,
  Keypair,
  type PublicKey,
  type SignatureStatus,
  SystemProgram,
  type TransactionInstruction,
  VersionedTransaction,
} from "@solana/web3.js";
import { PROGRAM_ID } from "../../src/constants";
import { createContext } from "../../src/context/context";
import type { MilestoneWallet } from "../../src/context/wallet";
import { MilepostErrorCode } from "../../src/errors/codes";
import { InvalidInputError } from "../../src/errors/input";
import { MilestoneProgramError, TransactionRuntimeError } from "../../src/errors/program";
import { SendError } from "../../src/errors/send";
import { percentileOf } from "../../src/send/priority-fee";
import { send } from "../../src/send/send";
import { expectError } from "../expect-error";
import { FakeConnection } from "../fake-connection";
import { keypair, owner, recipient, stranger } from "../fixtures";

const confirmed: SignatureStatus = {
  slot: 77,
  confirmations: 1,
  err: null,
  confirmationStatus: "confirmed",
};
const processed: SignatureStatus = { ...confirmed, confirmationStatus: "processed" };
const transfer = (from: PublicKey = owner.publicKey): TransactionInstruction =>
  SystemProgram.transfer({ fromPubkey: from, toPubkey: recipient.publicKey, lamports: 5 });

/** A clock that only `sleep` moves; with each sleep the chain goes on by `blocks`. */
function fakeTime(connection: FakeConnection, blocks = 10) {
  let time = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    clock: {
      now: () => time,
      sleep: async (milliseconds: number) => {
        sleeps.push(milliseconds);
        time += milliseconds;
        connection.blockHeight += blocks;
      },
    },
  };
}

function setUp(wallet: MilestoneWallet = owner, blocks?: number) {
  const connection = new FakeConnection();
  const time = fakeTime(connection, blocks);
  return { connection, ...time, context: createContext(connection.asConnection(), wallet) };
}

describe("send", () => {
  it("given a confirmation in the first round, then sent once, with limit and price behind", async () => {
    const { connection, context, clock, sleeps } = setUp();
    connection.fees = [10, 20, 30, 40];
    connection.onStatus = () => confirmed;
    const result = await send(context, [transfer()], { clock });
    expect(result.slot).to.equal(77);
    expect(result.computeUnitLimit).to.equal(11_300);
    expect(result.computeUnitPrice).to.equal(30);
    expect(connection.sent).to.have.length(1);
    expect(sleeps).to.deep.equal([]);
    const { message } = VersionedTransaction.deserialize(connection.sent[0]!);
    const programs = message.compiledInstructions.map(
      ({ programIdIndex }) => message.staticAccountKeys[programIdIndex]!,
    );
    expect(programs[0]!.equals(SystemProgram.programId)).to.equal(true);
    expect(programs[1]!.equals(ComputeBudgetProgram.programId)).to.equal(true);
    expect(message.compiledInstructions).to.have.length(3);
  });

  it("given an RPC that drops it twice, then the same bytes three times", async () => {
    const { connection, context, clock, sleeps } = setUp();
    connection.onStatus = () => (connection.sent.length >= 3 ? confirmed : null);
    await send(context, [transfer()], { clock, resendEveryMs: 500 });
    expect(connection.sent).to.have.length(3);
    expect(connection.sent[1]).to.deep.equal(connection.sent[0]);
    expect(connection.sent[2]).to.deep.equal(connection.sent[0]);
    expect(sleeps).to.deep.equal([500, 500]);
    expect(connection.blockhashes).to.equal(1);
  });

  it("given processed only, then it waits for confirmed", async () => {
    const { connection, context, clock } = setUp();
    connection.onStatus = () => (connection.sent.length >= 2 ? confirmed : processed);
    await send(context, [transfer()], { clock });
    expect(connection.sent).to.have.length(2);
  });

  it("given an expired blockhash, then looks once more with history and says it did not land", async () => {
    const { connection, context, clock } = setUp(owner, 100);
    const looks: boolean[] = [];
    connection.onStatus = (history) => {
      looks.push(history);
      return null;
    };
    const error = await expectError(SendError, () => send(context, [transfer()], { clock }));
    expect(error.code).to.equal(MilepostErrorCode.SendBlockhashExpired);
    expect(error.signature).to.be.a("string");
    expect(looks).to.deep.equal([false, false, false, true]);
    expect(connection.blockhashes).to.equal(1);
  });

  it("given it landed in the last block, then the look after expiry finds it", async () => {
    const { connection, context, clock } = setUp(owner, 1_000);
    connection.onStatus = (history) => (history ? confirmed : null);
    expect((await send(context, [transfer()], { clock })).slot).to.equal(77);
  });

  it("given height exactly at the last valid block, then not expired yet", async () => {
    const { connection, context, clock } = setUp(owner, 0);
    connection.blockHeight = connection.lastValidBlockHeight;
    const options = { clock, resendEveryMs: 1_000, timeoutMs: 3_000 };
    const error = await expectError(SendError, () => send(context, [transfer()], options));
    expect(error.code).to.equal(MilepostErrorCode.SendUnconfirmed);
  });

  it("given an RPC that fails on every look after expiry, then unknown, never 'did not land'", async () => {
    const { connection, context, clock } = setUp(owner, 1_000);
    connection.onStatus = () => {
      throw new Error("503");
    };
    const error = await expectError(SendError, () =>
      send(context, [transfer()], { clock, timeoutMs: 9_000 }),
    );
    expect(error.code).to.equal(MilepostErrorCode.SendUnconfirmed);
    expect((error.cause as Error).message).to.equal("503");
  });

  it("given timeouts and 429s while it lands, then confirmed all the same", async () => {
    const { connection, context, clock } = setUp();
    connection.onSend = () => {
      throw new Error("429 Too Many Requests");
    };
    connection.onHeight = () => {
      throw new Error("timeout");
    };
    connection.onStatus = () => {
      if (connection.sent.length === 2) throw new Error("garbage");
      return connection.sent.length >= 4 ? confirmed : null;
    };
    expect((await send(context, [transfer()], { clock })).slot).to.equal(77);
    expect(connection.sent).to.have.length(4);
  });

  it("given bytes the RPC calls invalid, then it gives up at once", async () => {
    const { connection, context, clock, sleeps } = setUp();
    connection.onSend = () => {
      throw Object.assign(new Error("invalid params"), { code: -32602 });
    };
    const error = await expectError(SendError, () => send(context, [transfer()], { clock }));
    expect(error.code).to.equal(MilepostErrorCode.SendRejected);
    expect(sleeps).to.deep.equal([]);
  });

  it("given maxSignings 2, then a second signing only after expiry and a look", async () => {
    const { connection, context, clock } = setUp(owner, 100);
    const signed: string[] = [];
    let looksAfterExpiry = 0;
    connection.onStatus = (history) => {
      if (history) looksAfterExpiry += 1;
      return signed.length === 2 ? confirmed : null;
    };
    const onSigned = ({ signature }: { signature: string }) => {
      expect(looksAfterExpiry).to.equal(signed.length);
      signed.push(signature);
    };
    const result = await send(context, [transfer()], { clock, maxSignings: 2, onSigned });
    expect(signed).to.have.length(2);
    expect(result.signature).to.equal(signed[1]);
    expect(signed[0]).to.not.equal(signed[1]);
  });

  it("given onSigned, then told before anything is sent", async () => {
    const { connection, context, clock } = setUp();
    connection.onStatus = () => confirmed;
    let sentBefore = -1;
    await send(context, [transfer()], {
      clock,
      onSigned: () => void (sentBefore = connection.sent.length),
    });
    expect(sentBefore).to.equal(0);
  });

  it("given a simulation that fails, then the typed error with the caller's index, and nothing is sent", async () => {
    const { connection, context, clock } = setUp();
    const id = PROGRAM_ID.toBase58();
    connection.simulation = {
      err: { InstructionError: [0, { Custom: 6000 }] },
      logs: [`Program ${id} invoke [1]`, `Program ${id} failed: custom program error: 0x1770`],
    };
    const error = await expectError(MilestoneProgramError, () =>
      send(context, [transfer()], { clock }),
    );
    expect([error.programErrorName, error.instructionIndex]).to.deep.equal(["PaymentNotDue", 0]);
    expect(connection.sent).to.deep.equal([]);
    expect(connection.blockhashes).to.equal(0);
  });

  it("given an empty fee payer, then that runtime error with a fix", async () => {
    const { connection, context, clock } = setUp();
    connection.simulation = { err: "AccountNotFound", logs: [] };
    const error = await expectError(TransactionRuntimeError, () =>
      send(context, [transfer()], { clock }),
    );
    expect(error.message).to.contain("send it SOL");
  });

  it("given a transaction that landed and failed, then its error, not a resend", async () => {
    const { connection, context, clock } = setUp();
    connection.onStatus = () => ({
      ...confirmed,
      err: { InstructionError: [0, { Custom: 6003 }] },
    });
    const instruction = { ...transfer(), programId: PROGRAM_ID };
    const error = await expectError(MilestoneProgramError, () =>
      send(context, [instruction], { clock }),
    );
    expect(error.programErrorName).to.equal("MilestoneAlreadyReleased");
    expect(connection.sent).to.have.length(1);
  });

  it("given a missing signer, then named, and nothing is sent", async () => {
    const { connection, context, clock } = setUp();
    const error = await expectError(SendError, () =>
      send(context, [transfer(stranger.publicKey)], { clock }),
    );
    expect(error.code).to.equal(MilepostErrorCode.SendMissingSigner);
    expect(error.message).to.contain(stranger.publicKey.toBase58());
    expect(connection.sent).to.deep.equal([]);
  });

  it("given signers, a NodeWallet or a wallet adapter, then all sign", async () => {
    const adapter: MilestoneWallet = {
      publicKey: owner.publicKey,
      signTransaction: async (transaction) => {
        (transaction as VersionedTransaction).sign([owner]);
        return transaction;
      },
    };
    for (const wallet of [owner, { publicKey: owner.publicKey, payer: owner }, adapter]) {
      const { connection, context, clock } = setUp(wallet);
      connection.onStatus = () => confirmed;
      const instructions = [transfer(), transfer(stranger.publicKey)];
      await send(context, instructions, { clock, signers: [stranger, keypair("not needed")] });
      const { signatures } = VersionedTransaction.deserialize(connection.sent[0]!);
      expect(signatures).to.have.length(2);
      for (const signature of signatures)
        expect(signature.some((byte) => byte !== 0)).to.equal(true);
    }
  });

  it("given another payer, then it pays and the wallet need not sign", async () => {
    const { connection, context, clock } = setUp({ publicKey: owner.publicKey });
    connection.onStatus = () => confirmed;
    const { publicKey } = stranger;
    await send(context, [transfer(publicKey)], { clock, payer: publicKey, signers: [stranger] });
    const { message } = VersionedTransaction.deserialize(connection.sent[0]!);
    expect(message.staticAccountKeys[0]!.equals(publicKey)).to.equal(true);
  });

  it("given a limit and a price of the caller's, then no others are added", async () => {
    const { connection, context, clock } = setUp();
    connection.onStatus = () => confirmed;
    const own = [
      ComputeBudgetProgram.setComputeUnitLimit({ units: 50_000 }),
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 7 }),
    ];
    await send(context, [...own, transfer()], { clock });
    const { message } = VersionedTransaction.deserialize(connection.sent[0]!);
    expect(message.compiledInstructions).to.have.length(3);
  });

  it("given too many accounts, then too large, before a simulation", async () => {
    const { connection, context, clock } = setUp();
    connection.simulation = { err: "never reached", logs: [] };
    const many = Array.from({ length: 40 }, () =>
      SystemProgram.transfer({
        fromPubkey: owner.publicKey,
        toPubkey: Keypair.generate().publicKey,
        lamports: 1,
      }),
    );
    const error = await expectError(SendError, () => send(context, many, { clock }));
    expect(error.code).to.equal(MilepostErrorCode.SendTooLarge);
  });

  it("given nothing to send, then refused", async () => {
    const { context } = setUp();
    await expectError(InvalidInputError, () => send(context, []));
  });

  it("given fees above the cap or an RPC without them, then capped or none", async () => {
    const { connection, context, clock } = setUp();
    connection.onStatus = () => confirmed;
    connection.fees = [5_000_000];
    expect((await send(context, [transfer()], { clock })).computeUnitPrice).to.equal(200_000);
    connection.getRecentPrioritizationFees = async () => {
      throw new Error("Method not found");
    };
    expect((await send(context, [transfer()], { clock })).computeUnitPrice).to.equal(0);
  });
});

describe("percentileOf", () => {
  it("given values, then the nearest rank", () => {
    expect(percentileOf([4, 1, 3, 2], 50)).to.equal(2);
    expect(percentileOf([4, 1, 3, 2], 100)).to.equal(4);
    expect(percentileOf([4, 1, 3, 2], 0)).to.equal(1);
    expect(percentileOf([], 75)).to.equal(0);
  });
});
