import { expect } from "chai";
import {
  type Commitment,
  type Connection,
  type PublicKey,
  type SignatureStatus,
  SystemProgram,
  type TransactionInstruction,
  VersionedTransaction,
} from "@solana/web3.js";
import { getPaymentPolicy } from "../../src/accounts/fetch";
import { createContext } from "../../src/context/context";
import { MilepostErrorCode } from "../../src/errors/codes";
import { InvalidInputError } from "../../src/errors/input";
import { RpcError } from "../../src/errors/rpc";
import { SendError } from "../../src/errors/send";
import { MilestoneClient } from "../../src/client/milestone-client";
import { send } from "../../src/send/send";
import type { SendOptions } from "../../src/send/settings";
import { expectError } from "../expect-error";
import { FakeConnection } from "../fake-connection";
import {
  fakeWorld,
  gateway,
  keypair,
  mediator,
  mint,
  owner,
  policyPda,
  recipient,
} from "../fixtures";

const confirmed: SignatureStatus = {
  slot: 4_077,
  confirmations: 1,
  err: null,
  confirmationStatus: "confirmed",
};
const processed: SignatureStatus = { ...confirmed, confirmationStatus: "processed" };
const failed = { InstructionError: [0, { Custom: 1 }] };
const transfer = (lamports = 5) =>
  SystemProgram.transfer({
    fromPubkey: owner.publicKey,
    toPubkey: recipient.publicKey,
    lamports,
  });

function setUp(blocks = 100, commitment: Commitment = "confirmed") {
  const connection = new FakeConnection();
  let time = 0;
  const clock = {
    now: () => time,
    sleep: async (milliseconds: number) => {
      time += milliseconds;
      connection.blockHeight += blocks;
    },
  };
  const context = createContext(connection.asConnection(), owner, { commitment, clock });
  return { connection, context };
}

const sendOne = (context: ReturnType<typeof setUp>["context"], options?: SendOptions) =>
  send(context, [transfer()], options);

