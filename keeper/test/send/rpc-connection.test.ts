import { expect } from "chai";
import {
  Connection,
  PublicKey,
  SolanaJSONRPCError,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { rejection } from "@milepost/database/testing";
import { createContext } from "@milepost/sdk";
import { classify } from "../../src/send/classify";
import { RpcConnection } from "../../src/send/rpc-connection";
import { RpcAnswerError } from "../../src/send/rpc-failures";
import { readReceipt } from "../../src/work/receipt";
import { answerRpc } from "../../../tests/harness/rpc";
import { fixedKeypair } from "../../../tests/harness";
import { WorkWorld } from "../harness/work-world";

interface Request {
  id: string;
  method: string;
  params: unknown[];
}

describe("send: a connection that shares requests", () => {
  let world: WorkWorld;
  let requests: Request[];
  let answer: (request: Request) => unknown;
  let connection: RpcConnection;
  let plain: Connection;

  before(async () => {
    world = await WorkWorld.create();
  });
  after(() => world.close());

  beforeEach(() => {
    requests = [];
    answer = (request) => answerRpc(world.chain, request as never);
    const fetch: typeof globalThis.fetch = async (_url, init) => {
      const request = JSON.parse(String(init?.body)) as Request;
      requests.push(request);
      const answered = await answer(request);
      return answered instanceof Response ? answered : Response.json(answered);
    };
    connection = new RpcConnection("http://rpc.invalid", { commitment: "confirmed", fetch });
    plain = new Connection("http://rpc.invalid", { commitment: "confirmed", fetch });
  });

  const landed = async () => {
    const policy = await world.policy();
    await world.find();
    await world.enqueue();
    await world.worker().pass();
    const signature = world.chain.signaturesFor(new PublicKey(policy))[0]!;
    return { policy, signature };
  };

  const wireOf = async (signature: string) => {
    const [row] = await world.database.query<{ wire: Uint8Array }>(
      "SELECT wire FROM milepost_keeper.attempts WHERE signature = $1",
      [signature],
    );
    return Uint8Array.from(row!.wire);
  };

  it("reads accounts and statuses as web3.js does", async () => {
    const { policy, signature } = await landed();
    const addresses = [new PublicKey(policy), fixedKeypair("nobody").publicKey];
    const config = { commitment: "confirmed" as const, minContextSlot: 1 };
    const [accounts, expected] = await Promise.all([
      connection.getMultipleAccountsInfoAndContext(addresses, config),
      plain.getMultipleAccountsInfoAndContext(addresses, config),
    ]);
    expect(accounts.context.slot).to.equal(expected.context.slot);
    expect(accounts.value[1]).to.equal(null);
    const [info, wanted] = [accounts.value[0]!, expected.value[0]!];
    expect(info.owner.equals(wanted.owner)).to.equal(true);
    expect(info.data.equals(wanted.data)).to.equal(true);
    expect([info.lamports, info.executable]).to.deep.equal([wanted.lamports, wanted.executable]);
    const statuses = await connection.getSignatureStatuses([signature, "1".repeat(64)]);
    expect(statuses).to.deep.equal(await plain.getSignatureStatuses([signature, "1".repeat(64)]));
    expect(statuses.value.map((each) => each?.err)).to.deep.equal([null, undefined]);
  });

  it("simulates as web3.js does, a success and a failure", async () => {
    const { signature } = await landed();
    // The payment has landed: its simulation fails now.
    const paid = await wireOf(signature);
    const memo = new TransactionMessage({
      payerKey: world.payer.publicKey,
      recentBlockhash: PublicKey.default.toBase58(),
      instructions: [],
    }).compileToV0Message();
    for (const [wire, isOk] of [
      [paid, false],
      [new VersionedTransaction(memo).serialize(), true],
    ] as const) {
      const transaction = VersionedTransaction.deserialize(wire);
      const config = { sigVerify: false, replaceRecentBlockhash: true };
      const simulated = await connection.simulateTransaction(transaction, config);
      const expected = await plain.simulateTransaction(transaction, { ...config });
      expect(simulated.value.err === null).to.equal(isOk);
      const { err, logs, unitsConsumed } = expected.value;
      expect(simulated.value).to.deep.include({ err, logs, unitsConsumed });
    }
    expect(requests.at(-1)!.params).to.deep.equal(requests.at(-2)!.params);
  });

  it("refuses a simulation that can't be read", async () => {
    const transaction = VersionedTransaction.deserialize(await wireOf((await landed()).signature));
    const value = { err: null, logs: [], unitsConsumed: 7 };
    for (const result of [
      null,
      { value },
      { context: { slot: 7 } },
      { context: { slot: 7 }, value: { ...value, err: undefined } },
      { context: { slot: 7 }, value: { ...value, logs: [7] } },
      { context: { slot: 7 }, value: { ...value, logs: undefined } },
      { context: { slot: 7 }, value: { ...value, unitsConsumed: "7" } },
    ]) {
      answer = ({ id }) => ({ jsonrpc: "2.0", id, result });
      const error = await rejection(connection.simulateTransaction(transaction));
      expect(error, JSON.stringify(result)).to.include({ code: "RPC_GARBAGE" });
    }
  });

  it("sends statuses of one moment as one request, and each asker gets its own", async () => {
    const { signature } = await landed();
    const unknown = "1".repeat(64);
    const [first, second] = await Promise.all([
      connection.getSignatureStatuses([unknown, signature]),
      connection.getSignatureStatuses([signature]),
    ]);
    expect(requests.map(({ method }) => method)).to.deep.equal(["getSignatureStatuses"]);
    expect(requests[0]!.params[0]).to.deep.equal([unknown, signature, signature]);
    expect(first.value.map((each) => each === null)).to.deep.equal([true, false]);
    expect(second.value.map((each) => each?.err)).to.deep.equal([null]);
  });

  it("searches the history by itself, as that is slow", async () => {
    const { signature } = await landed();
    await Promise.all([
      connection.getSignatureStatuses([signature]),
      connection.getSignatureStatuses([signature], { searchTransactionHistory: true }),
    ]);
    expect(requests.map(({ params }) => params[1])).to.have.deep.members([
      undefined,
      { searchTransactionHistory: true },
    ]);
  });

  it("joins small reads of the same slot alone", async () => {
    const { policy } = await landed();
    const address = new PublicKey(policy);
    const read = (minContextSlot?: number) =>
      connection.getMultipleAccountsInfoAndContext([address], { minContextSlot });
    const answers = await Promise.all([read(1), read(1), read(2), read()]);
    expect(answers.map(({ value }) => value.length)).to.deep.equal([1, 1, 1, 1]);
    const asked = requests.map(({ params }) => {
      const { minContextSlot } = params[1] as { minContextSlot?: number };
      return [(params[0] as string[]).length, minContextSlot];
    });
    expect(asked).to.have.deep.members([
      [2, 1],
      [1, 2],
      [1, undefined],
    ]);
  });

  it("asks for the progress of the RPC once per second", async () => {
    const [first, second] = await Promise.all([
      connection.getEpochInfo("finalized"),
      connection.getEpochInfo("finalized"),
    ]);
    expect(second).to.equal(first);
    expect(requests.length).to.equal(1);
    await connection.getEpochInfo("confirmed");
    expect(requests.length).to.equal(2);
  });

  const slot = { slot: 7 };
  const account = { owner: PublicKey.default.toBase58(), lamports: 1, executable: false };
  for (const [what, result] of Object.entries({
    nothing: null,
    "no context": { value: [null] },
    "a slot that is a text": { context: { slot: "7" }, value: [null] },
    "too few values": { context: slot, value: [] },
    "too many values": { context: slot, value: [null, null] },
    "a value that is a number": { context: slot, value: [7] },
    "data that is a text": { context: slot, value: [{ ...account, data: "AAAA" }] },
    "data in another encoding": { context: slot, value: [{ ...account, data: ["11", "base58"] }] },
    "lamports that are missing": {
      context: slot,
      value: [{ ...account, lamports: undefined, data: ["", "base64"] }],
    },
  })) {
    it(`refuses accounts and statuses with ${what}`, async () => {
      answer = ({ id }) => ({ jsonrpc: "2.0", id, result });
      const accounts = connection.getMultipleAccountsInfoAndContext([PublicKey.default]);
      const statuses = connection.getSignatureStatuses(["1".repeat(64)]);
      for (const [method, asked] of [
        ["getMultipleAccounts", accounts],
        ["getSignatureStatuses", statuses],
      ] as const) {
        const error = await asked.then(
          () => null,
          (reason: unknown) => reason,
        );
        expect(error, method).to.be.instanceOf(RpcAnswerError);
        expect([(error as RpcAnswerError).method, (error as RpcAnswerError).code]).to.deep.equal([
          method,
          "RPC_GARBAGE",
        ]);
        expect(classify(error)).to.deep.equal({ kind: "retryable", reason: "RpcGarbage" });
      }
    });
  }

  it("refuses an account whose owner is not an address", async () => {
    const value = [{ ...account, owner: "nobody", data: ["", "base64"] }];
    answer = ({ id }) => ({ jsonrpc: "2.0", id, result: { context: slot, value } });
    const read = connection.getMultipleAccountsInfoAndContext([PublicKey.default]);
    const error = await read.catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(RpcAnswerError);
    expect(classify(error)).to.deep.equal({ kind: "retryable", reason: "RpcGarbage" });
  });

  it("takes a receipt that can't be read for none", async () => {
    const { policy, signature } = await landed();
    const wire = await wireOf(signature);
    const member = { policy, milestoneIndex: 0, action: "executePayment" as const, dueAt: null };
    const attempt = {
      ...{ signature, wire, members: [member] },
      lastValidBlockHeight: 1,
    };
    const meta = { fee: 5_000, preBalances: [], postBalances: [], logMessages: [] };
    for (const [broken, wanted] of [
      [{}, "5000"],
      [{ fee: undefined }, "none"],
      [{ fee: "lots" }, "none"],
      [{ logMessages: 7 }, "none"],
      [{ postTokenBalances: "many" }, "none"],
    ] as const) {
      answer = ({ id }) => ({ jsonrpc: "2.0", id, result: { meta: { ...meta, ...broken } } });
      const context = createContext(connection, world.payer);
      const receipt = await readReceipt({ rpcs: [connection], context }, attempt);
      expect(String(receipt?.feeLamports ?? "none"), JSON.stringify(broken)).to.equal(wanted);
    }
  });

  it("fails with the RPC's own error, for each asker", async () => {
    const error = { code: -32016, message: "Minimum context slot has not been reached" };
    answer = ({ id }) => ({ jsonrpc: "2.0", id, error });
    const asked = [1, 2].map(() => connection.getSignatureStatuses(["1".repeat(64)]));
    for (const settled of await Promise.allSettled(asked)) {
      const { reason } = settled as PromiseRejectedResult;
      expect(reason).to.be.instanceOf(SolanaJSONRPCError);
      expect(classify(reason)).to.deep.equal({ kind: "retryable", reason: "RpcBehind" });
    }
    expect(requests.length).to.equal(1);
  });

  it("fails with an HTTP status as web3.js does", async () => {
    answer = () => new Response("slow down", { status: 429, statusText: "Too Many Requests" });
    const error = await connection.getSignatureStatuses(["1".repeat(64)]).catch((e: unknown) => e);
    expect((error as Error).message).to.equal("429 Too Many Requests: slow down");
    expect(classify(error)).to.deep.equal({ kind: "retryable", reason: "RpcRateLimited" });
  });
});
