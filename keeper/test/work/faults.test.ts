import { expect } from "chai";
import { createRevokeInstruction, getAssociatedTokenAddressSync } from "@solana/spl-token";
import { PublicKey } from "@solana/web3.js";
import { fixedKeypair, mintTo, readTokenAccount } from "../../../tests/harness";
import { outcomesOf } from "../../src/store/outcomes";
import type { Verdict } from "../../src/send/verdicts";
import {
  dropped,
  FaultyConnection,
  type Fault,
  inContext,
  lags,
  timesOut,
} from "../harness/work-chain";
import { AMOUNT, WorkWorld } from "../harness/work-world";

describe("work: faults", () => {
  let keeper: WorkWorld;
  beforeEach(async () => {
    keeper = await WorkWorld.create();
  });
  afterEach(() => keeper.close());

  const reasons = () => keeper.failed.map(({ verdict }) => `${verdict.kind} ${verdict.reason}`);
  const verdict = (kind: Verdict["kind"], reason: string) => `${kind} ${reason}`;

  async function expectPaidOnce(...policies: string[]): Promise<void> {
    for (const policy of policies) {
      expect(keeper.payments(policy), policy).to.deep.equal([1]);
      expect(await outcomesOf(keeper.database, policy)).to.have.length(1);
    }
    expect(await keeper.attempts()).not.to.include("signed");
  }

  it("given due policies, when one pass runs, then they share a transaction and the store knows each payment and its cost", async () => {
    const policies = [
      await keeper.policy(),
      await keeper.policy(),
      await keeper.otherPolicy("one"),
    ];
    await keeper.find();
    await keeper.enqueue();
    expect(await keeper.worker().pass()).to.deep.equal({ leased: 3, ended: 3 });
    await expectPaidOnce(...policies);
    expect(await keeper.attempts()).to.deep.equal(["landed"]);
    expect(await keeper.queue.depth()).to.deep.equal({ queued: 0, active: 0 });
    const { recipient } = keeper.world.tokens;
    expect((await readTokenAccount(keeper.chain, recipient)).amount).to.equal(
      2n * (AMOUNT - (AMOUNT * 350n) / 10_000n),
    );
    const paid = keeper.executed.find(({ policy }) => policy === policies[0])!;
    expect(paid.executedAt).to.equal(keeper.chain.now());
    expect(paid.dueAt).to.equal(keeper.chain.now());
    const fees = keeper.executed.reduce((sum, { feeLamports }) => sum + feeLamports, 0n);
    const balance = (await keeper.chain.getAccount(keeper.payer.publicKey))!.lamports;
    const rents = 10_000_000_000n - balance - fees;
    // Every token account existed.
    expect(rents).to.equal(0n);
  });

  it("given an RPC that accepts the transaction and drops it, when it does so at first, then the same bytes are sent again and land", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
    const wires: unknown[] = [];
    keeper.rpc.fault = async (request, next) => {
      if (request.method !== "sendTransaction") return next();
      wires.push(request.params![0]);
      return wires.length < 4 ? dropped(request, next) : next();
    };
    await keeper.worker().pass();
    expect(wires).to.have.length(4);
    expect(new Set(wires).size).to.equal(1);
    await expectPaidOnce(policy);
  });

  it("given an RPC that drops everything, when the blockhash has expired, then nothing was signed again earlier, and the next one lands", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
    keeper.rpc.fault = dropped;
    await keeper.worker().pass();
    expect(await keeper.attempts()).to.deep.equal(["expired"]);
    expect(reasons()).to.deep.equal([verdict("retryable", "SendBlockhashExpired")]);
    keeper.rpc.fault = null;
    await keeper.runToEnd();
    await expectPaidOnce(policy);
    expect(await keeper.attempts()).to.deep.equal(["expired", "landed"]);
  });

  for (const [name, fault] of [
    ["times out while the transaction lands", timesOut],
    ["lags for ever", lags],
  ] as const) {
    it(`given an RPC that ${name}, when the worker goes on, then it is paid once`, async () => {
      const policy = await keeper.policy();
      await keeper.find();
      await keeper.enqueue();
      keeper.rpc.fault = fault;
      const other = new FaultyConnection(keeper.chain);
      await keeper.worker({ rpcs: [keeper.rpc, other] }).pass();
      await expectPaidOnce(policy);
    });
  }

  it("given RPCs that disagree, when one says failed and one says paid, then the accounts decide", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
    const liar = new FaultyConnection(keeper.chain);
    liar.fault = async (request, next) =>
      request.method === "getSignatureStatuses" ? inContext(request, [failedStatus]) : next();
    await keeper.worker({ rpcs: [liar, keeper.rpc] }).pass();
    await expectPaidOnce(policy);
    expect(await keeper.attempts()).to.deep.equal(["landed"]);
  });

  it("given an RPC that claims success for a transaction that never landed, when the blockhash has expired, then it is not believed", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
    const claims: Fault = async (request, next) =>
      request.method === "getSignatureStatuses"
        ? inContext(request, [{ ...failedStatus, err: null, status: { Ok: null } }])
        : dropped(request, next);
    keeper.rpc.fault = claims;
    await keeper.worker({ maxRounds: 20 }).pass();
    expect(await keeper.attempts()).to.deep.equal(["signed"]);
    expect(keeper.executed).to.deep.equal([]);
    keeper.rpc.fault = null;
    await keeper.runToEnd();
    await expectPaidOnce(policy);
  });

  for (const [name, answer, reason] of [
    ["429", () => new Response("slow down", { status: 429 }), "RpcRateLimited"],
    ["503", () => new Response("no", { status: 503 }), "RpcUnavailable"],
    ["garbage", () => new Response("<html>", { status: 200 }), "RpcGarbage"],
    [
      "an answer of another shape",
      () => Response.json({ jsonrpc: "2.0", id: 1, result: 7 }),
      "RpcGarbage",
    ],
  ] as const) {
    it(`given an RPC that answers ${name} to everything, when a pass runs, then it is the RPC's failure, no policy's, and all are paid as soon as it answers`, async () => {
      const policies = [await keeper.policy(), await keeper.otherPolicy("other")];
      await keeper.find();
      await keeper.enqueue();
      keeper.rpc.fault = async () => answer();
      const [failed] = await Promise.allSettled([keeper.worker().pass()]);
      expect(failed).to.have.nested.property("reason.verdict.reason", reason);
      expect(reasons()).to.deep.equal([]);
      for (const policy of policies) {
        expect(await keeper.row(policy)).to.include({ state: "scheduled", attempts: 0 });
      }
      keeper.rpc.fault = null;
      // The leases were given back: the policies are due at once.
      await keeper.enqueue();
      expect(await keeper.worker().pass()).to.deep.equal({ leased: 2, ended: 2 });
      await expectPaidOnce(...policies);
    });

    it(`given an RPC that answers ${name} to one policy's simulation alone, when a pass runs, then that one is postponed and the others are paid`, async () => {
      const poison = await keeper.otherPolicy("poison");
      const good = [await keeper.policy(), await keeper.otherPolicy("a"), await keeper.policy()];
      await keeper.find();
      await keeper.enqueue();
      const bytes = new PublicKey(poison).toBuffer();
      keeper.rpc.fault = async (request, next) =>
        request.method === "simulateTransaction" &&
        Buffer.from(String(request.params![0]), "base64").includes(bytes)
          ? answer()
          : next();
      expect(await keeper.worker().pass()).to.deep.equal({ leased: 4, ended: 4 });
      expect(reasons()).to.deep.equal([verdict("retryable", reason)]);
      expect(await keeper.row(poison)).to.include({ state: "scheduled", reason, attempts: 1 });
      await expectPaidOnce(...good);
    });

    it(`given an RPC that answers ${name} to every second call, when passes run, then it is paid once`, async () => {
      const policy = await keeper.policy();
      await keeper.find();
      let calls = 0;
      keeper.rpc.fault = async (_request, next) => ((calls += 1) % 2 ? next() : answer());
      await keeper.runToEnd();
      keeper.rpc.fault = null;
      await keeper.runToEnd();
      await expectPaidOnce(policy);
    });
  }

  it("given a poisoned policy in a batch, when the batch is simulated, then the rest lands together and the poisoned one waits for its account", async () => {
    const good = [
      await keeper.policy(),
      await keeper.otherPolicy("a"),
      await keeper.otherPolicy("b"),
    ];
    const poor = await keeper.otherPolicy("poor");
    const theirs = tokenAccountOf("poor");
    await keeper.find();
    await keeper.enqueue();
    // Between the decision and the simulation the account is frozen: only the simulation can see it.
    const frozen = onFirst("simulateTransaction", () => setFrozen(theirs, true));
    keeper.rpc.fault = frozen;
    await keeper.worker().pass();
    expect(reasons()).to.deep.equal([verdict("waiting", "TokenAccountFrozen")]);
    await expectPaidOnce(...good);
    expect(await keeper.attempts()).to.deep.equal(["landed"]);
    expect(await keeper.row(poor)).to.include({ state: "waiting", reason: "TokenAccountFrozen" });
    await keeper.runToEnd();
    expect(keeper.payments(poor)).to.deep.equal([]);
    expect(reasons()).to.have.length(1);
    await setFrozen(theirs, false);
    await keeper.runToEnd();
    await expectPaidOnce(...good, poor);
  });

  it("given a delegation that is revoked between simulation and landing, when the batch fails on chain, then the rest lands, and the one that was revoked waits until it is repaired", async () => {
    const mine = await keeper.policy();
    const others = [await keeper.otherPolicy("a"), await keeper.otherPolicy("b")];
    await keeper.find();
    await keeper.enqueue();
    keeper.rpc.fault = onFirst("sendTransaction", () => revoke());
    await keeper.worker().pass();
    expect(reasons()).to.deep.equal([verdict("waiting", "DelegationRevoked")]);
    expect(keeper.failures(mine)).to.equal(1);
    await expectPaidOnce(...others);
    expect(await keeper.attempts()).to.have.members(["failed", "landed"]);
    await keeper.runToEnd();
    expect(reasons()).to.have.length(1);
    await keeper.world.expectOk([keeper.world.syncDelegation()], "owner");
    await keeper.runToEnd();
    await expectPaidOnce(mine, ...others);
  });

  for (const [name, share, attempts] of [
    ["a third of", 3, ["failed", "landed"]],
    ["a hundredth of", 100, ["failed", "failed", "landed"]],
  ] as const) {
    it(`given transactions that take more compute when they land, when simulations show ${name} it, then the next has a larger limit, and no policy is postponed`, async () => {
      const policies = [await keeper.policy(), await keeper.otherPolicy("a")];
      await keeper.find();
      await keeper.enqueue();
      keeper.rpc.fault = async (request, next) => {
        const answer = await next();
        if (request.method !== "simulateTransaction") return answer;
        const { value } = (answer as { result: { value: { unitsConsumed: number } } }).result;
        return inContext(request, {
          ...value,
          unitsConsumed: Math.ceil(value.unitsConsumed / share),
        });
      };
      await keeper.worker().pass();
      expect(reasons()).to.deep.equal([]);
      await expectPaidOnce(...policies);
      expect(await keeper.attempts()).to.deep.equal(attempts);
      for (const policy of policies) expect(keeper.failures(policy)).to.equal(attempts.length - 1);
    });
  }

  it("given two workers on one policy, when the second has taken over the first one's lease, then the first signs nothing", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
    let isFirst = true;
    const first = keeper.worker({
      crash: async (point) => {
        if (point !== "before-sign" || !isFirst) return;
        isFirst = false;
        await keeper.elapse(400);
        await keeper.enqueue();
        await keeper.worker().pass();
      },
    });
    expect(await first.pass()).to.deep.equal({ leased: 1, ended: 0 });
    await expectPaidOnce(policy);
    expect(await keeper.attempts()).to.deep.equal(["landed"]);
  });

  it("given a worker that has signed for two policies, when another has taken over one of them in between, then those bytes are neither stored nor sent, and each is paid once", async () => {
    const policies = [await keeper.policy(), await keeper.otherPolicy("a")];
    await keeper.find();
    await keeper.enqueue();
    let isFirst = true;
    const stored: string[][] = [];
    const first = keeper.worker({
      crash: async (point) => {
        if (point === "after-journal") stored.push(await keeper.attempts());
        if (point !== "after-sign" || !isFirst) return;
        isFirst = false;
        // One lease expires, and another worker pays its policy.
        await keeper.database.query(
          `UPDATE milepost_keeper_queue.job SET expire_in = interval '0 seconds' WHERE singleton_key = $1`,
          [policies[0]],
        );
        await keeper.queue.maintain();
        expect(await keeper.worker().pass()).to.deep.equal({ leased: 1, ended: 1 });
      },
    });
    expect(await first.pass()).to.deep.equal({ leased: 2, ended: 1 });
    expect(stored).to.deep.equal([["landed", "signed"]]);
    await expectPaidOnce(...policies);
    expect(await keeper.attempts()).to.deep.equal(["landed", "landed"]);
  });

  it("given two workers that both have signed for one policy, when both send, then one payment lands and the other is refused", async () => {
    const policy = await keeper.policy(2);
    await keeper.find();
    await keeper.enqueue();
    let isFirst = true;
    const { queue } = keeper;
    const first = keeper.worker({
      // A keeper of an earlier version stores its signed bytes without checking its lease.
      queue: {
        fetch: (limit) => queue.fetch(limit),
        held: (leases) => queue.held(leases),
        fence: async () => undefined,
        complete: (leases) => queue.complete(leases),
        release: (leases) => queue.release(leases),
      },
      crash: async (point) => {
        // The lease expired after the check.
        if (point !== "after-sign" || !isFirst) return;
        isFirst = false;
        await keeper.elapse(400);
        await keeper.enqueue();
        await keeper.worker().pass();
      },
    });
    await first.pass();
    expect(keeper.payments(policy)).to.deep.equal([1]);
    expect(keeper.failures(policy)).to.equal(1);
    expect(reasons()).to.deep.equal([verdict("terminal", "MilestoneAlreadyReleased")]);
    await keeper.runToEnd();
    expect(keeper.payments(policy)).to.deep.equal([1, 1]);
  });

  it("given an empty fee payer, when a pass runs, then no policy is blamed, and all are paid once it has SOL", async () => {
    const policies = [await keeper.policy(), await keeper.otherPolicy("a")];
    await keeper.find();
    await keeper.enqueue();
    const poor = fixedKeypair("poor fee payer");
    const context = { ...keeper.context(), wallet: poor };
    await keeper.worker({ payer: poor, context }).pass();
    expect(new Set(reasons())).to.deep.equal(new Set([verdict("retryable", "FeePayerShort")]));
    await keeper.runToEnd();
    await expectPaidOnce(...policies);
  });

  it("given a fee payer that has been empty for days, when it gets SOL, then no policy waits an hour for its payment", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    const poor = fixedKeypair("poor fee payer");
    const context = { ...keeper.context(), wallet: poor };
    const worker = keeper.worker({ payer: poor, context, random: () => 0.999 });
    for (let tries = 0; tries < 10; tries += 1) {
      await keeper.enqueue();
      expect((await worker.pass()).leased).to.equal(1);
      await keeper.elapse(3_600);
    }
    expect((await keeper.row(policy)).attempts).to.equal(10);
    await keeper.elapse(-3_600);
    const [row] = await keeper.database.query<{ seconds: string }>(
      "SELECT extract(epoch FROM not_before - now()) AS seconds FROM milepost_keeper.policies",
    );
    expect(Number(row!.seconds)).to.be.within(60, 300);
  });

  it("given a policy that another executor has paid, when the pass reads it, then it is over without a transaction", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
    const { world } = keeper;
    await world.expectOk(
      [world.executePayment(new PublicKey(policy), 0, world.feeAccounts())],
      "stranger",
    );
    await keeper.worker().pass();
    expect(reasons()).to.deep.equal([verdict("terminal", "MilestoneAlreadyReleased")]);
    expect(await keeper.attempts()).to.deep.equal([]);
    expect((await keeper.row(policy)).state).to.equal("done");
  });

  it("given an underfunded owner, when passes run, then nothing is sent until the account changes", async () => {
    const policy = await keeper.otherPolicy("short");
    const account = tokenAccountOf("short");
    const full = (await keeper.chain.getAccount(account))!;
    const data = Buffer.from(full.data);
    data.writeBigUInt64LE(AMOUNT - 1n, 64);
    await keeper.chain.setAccount(account, { ...full, data });
    await keeper.runToEnd();
    expect(await keeper.row(policy)).to.include({ state: "waiting", reason: "InsufficientFunds" });
    expect(reasons()).to.deep.equal([verdict("waiting", "InsufficientFunds")]);
    expect(keeper.rpc.count("sendTransaction")).to.equal(0);
    await mintTo(keeper.chain, keeper.world.testMint, account, 1n);
    await keeper.runToEnd();
    await expectPaidOnce(policy);
  });

  it("given a worker that stops while a transaction is on its way, when it is told to abandon, then the bytes stay in the journal and the next one delivers them", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
    keeper.rpc.fault = dropped;
    const worker = keeper.worker({
      pause: async () => {
        void worker.abandon();
      },
    });
    await worker.pass();
    expect(await keeper.attempts()).to.deep.equal(["signed"]);
    expect(await keeper.queue.depth()).to.deep.equal({ queued: 1, active: 0 });
    expect(await worker.pass()).to.deep.equal({ leased: 0, ended: 0 });
    keeper.rpc.fault = null;
    await keeper.worker().pass();
    await expectPaidOnce(policy);
    expect(await keeper.attempts()).to.deep.equal(["landed"]);
  });

  it("given a worker that is told to stop, when a transaction is on its way, then it is delivered and recorded first", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
    let rounds = 0;
    keeper.rpc.fault = async (request, next) => (rounds < 3 ? dropped(request, next) : next());
    let stopped: Promise<void> | undefined;
    const worker = keeper.worker({
      pause: async () => {
        rounds += 1;
        stopped ??= worker.stop();
      },
    });
    await worker.pass();
    await stopped;
    await expectPaidOnce(policy);
  });

  it("given a gateway's key and a rule, when the rule answers later, no, throws and yes, then only yes is signed", async () => {
    keeper.gatewaySigners = [keeper.world.people.gatewaySigner];
    const policy = await keeper.policy(1, 3);
    await keeper.find();
    const answers = ["later", "no", "throw", "yes"] as const;
    for (const answer of answers) {
      expect(await keeper.enqueue()).to.equal(1);
      const rule = {
        name: "test",
        approve: async () => {
          if (answer === "throw") throw new Error("broken");
          return answer;
        },
      };
      await keeper.worker({ rule }).pass();
      expect(keeper.payments(policy)).to.deep.equal(answer === "yes" ? [1] : []);
      await keeper.elapse(3_600);
    }
    expect(reasons()).to.deep.equal([
      verdict("retryable", "ReleaseLater"),
      verdict("retryable", "ReleaseRefused"),
      verdict("retryable", "ReleaseLater"),
    ]);
    await expectPaidOnce(policy);
  });

  /** Status of a failed transaction. */
  const failedStatus = {
    slot: 1_000,
    confirmations: null,
    err: { InstructionError: [1, { Custom: 1 }] },
    status: { Err: { InstructionError: [1, { Custom: 1 }] } },
    confirmationStatus: "confirmed",
  };

  /** Runs `happen` right before the first call of the method. */
  function onFirst(method: string, happen: () => Promise<void>): Fault {
    let isOver = false;
    return async (request, next) => {
      if (request.method === method && !isOver) {
        isOver = true;
        await happen();
      }
      return next();
    };
  }

  function tokenAccountOf(label: string): PublicKey {
    const owner = fixedKeypair(`${label}/owner`).publicKey;
    return getAssociatedTokenAddressSync(keeper.world.mint, owner);
  }

  async function setFrozen(address: PublicKey, isFrozen: boolean) {
    const account = (await keeper.chain.getAccount(address))!;
    const data = Buffer.from(account.data);
    data[108] = isFrozen ? 2 : 1;
    await keeper.chain.setAccount(address, { ...account, data });
  }

  /** Revokes the delegation as the owner. */
  async function revoke(): Promise<void> {
    const { world } = keeper;
    await world.expectOk(
      [createRevokeInstruction(world.tokens.owner, world.key("owner"))],
      "owner",
    );
  }
});