describe("send, about whether it landed", () => {
  it("does not take an answer from behind for 'did not land', and says that it may still land", async () => {
    const { connection, context } = setUp();
    connection.onStatusSlot = () => connection.slotAt(connection.lastValidBlockHeight - 4);
    const error = await expectError(SendError, () => sendOne(context));
    expect(error.code).to.equal(MilepostErrorCode.SendUnconfirmed);
    expect(error.message).to.contain("it may still land");
    expect(error.lastValidBlockHeight).to.equal(connection.lastValidBlockHeight);
    expect(error.signature).to.be.a("string");
  });

  it("finds what landed in the last block once the answering node has caught up", async () => {
    const { connection, context } = setUp();
    // The answering node is 400 blocks behind at first, and catches up; it landed at height 250.
    let node = 0;
    let lag = 450;
    connection.onStatus = () => {
      lag = Math.max(0, lag - 50);
      node = connection.blockHeight - lag;
      return node >= 250 ? confirmed : null;
    };
    connection.onStatusSlot = () => connection.slotAt(node);
    expect((await sendOne(context)).slot).to.equal(4_077);
  });

  it("says 'did not land' at the first answer from the expired slot on, and not one slot before", async () => {
    const { connection, context } = setUp(1_000);
    const expiredSlot = connection.slotAt(1_100);
    const slots = [5_000, expiredSlot - 1, expiredSlot - 1, expiredSlot];
    let looks = 0;
    connection.onStatusSlot = () => slots[Math.min(looks++, slots.length - 1)]!;
    connection.onHeight = () => Math.min(connection.blockHeight, 1_100);
    const error = await expectError(SendError, () => sendOne(context));
    expect(error.code).to.equal(MilepostErrorCode.SendBlockhashExpired);
    expect(looks).to.equal(4);
  });

  it("does not take an empty list of statuses for 'not known'", async () => {
    const { connection, context } = setUp(1_000);
    connection.getSignatureStatuses = async () => ({
      context: { slot: Number.MAX_SAFE_INTEGER },
      value: [],
    });
    const error = await expectError(SendError, () => sendOne(context));
    expect(error.code).to.equal(MilepostErrorCode.SendUnconfirmed);
  });

  it("reports an error from confirmed on, also at the commitment processed: another fork may take it", async () => {
    const { connection, context } = setUp(1, "processed");
    let looks = 0;
    connection.onStatus = () => (looks++ === 0 ? { ...processed, err: failed } : confirmed);
    expect((await sendOne(context)).slot).to.equal(4_077);
    expect(looks).to.be.greaterThan(1);
  });

  it("judges expiry by finalized blocks, whatever the commitment: another fork may be shorter", async () => {
    for (const commitment of ["processed", "confirmed"] as const) {
      const { connection, context } = setUp(100, commitment);
      const asked: unknown[] = [];
      const answer = connection.getEpochInfo.bind(connection);
      connection.getEpochInfo = (config?: unknown) => {
        asked.push(config);
        return answer();
      };
      await expectError(SendError, () => sendOne(context));
      expect(asked).to.not.deep.equal([]);
      for (const config of asked) expect(config).to.deep.equal({ commitment: "finalized" });
    }
  });

  it("counts the block after the last valid one as one that may hold it", async () => {
    const { connection, context } = setUp(0);
    connection.blockHeight = connection.lastValidBlockHeight + 1;
    const error = await expectError(SendError, () => sendOne(context));
    expect(error.code).to.equal(MilepostErrorCode.SendUnconfirmed);
  });

  it("does not take a node without history for 'did not land'", async () => {
    const { connection, context } = setUp(1_000);
    connection.onStatus = (history) => {
      if (!history) return null;
      throw Object.assign(new Error("Transaction history is not available"), { code: -32011 });
    };
    const error = await expectError(SendError, () => sendOne(context));
    expect(error.code).to.equal(MilepostErrorCode.SendUnconfirmed);
    expect((error.cause as { code: number }).code).to.equal(-32011);
  });

  for (const [what, first, code] of [
    ["was accepted", undefined, -32602],
    ["was accepted", undefined, -32003],
    ["timed out", new TypeError("fetch failed"), -32602],
    ["was refused by a node without the blockhash", { code: -32002 }, -32003],
  ] as const) {
    it(`given a first sending that ${what}, then a later ${code} is not a rejection`, async () => {
      const { connection, context } = setUp(0);
      connection.onSend = () => {
        if (connection.sent.length > 1) throw Object.assign(new Error("invalid"), { code });
        if (first) throw first;
      };
      connection.onStatus = () => (connection.sent.length >= 3 ? confirmed : null);
      expect((await sendOne(context)).slot).to.equal(4_077);
    });
  }

  it("waits on when a processed status disappears with its fork, and ends with the truth", async () => {
    const { connection, context } = setUp(10);
    const seen = [processed, null, processed, null, confirmed];
    connection.onStatus = () => (seen.length > 1 ? seen.shift()! : seen[0]!);
    expect((await sendOne(context)).slot).to.equal(4_077);

    const gone = setUp(60);
    let looks = 0;
    gone.connection.onStatus = () => ((looks += 1) < 3 ? processed : null);
    const error = await expectError(SendError, () => sendOne(gone.context));
    expect(error.code).to.equal(MilepostErrorCode.SendBlockhashExpired);
  });

  it("does not report a failure of a fork below the commitment", async () => {
    const { connection, context } = setUp(10);
    connection.onStatus = () =>
      connection.sent.length < 3 ? { ...processed, err: failed } : confirmed;
    expect((await sendOne(context)).slot).to.equal(4_077);
    const final = setUp(10, "finalized");
    final.connection.onStatus = () =>
      final.connection.sent.length < 3
        ? { ...confirmed, err: failed }
        : { ...confirmed, confirmationStatus: "finalized", slot: 9 };
    expect((await sendOne(final.context)).slot).to.equal(9);
  });

  it("does not send again what is past its expiry, while it waits for proof", async () => {
    const { connection, context } = setUp(1_000);
    connection.onStatusSlot = () => 5_000;
    await expectError(SendError, () => sendOne(context));
    expect(connection.sent).to.have.length(2);
  });
});

