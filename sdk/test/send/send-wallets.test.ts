import { expect } from "chai";
import {
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  type SignatureStatus,
  SystemProgram,
  Transaction,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { createContext } from "../../src/context/context";
import type { MilestoneWallet } from "../../src/context/wallet";
import { MilepostErrorCode } from "../../src/errors/codes";
import { InvalidInputError } from "../../src/errors/input";
import { SendError } from "../../src/errors/send";
import { send } from "../../src/send/send";
import type { SendOptions } from "../../src/send/settings";
import { expectError } from "../expect-error";
import { FakeConnection } from "../fake-connection";
import { keypair, owner, recipient, stranger } from "../fixtures";

const confirmed: SignatureStatus = {
  slot: 77,
  confirmations: 1,
  err: null,
  confirmationStatus: "confirmed",
};
const MEMO = keypair("memo program").publicKey;
const transfer = (from: PublicKey = owner.publicKey) =>
  SystemProgram.transfer({ fromPubkey: from, toPubkey: recipient.publicKey, lamports: 5 });
const guard = (text = "guard") =>
  new TransactionInstruction({ programId: MEMO, keys: [], data: Buffer.from(text) });

/** A clock that only `sleep` moves; timers run when the test says so. */
function fakeClock(connection: FakeConnection, blocks = 10) {
  let time = 0;
  const timers = new Set<() => void>();
  return {
    timers,
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
    clock: {
      now: () => time,
      sleep: async (milliseconds: number) => {
        time += milliseconds;
        connection.blockHeight += blocks;
      },
      after: (_milliseconds: number, run: () => void) => {
        timers.add(run);
        return () => void timers.delete(run);
      },
    },
  };
}

function setUp(wallet: MilestoneWallet, blocks?: number) {
  const connection = new FakeConnection();
  const time = fakeClock(connection, blocks);
  const context = createContext(connection.asConnection(), wallet);
  const options = (more: SendOptions = {}) => ({ clock: time.clock, ...more });
  return { connection, context, options, ...time };
}

type Change = (message: TransactionMessage) => void;

/** A wallet that has its own idea of the transaction before it signs. */
function changing(change: Change, key: Keypair = owner): MilestoneWallet {
  return signing((transaction) => {
    const message = TransactionMessage.decompile(transaction.message);
    change(message);
    const changed = new VersionedTransaction(message.compileToV0Message());
    changed.sign([key]);
    return changed;
  });
}

function signing(sign: (transaction: VersionedTransaction) => unknown): MilestoneWallet {
  return {
    publicKey: owner.publicKey,
    signTransaction: async (transaction) =>
      sign(transaction as VersionedTransaction) as typeof transaction,
  };
}

const throwing = (error: unknown) =>
  signing(() => {
    throw error;
  });

const named = (name: string, message = "", more: object = {}) =>
  Object.assign(new Error(message), { name, ...more });

describe("a wallet that signs", () => {
  it("may add guards before and after the caller's instructions", async () => {
    const wallet = changing((message) => {
      message.instructions.unshift(guard("one"), guard("two"));
      message.instructions.push(guard("three"));
    });
    const { connection, context, options } = setUp(wallet);
    connection.onStatus = () => confirmed;
    expect((await send(context, [transfer()], options())).slot).to.equal(77);
    const { message } = VersionedTransaction.deserialize(connection.sent[0]!);
    expect(message.compiledInstructions).to.have.length(5);
  });

  it("gets room for guards in the compute limit, which a key at hand does not", async () => {
    const limits = [];
    for (const wallet of [changing(() => undefined), owner]) {
      const { connection, context, options } = setUp(wallet);
      connection.onStatus = () => confirmed;
      connection.simulation.unitsConsumed = 600;
      limits.push((await send(context, [transfer()], options())).computeUnitLimit);
    }
    expect(limits).to.deep.equal([600 + 12_000 + 300, 600 + 60 + 300]);
    const { connection, context, options } = setUp(changing(() => undefined));
    connection.onStatus = () => confirmed;
    connection.simulation.unitsConsumed = 200_000;
    const large = await send(context, [transfer()], options());
    expect(large.computeUnitLimit).to.equal(200_000 + 20_000 + 300);
    const own = await send(context, [transfer()], options({ walletComputeUnits: 30_000 }));
    expect(own.computeUnitLimit).to.equal(200_000 + 30_000 + 300);
  });

  it("may change limit and price, and the result says what the transaction has", async () => {
    const wallet = changing((message) => {
      message.instructions = [
        ComputeBudgetProgram.setComputeUnitLimit({ units: 77_000 }),
        ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 5 }),
        ...message.instructions.filter(
          ({ programId }) => !programId.equals(ComputeBudgetProgram.programId),
        ),
      ];
    });
    const { connection, context, options } = setUp(wallet);
    connection.onStatus = () => confirmed;
    const result = await send(context, [transfer()], options());
    expect([result.computeUnitLimit, result.computeUnitPrice]).to.deep.equal([77_000, 5]);
  });

  it("has the other signers sign again when it changed the message", async () => {
    const { connection, context, options } = setUp(
      changing((message) => message.instructions.push(guard())),
    );
    connection.onStatus = () => confirmed;
    await send(
      context,
      [transfer(), transfer(stranger.publicKey)],
      options({ signers: [stranger] }),
    );
    const sent = VersionedTransaction.deserialize(connection.sent[0]!);
    const expected = new VersionedTransaction(sent.message);
    expected.sign([owner, stranger]);
    expect(sent.signatures).to.deep.equal(expected.signatures);
  });

  for (const [what, change, index] of [
    ["removes", (m) => void m.instructions.splice(1, 1), 1],
    ["reorders", (m) => void m.instructions.splice(0, 0, m.instructions[1]!), 1],
    ["changes the data of", (m) => (m.instructions[0]!.data = Buffer.from([9])), 0],
    ["changes an account of", (m) => (m.instructions[1]!.keys[1]!.pubkey = MEMO), 1],
  ] as [string, Change, number][]) {
    it(`is refused when it ${what} an instruction, and nothing is sent`, async () => {
      const wallet = changing((message) => {
        if (what !== "reorders") return change(message);
        const [first, second, ...rest] = message.instructions;
        message.instructions = [second!, first!, ...rest];
      });
      const { connection, context, options } = setUp(wallet);
      const both = [
        transfer(),
        SystemProgram.transfer({
          fromPubkey: owner.publicKey,
          toPubkey: stranger.publicKey,
          lamports: 6,
        }),
      ];
      const error = await expectError(SendError, () => send(context, both, options()));
      expect(error.code).to.equal(MilepostErrorCode.SendWalletChangedTransaction);
      expect(error.shortMessage).to.equal(`The wallet removed or changed instruction ${index}.`);
      expect(connection.sent).to.deep.equal([]);
    });
  }

  it("is refused when it makes another account pay", async () => {
    const wallet = changing((message) => (message.payerKey = stranger.publicKey), stranger);
    const { connection, context, options } = setUp(wallet);
    const error = await expectError(SendError, () =>
      send(context, [transfer(stranger.publicKey)], options()),
    );
    expect(error.code).to.equal(MilepostErrorCode.SendWalletWrongAccount);
    expect(error.message).to.contain(stranger.publicKey.toBase58());
    expect(connection.sent).to.deep.equal([]);
  });

  it("is named with the account that is needed when it holds another one", async () => {
    const { connection, context, options } = setUp(changing(() => undefined));
    const error = await expectError(SendError, () =>
      send(context, [transfer(stranger.publicKey)], options()),
    );
    expect(error.code).to.equal(MilepostErrorCode.SendWalletWrongAccount);
    expect(error.message).to.contain(stranger.publicKey.toBase58());
    expect(error.message).to.contain(owner.publicKey.toBase58());
    expect(connection.sent).to.deep.equal([]);
  });

  it("is refused when its account changes while it asks", async () => {
    const wallet = signing((transaction) => {
      transaction.sign([owner]);
      (wallet as { publicKey: PublicKey }).publicKey = stranger.publicKey;
      return transaction;
    });
    const { connection, context, options } = setUp(wallet);
    const error = await expectError(SendError, () => send(context, [transfer()], options()));
    expect(error.code).to.equal(MilepostErrorCode.SendWalletWrongAccount);
    expect(connection.sent).to.deep.equal([]);
  });

  for (const [what, sign] of [
    ["its transaction unsigned", (transaction: unknown) => transaction],
    ["nothing", () => undefined],
    ["something else", () => ({ ok: true })],
  ] as const) {
    it(`is refused when it returns ${what}`, async () => {
      const { connection, context, options } = setUp(signing(sign));
      const error = await expectError(SendError, () => send(context, [transfer()], options()));
      expect(error.code).to.equal(MilepostErrorCode.SendWalletUnsigned);
      expect(error.message).to.contain("nothing was sent");
      expect(connection.sent).to.deep.equal([]);
    });
  }

  const { SendWalletRejected, SendWalletDisconnected, SendWalletVersion, SendWalletFailed } =
    MilepostErrorCode;
  for (const [what, thrown, code] of [
    ["code 4001", Object.assign(new Error("no"), { code: 4001 }), SendWalletRejected],
    [
      "an adapter's error with 4001 inside",
      named("WalletSignTransactionError", "Unexpected error", { error: { code: 4001 } }),
      SendWalletRejected,
    ],
    ["text", named("WalletSignTransactionError", "User rejected the request."), SendWalletRejected],
    ["a string", "Transaction cancelled", SendWalletRejected],
    ["a closed window", named("WalletWindowClosedError"), SendWalletRejected],
    ["no connection", named("WalletNotConnectedError"), SendWalletDisconnected],
    ["a lost connection", Object.assign(new Error("gone"), { code: 4900 }), SendWalletDisconnected],
    [
      "a version it does not know",
      named(
        "WalletSignTransactionError",
        "Signing versioned transactions isn't supported by this wallet",
      ),
      SendWalletVersion,
    ],
    ["anything else", new Error("Ledger: 0x6a81"), SendWalletFailed],
    ["undefined", undefined, SendWalletFailed],
  ] as const) {
    it(`given ${what}, then code ${code}, the wallet's words and what to do`, async () => {
      const { connection, context, options } = setUp(throwing(thrown));
      const error = await expectError(SendError, () => send(context, [transfer()], options()));
      expect(error.code).to.equal(code);
      expect(error.message).to.match(/Hint: nothing was sent/);
      expect(error.cause).to.equal(thrown);
      expect(error.signature).to.equal(null);
      expect(connection.sent).to.deep.equal([]);
    });
  }

  it("is given up after walletTimeoutMs, and a late signature is not used", async () => {
    let approve: (() => void) | undefined;
    const wallet = signing(
      (transaction) =>
        new Promise((resolve) => {
          approve = () => {
            transaction.sign([owner]);
            resolve(transaction);
          };
        }),
    );
    const { connection, context, options, timers } = setUp(wallet);
    const sending = send(context, [transfer()], options({ walletTimeoutMs: 5_000 }));
    sending.catch(() => undefined);
    while (timers.size === 0) await Promise.resolve();
    timers.forEach((run) => run());
    const error = await expectError(SendError, () => sending);
    expect(error.code).to.equal(MilepostErrorCode.SendWalletTimeout);
    expect(error.message).to.contain("no answer within 5000 ms");
    approve!();
    await Promise.resolve();
    expect(connection.sent).to.deep.equal([]);
  });

  it("given a signature after the blockhash expired, then nothing is sent and it says so", async () => {
    const { connection, context, options, pass } = setUp(
      signing((transaction) => {
        transaction.sign([owner]);
        pass(90_000);
        connection.blockHeight = connection.lastValidBlockHeight + 2;
        return transaction;
      }),
    );
    const signed: unknown[] = [];
    const error = await expectError(SendError, () =>
      send(
        context,
        [transfer()],
        options({ onSigned: (transaction) => void signed.push(transaction) }),
      ),
    );
    expect(error.code).to.equal(MilepostErrorCode.SendExpiredUnsent);
    expect(error.signature).to.equal(null);
    expect(connection.sent).to.deep.equal([]);
    expect(signed).to.deep.equal([]);
  });

  it("given another blockhash of the wallet's, then expiry is judged by it", async () => {
    const fresh = keypair("fresh").publicKey.toBase58();
    const { connection, context, options } = setUp(
      changing((message) => (message.recentBlockhash = fresh)),
      100,
    );
    const transactions: number[] = [];
    const error = await expectError(SendError, () =>
      send(
        context,
        [transfer()],
        options({
          onSigned: ({ lastValidBlockHeight }) => void transactions.push(lastValidBlockHeight),
        }),
      ),
    );
    // 100 at signing, 150 that the node may be behind, 150 of a blockhash's life.
    expect(transactions).to.deep.equal([400]);
    expect(error.code).to.equal(MilepostErrorCode.SendBlockhashExpired);
    expect(connection.blockHeight).to.be.greaterThan(401);
  });

  it("given another blockhash and a node far behind, then the bound is never below what was known before", async () => {
    const fresh = keypair("fresh").publicKey.toBase58();
    const { connection, context, options } = setUp(
      changing((message) => (message.recentBlockhash = fresh)),
      100,
    );
    const before = connection.lastValidBlockHeight - 150;
    connection.getBlockHeight = async () => 0;
    const bounds: number[] = [];
    await expectError(SendError, () =>
      send(
        context,
        [transfer()],
        options({ onSigned: ({ lastValidBlockHeight }) => void bounds.push(lastValidBlockHeight) }),
      ),
    );
    expect(bounds).to.deep.equal([before + 300]);
  });

  it("given a durable nonce of the wallet's, then it may land at any time", async () => {
    const advance = SystemProgram.nonceAdvance({
      noncePubkey: stranger.publicKey,
      authorizedPubkey: owner.publicKey,
    });
    const { context, options } = setUp(
      changing((message) => {
        message.instructions.unshift(advance);
        message.recentBlockhash = keypair("nonce").publicKey.toBase58();
      }),
      1_000,
    );
    const error = await expectError(SendError, () => send(context, [transfer()], options()));
    expect(error.code).to.equal(MilepostErrorCode.SendUnconfirmed);
    expect(error.lastValidBlockHeight).to.equal(null);
  });

  it("given a guard that fails on chain, then the wallet's instruction is named, not the caller's", async () => {
    const { connection, context, options } = setUp(
      changing((message) => message.instructions.unshift(guard())),
    );
    connection.onStatus = () => ({
      ...confirmed,
      err: { InstructionError: [0, { Custom: 6400 }] },
    });
    const error = await expectError(SendError, () => send(context, [transfer()], options()));
    expect(error.code).to.equal(MilepostErrorCode.SendRejected);
    expect(error.message).to.contain("instruction 0, which the wallet had added");
  });

  it("given guards before them, then an error on chain has the caller's index", async () => {
    const { connection, context, options } = setUp(
      changing((message) => message.instructions.unshift(guard())),
    );
    connection.onStatus = () => ({ ...confirmed, err: { InstructionError: [1, { Custom: 1 }] } });
    const error = await expectError(Error, () => send(context, [transfer()], options()));
    expect((error as { instructionIndex?: number }).instructionIndex).to.equal(0);
    expect(error.message).to.contain("The system program refused with ResultWithNegativeLamports");
  });
});

