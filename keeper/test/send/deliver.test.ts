import { expect } from "chai";
import { PROGRAM_ID } from "@milepost/sdk";
import type { Connection } from "@solana/web3.js";
import { PublicKey } from "@solana/web3.js";
import { deliver, type Deliverable, type DeliverOptions } from "../../src/send/deliver";
import { draft } from "../../src/send/message";
import { sign, transactionFee } from "../../src/send/sign";
import { fixedKeypair } from "../../../tests/harness";
import { payable, World } from "../../../tests/world";
import { dropped, FaultyConnection, inContext, lags, seen } from "../harness/work-chain";

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
    const made = draft({ instructions: [execution], lookupTables: [] }, { payer: payer.publicKey });
    const latest = await rpc.getLatestBlockhash("confirmed");
    const signed = sign(made, { ...latest, computeUnitLimit: 200_000 }, { payer });
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

  it("given an honest RPC, when the bytes are sent, then they land at once, and cost the network's fee", async () => {
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

  it("given bytes that fail on chain, when they are delivered, then the result has the error and the slot", async () => {
    await world.expectOk([world.executePayment(policy, 0)], "stranger");
    const delivery = await deliver(attempt, options([rpc]));
    expect(delivery).to.deep.include({ state: "failed", slot: 1_000 });
    // The compute limit is the first instruction.
    expect(delivery).to.have.nested.property("error.InstructionError.0", 1);
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

  it("given an expired blockhash, when one of the RPCs is dead, then the end is unknown, and it stays open", async () => {
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
      request.method === "getEpochInfo" ? seen(request, 1_000_000) : lags(request, next);
    rpc.fault = dropped;
    const behind = await deliver(attempt, options([ahead, rpc], { maxRounds: 2 }));
    expect(behind).to.deep.equal({ state: "landed", slot: 1_000 });
    expect(ahead.count("getEpochInfo")).to.equal(0);
  });

  describe("nodes of one URL, whose heights come from one that is ahead", () => {
    /** Lands the transaction in a late block of its blockhash's life, which one node has not seen. */
    async function landedLate(behindBy: number) {
      const last = attempt.lastValidBlockHeight;
      await world.chain.warpToSlot(BigInt(last));
      await world.chain.sendRaw(attempt.wire);
      let isBehind = true;
      rpc.fault = async (request, next) => {
        if (request.method === "getEpochInfo") return seen(request, last + 1, last + 1);
        if (request.method !== "getSignatureStatuses" || !isBehind) return next();
        return inContext(request, [null], last + 1 - behindBy);
      };
      return { heal: () => void (isBehind = false) };
    }

    for (const behindBy of [1, 4, 100]) {
      it(`does not count a null of a node that is ${behindBy} slots before the expiry, and finds what landed`, async () => {
        const { heal } = await landedLate(behindBy);
        const first = await deliver(attempt, options([rpc], { maxRounds: 3 }));
        expect(first).to.deep.equal({ state: "open", reason: "Unconfirmed" });
        heal();
        const delivery = await deliver(attempt, options([rpc]));
        expect(delivery).to.deep.equal({ state: "landed", slot: attempt.lastValidBlockHeight });
      });
    }

    it("does not count it of one RPC of two either, nor long after the expiry", async () => {
      const { heal } = await landedLate(4);
      const other = another();
      const last = attempt.lastValidBlockHeight;
      other.fault = async (request, next) => {
        if (request.method === "getEpochInfo") return seen(request, last + 5_000, last + 5_000);
        if (request.method !== "getSignatureStatuses") return dropped(request, next);
        return inContext(request, [null], last + 4_999);
      };
      const first = await deliver(attempt, options([rpc, other], { maxRounds: 3 }));
      expect(first).to.deep.equal({ state: "open", reason: "Unconfirmed" });
      heal();
      const delivery = await deliver(attempt, options([rpc, other]));
      expect(delivery).to.deep.include({ state: "landed" });
    });

    it("counts a null as of the slot of the expiry, when nothing landed", async () => {
      rpc.fault = dropped;
      await world.chain.warpToSlot(BigInt(attempt.lastValidBlockHeight) + 1n);
      expect(await deliver(attempt, options([rpc]))).to.deep.equal({ state: "expired" });
    });
  });

  it("does not take a refusal after an accepted send for the end, whichever error it is", async () => {
    for (const code of [-32002, -32003, -32005, -32602, -32601]) {
      let sends = 0;
      rpc.fault = async (request, next) => {
        if (request.method === "getSignatureStatuses" && sends < 3) return lags(request, next);
        if (request.method !== "sendTransaction") return next();
        sends += 1;
        if (sends === 1) return next();
        return { jsonrpc: "2.0", id: request.id, error: { code, message: "refused" } };
      };
      expect(await deliver(attempt, options([rpc])), String(code)).to.include({ state: "landed" });
      expect(sends).to.equal(3);
    }
  });

  it("does not believe policies that show the payment as of an earlier slot", async () => {
    await world.chain.sendRaw(attempt.wire);
    rpc.fault = async (request, next) => {
      const answer = (await next()) as { result: { context: { slot: number } } };
      if (request.method === "getMultipleAccounts") answer.result.context.slot = 999;
      return answer;
    };
    const delivery = await deliver(attempt, options([rpc], { maxRounds: 2 }));
    expect(delivery).to.deep.equal({ state: "open", reason: "Unconfirmed" });
  });

  describe("an RPC that hangs beside a good one", () => {
    const hanging = () => {
      const made = another();
      made.fault = () => new Promise<never>(() => undefined);
      return made;
    };
    /** The grace period ends at once, by the test's clock. */
    const grace = async () => undefined;

    it("gets the bytes and is not awaited when the transaction lands", async () => {
      const silent = hanging();
      const delivery = await deliver(attempt, options([silent, rpc], { grace }));
      expect(delivery).to.deep.equal({ state: "landed", slot: 1_000 });
      expect(silent.calls).to.include("sendTransaction");
    });

    it("is awaited before bytes count as expired", async () => {
      const silent = another();
      let answers: (() => void) | null = null;
      silent.fault = async (request, next) => {
        if (request.method !== "getEpochInfo") return dropped(request, next);
        await new Promise<void>((resolve) => (answers = resolve));
        return seen(request, attempt.lastValidBlockHeight);
      };
      rpc.fault = dropped;
      await world.chain.warpToSlot(BigInt(attempt.lastValidBlockHeight) + 1n);
      const delivering = deliver(attempt, options([silent, rpc], { grace, maxRounds: 1 }));
      while (!answers) await new Promise((resolve) => setImmediate(resolve));
      (answers as () => void)();
      // The slow RPC is not past the expiry.
      expect(await delivering).to.deep.equal({ state: "open", reason: "Unconfirmed" });
    });
  });

  it("given a status below the commitment, when it is read, then it does not count", async () => {
    rpc.fault = async (request, next) =>
      request.method === "getSignatureStatuses"
        ? inContext(request, [status({ confirmationStatus: "processed", confirmations: 0 })])
        : next();
    const delivery = await deliver(attempt, options([rpc], { maxRounds: 2 }));
    expect(delivery).to.deep.equal({ state: "open", reason: "Unconfirmed" });
  });

  it("given an interval, when nothing is confirmed, then the bytes are sent once per interval", async () => {
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