describe("send, about nodes that are behind", () => {
  it("simulates at the newest slot that was read, and waits for a node that has it", async () => {
    const { connection, context } = await fakeWorld();
    await getPaymentPolicy(context, policyPda);
    connection.onStatus = () => confirmed;
    connection.slot -= 3;
    let sleeps = 0;
    const clock = { now: () => 0, sleep: async () => void ((sleeps += 1), (connection.slot += 1)) };
    await send({ ...context, clock }, [transfer()]);
    expect(sleeps).to.equal(3);
  });

  it("sends all the same when a node once told of a slot that no node reaches", async () => {
    const { connection, context } = await fakeWorld();
    connection.onStatus = () => confirmed;
    const real = connection.slot;
    connection.slot = 1e12;
    await getPaymentPolicy(context, policyPda);
    connection.slot = real;
    let time = 0;
    const clock = {
      now: () => time,
      sleep: async (milliseconds: number) => void (time += milliseconds),
    };
    expect((await send({ ...context, clock }, [transfer()])).slot).to.equal(4_077);
  });

  it("repeats a failed simulation at the newest slot before it counts", async () => {
    const { connection, context } = setUp();
    connection.onStatus = () => confirmed;
    const asked: number[] = [];
    connection.simulateTransaction = async (_transaction, { minContextSlot = 0 }) => {
      asked.push(minContextSlot);
      return minContextSlot === 0
        ? { context: { slot: 4_990 }, value: { err: "AccountNotFound", logs: [] } }
        : { context: { slot: 5_000 }, value: connection.simulation };
    };
    await sendOne(context);
    expect(asked).to.deep.equal([0, 5_000]);
  });

  it("makes reads on the same connection see what it sent", async () => {
    const { connection, context } = await fakeWorld();
    connection.onStatus = () => ({ ...confirmed, slot: connection.slot + 2 });
    let sleeps = 0;
    const clock = { now: () => 0, sleep: async () => void ((sleeps += 1), (connection.slot += 1)) };
    const { slot } = await send({ ...context, clock }, [transfer()]);
    expect(slot).to.equal(connection.slot + 2);
    await getPaymentPolicy({ ...context, clock }, policyPda);
    expect(sleeps).to.equal(2);
    expect(connection.slot).to.equal(slot);
  });

  it("gives a typed error when the RPC is down before anything was sent", async () => {
    const { connection, context } = setUp();
    connection.getLatestBlockhash = () => Promise.reject(new TypeError("fetch failed"));
    const error = await expectError(RpcError, () => sendOne(context));
    expect(error.code).to.equal(MilepostErrorCode.RpcUnreachable);
    expect(error.method).to.equal("getLatestBlockhash");
    expect(connection.sent).to.deep.equal([]);
  });
});

