import { expect } from "chai";
import { PROGRAM_ID } from "@milepost/sdk";
import type { Connection } from "@solana/web3.js";
import { PublicKey } from "@solana/web3.js";
import { deliver, type Deliverable, type DeliverOptions } from "../src/send/deliver";
import { sign, transactionFee } from "../src/send/sign";
import { fixedKeypair } from "../../tests/harness";
import { World } from "../../tests/world";
import { payable } from "../../tests/payable-policy";
import { dropped, FaultyConnection, inContext, lags } from "./work-chain";

describe("send: delivering signed bytes", () => {
  let world: World;
  let rpc: FaultyConnection;
  let policy: PublicKey;
  let attempt: Deliverable;
  let pauses: number[];
  const payer = fixedKeypair("fee payer");

  beforeEach(async () => {
    world = await World.create({ runtime: "litesvm" });
    rpc = new FaultyConnection(world.chain);
    pauses = [];
    await world.chain.airdrop(payer.publicKey, 1_000_000_000n);
    ({ address: policy } = await payable(world, [5n]));
    const execution = world.executePayment(policy, 0, { executor: payer.publicKey });
    const signed = await sign({ connection: rpc, commitment: "confirmed" }, [execution], { payer });
    const member = {
      policy: policy.toBase58(),
      milestoneIndex: 0,
      action: "executePayment" as const,
    };
    attempt = { ...signed, members: [member] };
  });

  const options = (rpcs: Connection[], more: Partial<DeliverOptions> = {}): DeliverOptions => ({
    rpcs,
    programId: PROGRAM_ID,
    commitment: "confirmed",
    pause: async (milliseconds) => {
      pauses.push(milliseconds);
      await world.chain.warpToSlot(world.chain.slot() + 10n);
    },
    ...more,
  });
  const another = () => new FaultyConnection(world.chain);
  const status = (more: object) => ({
    ...{ slot: 1_000, confirmations: null, err: null, status: { Ok: null } },
    ...{ confirmationStatus: "confirmed", ...more },
  });

  it("given an honest RPC, when the bytes are sent, then they land at once, and cost what the network takes", async () => {
    const before = (await world.chain.getAccount(payer.publicKey))!.lamports;
    expect(await deliver(attempt, options([rpc]))).to.deep.equal({ state: "landed", slot: 1_000 });
    expect(pauses).to.deep.equal([]);
    const after = (await world.chain.getAccount(payer.publicKey))!.lamports;
    expect(transactionFee(attempt.wire)).to.equal(before - after);
  });

  it("given bytes that landed before, when they are delivered again, then that is the end of it", async () => {
    await deliver(attempt, options([rpc]));
    expect(await deliver(attempt, options([rpc]))).to.deep.equal({ state: "landed", slot: 1_000 });
  });

  it("given bytes that fail on chain, when they are delivered, then the error and the slot are told", async () => {
    await world.expectOk([world.executePayment(policy, 0)], "stranger");
    const delivery = await deliver(attempt, options([rpc]));
    expect(delivery).to.deep.include({ state: "failed", slot: 1_000 });
    expect(delivery).to.have.nested.property("error.InstructionError.0", 0);
  });

  it("given RPCs that drop everything, when the last valid height is reached, then it is not over; one block later it is", async () => {
    rpc.fault = dropped;
    const height = async (slot: bigint) => {
      await world.chain.warpToSlot(slot);
      return deliver(attempt, options([rpc], { maxRounds: 1 }));
    };
    const last = BigInt(attempt.lastValidBlockHeight);
    expect(await height(last)).to.deep.equal({ state: "open", reason: "Unconfirmed" });
    expect(await height(last + 1n)).to.deep.equal({ state: "expired" });
  });

  it("given an expired blockhash, when one of the RPCs is dead, then nobody knows, and it stays open", async () => {
    const dead = another();
    dead.fault = async () => {
      throw new TypeError("fetch failed");
    };
    rpc.fault = dropped;
    await world.chain.warpToSlot(BigInt(attempt.lastValidBlockHeight) + 100n);
    const delivery = await deliver(attempt, options([rpc, dead], { maxRounds: 3 }));
    expect(delivery).to.deep.equal({ state: "open", reason: "Unconfirmed" });
  });

  it("given an expired blockhash, when only an RPC's history has the signature, then it landed", async () => {
    await world.chain.sendRaw(attempt.wire);
    await world.chain.warpToSlot(BigInt(attempt.lastValidBlockHeight) + 1n);
    const searched: boolean[] = [];
    rpc.fault = async (request, next) => {
      if (request.method !== "getSignatureStatuses") return next();
      const { searchTransactionHistory } = request.params![1] as Record<string, boolean>;
      searched.push(searchTransactionHistory === true);
      return searchTransactionHistory ? next() : lags(request, next);
    };
    const delivery = await deliver(attempt, options([rpc]));
    expect(delivery).to.deep.equal({ state: "landed", slot: 1_000 });
    expect(searched).to.deep.equal([false, true]);
  });

  it("given an RPC whose blocks are ahead, when another one's are not, then the blockhash may still land", async () => {
    const ahead = another();
    ahead.fault = async (request, next) =>
      request.method === "getBlockHeight"
        ? { jsonrpc: "2.0", id: request.id, result: 1_000_000 }
        : lags(request, next);
    rpc.fault = dropped;
    const behind = await deliver(attempt, options([ahead, rpc], { maxRounds: 2 }));
    expect(behind).to.deep.equal({ state: "landed", slot: 1_000 });
    expect(ahead.count("getBlockHeight")).to.equal(0);
  });

  it("given a status below the commitment, when it is read, then it does not count", async () => {
    rpc.fault = async (request, next) =>
      request.method === "getSignatureStatuses"
        ? inContext(request, [status({ confirmationStatus: "processed", confirmations: 0 })])
        : next();
    const delivery = await deliver(attempt, options([rpc], { maxRounds: 2 }));
    expect(delivery).to.deep.equal({ state: "open", reason: "Unconfirmed" });
  });

  it("given an interval, when nothing is confirmed, then the bytes are sent once in each", async () => {
    rpc.fault = dropped;
    await deliver(attempt, options([rpc], { resendEveryMs: 700, maxRounds: 5 }));
    expect(rpc.count("sendTransaction")).to.equal(5);
    expect(pauses).to.deep.equal([700, 700, 700, 700]);
  });

  it("given a stop, when a delivery waits, then it ends and stays open", async () => {
    rpc.fault = dropped;
    const stop = new AbortController();
    const pause = async () => stop.abort();
    const delivery = await deliver(attempt, options([rpc], { pause, signal: stop.signal }));
    expect(delivery).to.deep.equal({ state: "open", reason: "Stopped" });
    expect(rpc.count("sendTransaction")).to.equal(1);
  });
});