describe("a wallet that signs legacy transactions only", () => {
  const legacy: MilestoneWallet = {
    publicKey: owner.publicKey,
    supportedTransactionVersions: null,
    signTransaction: async (transaction) => {
      if ("version" in transaction) throw named("WalletSignTransactionError", "not supported");
      transaction.partialSign(owner);
      return transaction;
    },
  };

  it("is told apart before anything is asked, with the option that helps", async () => {
    const { connection, context, options } = setUp(legacy);
    const error = await expectError(SendError, () => send(context, [transfer()], options()));
    expect(error.code).to.equal(MilepostErrorCode.SendWalletVersion);
    expect(error.message).to.contain('{ version: "legacy" }');
    expect(connection.blockhashes).to.equal(0);
  });

  it('signs with version "legacy", beside other signers', async () => {
    const { connection, context, options } = setUp(legacy);
    connection.onStatus = () => confirmed;
    await send(
      context,
      [transfer(), transfer(stranger.publicKey)],
      options({ version: "legacy", signers: [stranger] }),
    );
    const sent = Transaction.from(connection.sent[0]!);
    expect(sent.verifySignatures()).to.equal(true);
    expect(sent.signatures).to.have.length(2);
  });

  it("takes no lookup tables", async () => {
    const { context, options } = setUp(legacy);
    const error = await expectError(InvalidInputError, () =>
      send(context, [transfer()], options({ version: "legacy", lookupTables: [{} as never] })),
    );
    expect(error.field).to.equal("lookupTables");
  });

  it("given a wallet without version legacy, then that one is refused", async () => {
    const wallet = { ...legacy, supportedTransactionVersions: new Set([0]) };
    const { context, options } = setUp(wallet);
    const error = await expectError(SendError, () =>
      send(context, [transfer()], options({ version: "legacy" })),
    );
    expect(error.code).to.equal(MilepostErrorCode.SendWalletVersion);
  });
});