describe("send, about what it is given", () => {
  const priceOf = (bytes: Uint8Array) => {
    const { message } = VersionedTransaction.deserialize(bytes);
    const data = message.compiledInstructions.map((instruction) => instruction.data);
    const price = data.find((bytes) => bytes[0] === 3 && bytes.length === 9)!;
    return Number(Buffer.from(price).readBigUInt64LE(1));
  };

  it("rounds a fraction of a priority fee up", async () => {
    const { connection, context } = setUp();
    connection.onStatus = () => confirmed;
    connection.fees = [40];
    for (const [priorityFee, price] of [
      [1_000 * 1.2 + 0.5, 1_201],
      [0.01, 1],
      [{ max: 12.5 }, 13],
    ] as const) {
      const result = await sendOne(context, { priorityFee });
      expect(result.computeUnitPrice).to.equal(price);
      expect(priceOf(connection.sent.at(-1)!)).to.equal(price);
    }
  });

  for (const [field, options] of [
    ["priorityFee", { priorityFee: -1 }],
    ["priorityFee", { priorityFee: NaN }],
    ["priorityFee", { priorityFee: Infinity }],
    ["priorityFee.max", { priorityFee: { max: -1 } }],
    ["priorityFee.percentile", { priorityFee: { percentile: 101 } }],
    ["computeUnitLimit", { computeUnitLimit: 0.5 }],
    ["computeUnitMargin", { computeUnitMargin: NaN }],
    ["timeoutMs", { timeoutMs: -1 }],
    ["walletTimeoutMs", { walletTimeoutMs: Infinity }],
  ] as [string, SendOptions][]) {
    it(`refuses ${field} in ${JSON.stringify(options)}, before anything is asked`, async () => {
      const { connection, context } = setUp();
      const error = await expectError(InvalidInputError, () => sendOne(context, options));
      expect(error.field).to.equal(field);
      expect(connection.blockhashes).to.equal(0);
    });
  }

  for (const [what, given, hint] of [
    ["one instruction", transfer(), "put the instruction into an array"],
    ["what prepareMilestone returns", { instructions: [transfer()] }, "pass its `instructions`"],
    ["a list of lists", [[transfer()]], "spread the lists into one"],
    ["nothing", undefined, "expected an array of instructions"],
    ["a transaction's text", ["AQAB"], "expected a TransactionInstruction"],
  ] as const) {
    it(`refuses ${what} with a hint`, async () => {
      const { context } = setUp();
      const error = await expectError(InvalidInputError, () =>
        send(context, given as unknown as TransactionInstruction[]),
      );
      expect(error.message).to.contain(hint);
    });
  }

  it("refuses a URL and an RPC of @solana/kit as the connection, without showing the URL", async () => {
    // As kit's: an object that has a function for any name.
    const kit: unknown = new Proxy({}, { get: () => () => ({ send: () => undefined }) });
    for (const [given, hint] of [
      ["https://rpc.example.com/?api-key=SECRET", "pass new Connection(url)"],
      [kit, "@solana/kit"],
      [undefined, "new Connection(url)"],
    ] as const) {
      for (const create of [
        () => createContext(given as Connection, owner),
        () => new MilestoneClient(given as Connection, owner),
      ]) {
        const error = await expectError(InvalidInputError, create);
        expect(error.field).to.equal("connection");
        expect(error.message).to.contain("a Connection of @solana/web3.js");
        expect(error.message).to.contain(hint);
        expect(error.message).to.not.contain("SECRET");
      }
    }
  });

  it("tells a second call that it sent the very same transaction", async () => {
    const { connection, context } = setUp();
    connection.onStatus = () => confirmed;
    connection.getLatestBlockhash = async () => ({
      blockhash: keypair("one blockhash").publicKey.toBase58(),
      lastValidBlockHeight: 250,
    });
    const results = await Promise.all([sendOne(context), sendOne(context)]);
    expect(results[0].signature).to.equal(results[1].signature);
    expect(results.map(({ isDuplicate }) => isDuplicate)).to.deep.equal([false, true]);
    const other = await send(context, [transfer(6)]);
    expect(other.isDuplicate).to.equal(false);
  });
});

describe("every action after the wallet was disconnected", () => {
  it("says so as the constructor does", async () => {
    const { connection } = await fakeWorld();
    const wallet = { publicKey: owner.publicKey } as { publicKey: PublicKey | null };
    const sdk = new MilestoneClient(connection.asConnection(), wallet as { publicKey: PublicKey });
    wallet.publicKey = null;
    for (const act of [
      () => sdk.createMilestone(mint, recipient.publicKey, gateway, [1n], [], 0),
      () =>
        sdk.createHeldMilestone(mint, recipient.publicKey, gateway, [1n], [], 4, undefined, {
          mediator: mediator.publicKey,
        }),
      () => sdk.changePaymentPolicyStatus(mint, 7, { paused: {} }),
      () => sdk.deletePaymentPolicy(mint, 7),
      () => sdk.createUserPayment(mint),
      () => sdk.syncDelegation(mint),
      () => sdk.closeUserPayment(mint),
      () =>
        sdk.createGateway({
          signer: recipient.publicKey,
          feeRecipient: recipient.publicKey,
          feeBps: 1,
          name: "a",
          url: "b",
        }),
      () => sdk.acceptAuthority(),
      () => sdk.packExecutions([policyPda]),
    ]) {
      const error = await expectError(InvalidInputError, act);
      expect(error.shortMessage).to.equal(
        "Invalid wallet.publicKey: expected a PublicKey, got null.",
      );
    }
  });
});