describe("a wallet that sends by itself", () => {
  const SIGNATURE =
    "5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW";
  const adapter = (sendTransaction: MilestoneWallet["sendTransaction"]): MilestoneWallet => ({
    publicKey: owner.publicKey,
    sendTransaction,
  });

  for (const [what, wallet] of [
    ["sendTransaction", adapter(async () => SIGNATURE)],
    [
      "signAndSendTransaction",
      {
        publicKey: owner.publicKey,
        signAndSendTransaction: async () => ({ signature: SIGNATURE }),
      } as MilestoneWallet,
    ],
  ] as const) {
    it(`confirms the signature that ${what} returned, and sends nothing itself`, async () => {
      const { connection, context, options } = setUp(wallet);
      let looks = 0;
      connection.onStatus = () => ((looks += 1) >= 3 ? confirmed : null);
      const told: unknown[] = [];
      const result = await send(
        context,
        [transfer()],
        options({ onSigned: (transaction) => void told.push(transaction.signature) }),
      );
      expect(result).to.include({ signature: SIGNATURE, slot: 77 });
      expect(told).to.deep.equal([SIGNATURE]);
      expect(connection.sent).to.deep.equal([]);
    });
  }

  it("given the other signers' keys, then it gets their signatures", async () => {
    let given: VersionedTransaction | undefined;
    const wallet = adapter(async (transaction) => {
      given = transaction as VersionedTransaction;
      return SIGNATURE;
    });
    const { connection, context, options } = setUp(wallet);
    connection.onStatus = () => confirmed;
    await send(
      context,
      [transfer(), transfer(stranger.publicKey)],
      options({ signers: [stranger] }),
    );
    expect(given!.signatures[0]!.every((byte) => byte === 0)).to.equal(true);
    expect(given!.signatures[1]!.some((byte) => byte !== 0)).to.equal(true);
  });

  it("given that it never lands, then expired only when no blockhash of the wallet's can live", async () => {
    const { connection, context, options } = setUp(
      adapter(async () => SIGNATURE),
      50,
    );
    const error = await expectError(SendError, () =>
      send(context, [transfer()], options({ maxSignings: 3 })),
    );
    expect(error.code).to.equal(MilepostErrorCode.SendBlockhashExpired);
    expect(error.lastValidBlockHeight).to.equal(400);
    expect(error.message).to.contain("unless this wallet uses durable nonces");
    expect(connection.blockHeight).to.be.greaterThan(401);
    expect(connection.blockhashes).to.equal(1);
  });

  it("given no answer in time from the chain, then it may still land and was not sent again", async () => {
    const { context, options } = setUp(
      adapter(async () => SIGNATURE),
      0,
    );
    const error = await expectError(SendError, () => send(context, [transfer()], options()));
    expect(error.code).to.equal(MilepostErrorCode.SendUnconfirmed);
    expect(error.signature).to.equal(SIGNATURE);
    expect(error.message).to.contain("it was not sent again");
  });

  it("given a refusal by the user, then nothing was sent", async () => {
    const { context, options } = setUp(
      adapter(async () => {
        throw named("WalletSendTransactionError", "User rejected the request.");
      }),
    );
    const error = await expectError(SendError, () => send(context, [transfer()], options()));
    expect(error.code).to.equal(MilepostErrorCode.SendWalletRejected);
  });

  for (const [what, thrown] of [
    ["an RPC's failure", named("WalletSendTransactionError", "503 Service Unavailable")],
    ["a node that rejects", named("WalletSendTransactionError", "Transaction rejected by node")],
    ["a lost connection", named("WalletDisconnectedError")],
  ] as const) {
    it(`given ${what} while it sends, then it may still land`, async () => {
      const { context, options } = setUp(
        adapter(async () => {
          throw thrown;
        }),
      );
      const error = await expectError(SendError, () => send(context, [transfer()], options()));
      expect(error.code).to.equal(MilepostErrorCode.SendUnconfirmed);
      expect(error.signature).to.equal(null);
      expect(error.message).to.contain("it may still land");
    });
  }

  it("given what is not a signature, or silence, then it may still land", async () => {
    const odd = setUp(adapter(async () => "0x1234"));
    const error = await expectError(SendError, () =>
      send(odd.context, [transfer()], odd.options()),
    );
    expect(error.code).to.equal(MilepostErrorCode.SendUnconfirmed);

    const silent = setUp(adapter(() => new Promise(() => undefined)));
    const sending = send(silent.context, [transfer()], silent.options());
    sending.catch(() => undefined);
    while (silent.timers.size === 0) await Promise.resolve();
    silent.timers.forEach((run) => run());
    const late = await expectError(SendError, () => sending);
    expect(late.code).to.equal(MilepostErrorCode.SendUnconfirmed);
  });
});

describe("a wallet that was disconnected", () => {
  it("is named at send, before anything is asked", async () => {
    const wallet = { ...changing(() => undefined) } as { publicKey: PublicKey | null };
    const { connection, context, options } = setUp(wallet as MilestoneWallet);
    wallet.publicKey = null;
    const error = await expectError(InvalidInputError, () =>
      send(context, [transfer()], options()),
    );
    expect(error.shortMessage).to.equal(
      "Invalid wallet.publicKey: expected a PublicKey, got null.",
    );
    expect(connection.blockhashes).to.equal(0);
  });
});
