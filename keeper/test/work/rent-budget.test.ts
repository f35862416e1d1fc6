import { expect } from "chai";
import {
  createAssociatedTokenAccountIdempotentInstruction,
  createCloseAccountInstruction,
  createTransferCheckedInstruction,
  getAssociatedTokenAddressSync,
} from "@solana/spl-token";
import { SystemProgram } from "@solana/web3.js";
import { fixedKeypair, mintExtension } from "../../../tests/harness";
import { START } from "../../../tests/world";
import { RentBudget } from "../../src/work/rent-budget";
import type { WorkerOptions } from "../../src/work/worker-options";
import { AMOUNT, WorkWorld } from "../harness/work-world";

const RENT = 2_039_280n;

describe("work: the budget for rents of others' token accounts", () => {
  let keeper: WorkWorld;
  let spent: bigint[];
  beforeEach(async () => {
    keeper = await WorkWorld.create();
    spent = [];
  });
  afterEach(() => keeper.close());

  const newcomer = (label: string) => fixedKeypair(`newcomer ${label}`);
  const accountOf = (label: string) =>
    getAssociatedTokenAddressSync(
      keeper.world.mint,
      newcomer(label).publicKey,
      false,
      keeper.world.tokenProgram,
    );
  async function policyTo(label: string): Promise<string> {
    const schedule = { amounts: [AMOUNT], timestamps: [START] };
    const recipient = newcomer(label).publicKey;
    return (await keeper.world.createPolicy(schedule, { recipient })).address.toBase58();
  }
  async function crowd(size: number): Promise<string[]> {
    const policies = [];
    for (let index = 0; index < size; index += 1) policies.push(await policyTo(`${index}`));
    return policies;
  }
  /** Makes the budget of a newly started keeper. */
  const budget = (limit: bigint) =>
    new RentBudget({
      database: keeper.database,
      limit,
      onSpent: (told) => void spent.push(told),
    });
  async function pass(rentBudget: RentBudget, settings: Partial<WorkerOptions> = {}) {
    await keeper.find();
    await keeper.enqueue();
    await keeper.worker({ rentBudget, ...settings }).pass();
  }
  const paidOf = (policies: readonly string[]) =>
    policies.filter((policy) => keeper.payments(policy)[0] === 1);
  const created = async (policies: readonly string[]) => {
    const infos = policies.map((_, index) => keeper.chain.getAccount(accountOf(`${index}`)));
    return (await Promise.all(infos)).filter((info) => info !== null).length;
  };
  const lamports = async () => (await keeper.chain.getAccount(keeper.payer.publicKey))!.lamports;
  const fees = () => keeper.executed.reduce((sum, { feeLamports }) => sum + feeLamports, 0n);
  async function elapseMinutes(minutes: number): Promise<void> {
    await keeper.database.script(
      `UPDATE milepost_keeper.outcomes SET recorded_at = recorded_at - interval '${minutes} minutes'`,
    );
    await keeper.elapse(60 * minutes);
  }
  const createAccount = (label: string) =>
    keeper.world.expectOk(
      [
        createAssociatedTokenAccountIdempotentInstruction(
          keeper.world.key("stranger"),
          accountOf(label),
          newcomer(label).publicKey,
          keeper.world.mint,
        ),
      ],
      "stranger",
    );

  it("given a crowd of recipients without accounts, when a pass runs, then recipients within the budget and all others are paid, to the lamport", async () => {
    const first = await crowd(5);
    const honest = [await keeper.policy(), await keeper.otherPolicy("honest")];
    const before = await lamports();
    const rentBudget = budget(4n * RENT - 1n);
    await pass(rentBudget);
    expect(paidOf(honest)).to.deep.equal(honest);
    // The longest due come first.
    expect(paidOf(first)).to.have.length(3);
    expect(before - (await lamports())).to.equal(fees() + 3n * RENT);
    expect(await rentBudget.left()).to.equal(RENT - 1n);
    const rest = first.filter((policy) => !paidOf(first).includes(policy));
    expect(
      keeper.failed.map(({ member, verdict }) => [member.policy, verdict]),
    ).to.have.deep.members(
      rest.map((policy) => [policy, { kind: "retryable", reason: "RentBudgetSpent" }]),
    );
    expect(spent).to.deep.equal([4n * RENT - 1n]);
    for (const policy of first) expect(keeper.failures(policy)).to.equal(0);
    expect(new Set(await keeper.attempts())).to.deep.equal(new Set(["landed"]));
  });

  it("given a budget that is spent, when the keeper is started again, then it stays spent for an hour, and then the next ones are paid", async () => {
    const policies = await crowd(5);
    await pass(budget(2n * RENT));
    expect(await created(policies)).to.equal(2);
    await elapseMinutes(30);
    await pass(budget(2n * RENT));
    await elapseMinutes(29);
    await pass(budget(2n * RENT));
    expect(await created(policies)).to.equal(2);
    await elapseMinutes(11);
    await pass(budget(2n * RENT));
    expect(await created(policies)).to.equal(4);
    await elapseMinutes(61);
    await pass(budget(2n * RENT));
    expect(paidOf(policies)).to.deep.equal(policies);
    for (const policy of policies) expect(keeper.payments(policy)).to.deep.equal([1]);
  });

  it("given a policy over the budget, when it is postponed again and again, then it is still tried every 5 to 10 minutes", async () => {
    const policies = await crowd(2);
    const rentBudget = budget(RENT);
    await pass(rentBudget, { random: () => 0.999 });
    const [rest] = policies.filter((policy) => !paidOf(policies).includes(policy));
    for (let round = 1; round <= 6; round += 1) {
      const [delay] = await keeper.database.query<{ seconds: number }>(
        `SELECT extract(epoch FROM not_before - updated_at)::float8 AS seconds
         FROM milepost_keeper.policies WHERE address = $1`,
        [rest],
      );
      expect(delay!.seconds).to.be.within(300, 600);
      expect(await keeper.row(rest!)).to.deep.equal({
        state: "scheduled",
        reason: "RentBudgetSpent",
        attempts: Math.min(round, 4),
      });
      await keeper.elapse(600);
      await pass(rentBudget, { random: () => 0.999 });
    }
    expect(spent).to.have.length(1);
  });

  it("given a policy over the budget, when its account has been created, then it is paid without any", async () => {
    const policies = await crowd(2);
    const rentBudget = budget(RENT);
    await pass(rentBudget);
    const left = policies.findIndex((policy) => !paidOf(policies).includes(policy));
    await createAccount(`${left}`);
    await keeper.elapse(600);
    await pass(rentBudget);
    expect(paidOf(policies)).to.deep.equal(policies);
    expect(await rentBudget.left()).to.equal(0n);
  });

  it("given two workers of a process at once, then both together keep to the budget", async () => {
    const policies = await crowd(8);
    await keeper.find();
    await keeper.enqueue();
    const rentBudget = budget(3n * RENT);
    const before = await lamports();
    const workers = [1, 2].map(() => keeper.worker({ rentBudget, batchSize: 4 }));
    await Promise.all(workers.map((worker) => worker.pass()));
    expect(await created(policies)).to.equal(3);
    expect(before - (await lamports())).to.equal(fees() + 3n * RENT);
    expect(await rentBudget.left()).to.equal(0n);
  });

  it("given a payment signed by another keeper with an unknown end, then it counts as paid until the end is known", async () => {
    const policies = await crowd(4);
    await keeper.find();
    await keeper.enqueue();
    keeper.rpc.fault = async (request, next) => {
      const isLost = ["sendTransaction", "getSignatureStatuses"].includes(request.method);
      return isLost
        ? { jsonrpc: "2.0", id: request.id, error: { code: -32005, message: "" } }
        : next();
    };
    const first = keeper.worker({ rentBudget: budget(2n * RENT), batchSize: 2, maxRounds: 1 });
    await first.pass();
    keeper.rpc.fault = null;
    expect(await keeper.attempts()).to.deep.equal(["signed"]);
    expect(await created(policies)).to.equal(0);
    const other = budget(2n * RENT);
    await keeper.worker({ rentBudget: other }).pass();
    expect(await created(policies)).to.equal(0);
    expect(await other.left()).to.equal(0n);
    await keeper.worker().recover({ maxRounds: 90 });
    expect(await created(policies)).to.equal(2);
    expect(await other.left()).to.equal(0n);
  });

  it("given a pass that no RPC answers, when it ends, then its share of the budget is free again", async () => {
    await crowd(2);
    const rentBudget = budget(2n * RENT);
    await keeper.find();
    await keeper.enqueue();
    const seen: bigint[] = [];
    keeper.rpc.fault = async (request, next) => {
      if (request.method !== "simulateTransaction" && seen.length === 0) return next();
      if (seen.length === 0) seen.push(await rentBudget.left());
      throw new Error("connect ECONNREFUSED");
    };
    const failed = await keeper
      .worker({ rentBudget })
      .pass()
      .then(
        () => false,
        () => true,
      );
    expect(failed).to.equal(true);
    expect(seen).to.deep.equal([0n]);
    expect(await rentBudget.left()).to.equal(2n * RENT);
  });

  it("given a landed payment that no RPC reports, then its rent still counts", async () => {
    await crowd(1);
    const rentBudget = budget(2n * RENT);
    keeper.rpc.fault = async (request, next) =>
      request.method === "getTransaction"
        ? { jsonrpc: "2.0", id: request.id, result: null }
        : next();
    await pass(rentBudget);
    expect(keeper.executed[0]!.rentLamports).to.equal(null);
    expect(await rentBudget.left()).to.equal(RENT);
  });

  it("given many policies to one recipient who closes the account after each, then each creation counts", async () => {
    const policies = [];
    for (let index = 0; index < 4; index += 1) policies.push(await policyTo("same"));
    const before = await lamports();
    const rentBudget = budget(2n * RENT);
    const owner = newcomer("same");
    await keeper.chain.airdrop(owner.publicKey, 1_000_000_000n);
    let closed = 0;
    // Each account is closed before the next transaction is sent.
    keeper.rpc.fault = async (request, next) => {
      const account = await keeper.chain.getAccount(accountOf("same"));
      if (request.method === "sendTransaction" && account) {
        const { mint, tokens } = keeper.world;
        const empty = [
          createTransferCheckedInstruction(
            accountOf("same"),
            mint,
            tokens.owner,
            owner.publicKey,
            Buffer.from(account.data).readBigUInt64LE(64),
            keeper.world.testMint.decimals,
          ),
          createCloseAccountInstruction(accountOf("same"), owner.publicKey, owner.publicKey),
        ];
        await keeper.chain.sendOk(empty, [owner]);
        closed += 1;
      }
      return next();
    };
    await pass(rentBudget, { packing: { maxExecutions: 1 }, concurrency: 1 });
    expect(closed).to.be.greaterThan(0);
    expect(paidOf(policies)).to.have.length(2);
    expect(await rentBudget.left()).to.equal(0n);
    // An account created after the simulation takes more compute, and may cost the fee of a failed transaction.
    expect(before - (await lamports()) - fees() - 2n * RENT < 50_000n).to.equal(true);
  });

  for (const limit of [0n, RENT - 1n]) {
    it(`given a budget of ${limit} lamports, which is less than an account's rent, then payments wait for accounts and others are made`, async () => {
      const [policy] = await crowd(1);
      const honest = await keeper.policy();
      await pass(budget(limit));
      expect(keeper.payments(honest)).to.deep.equal([1]);
      expect(await keeper.row(policy!)).to.include({
        state: "waiting",
        reason: "TokenAccountMissing",
      });
      await createAccount("0");
      await keeper.runToEnd({ rentBudget: budget(limit) });
      expect(keeper.payments(policy!)).to.deep.equal([1]);
    });
  }

  it("given a fee payer with less than an account's rent, when a transaction creates one, then that payment leaves it and the others are made", async () => {
    const [policy] = await crowd(1);
    const honest = [await keeper.policy(), await keeper.otherPolicy("honest")];
    const before = await lamports();
    const send = SystemProgram.transfer({
      fromPubkey: keeper.payer.publicKey,
      toPubkey: keeper.world.key("stranger"),
      lamports: before - 2_500_000n,
    });
    await keeper.chain.sendOk([send], [keeper.payer]);
    await pass(budget(10n * RENT));
    expect(paidOf(honest)).to.deep.equal(honest);
    expect(
      keeper.failed.map(({ member, verdict }) => [member.policy, verdict.reason]),
    ).to.deep.equal([[policy, "FeePayerShort"]]);
    await keeper.chain.airdrop(keeper.payer.publicKey, 1_000_000_000n);
    await keeper.runToEnd({ rentBudget: budget(10n * RENT) });
    expect(keeper.payments(policy!)).to.deep.equal([1]);
  });

  it("given a mint whose accounts are larger, then no more is spent than the budget", async () => {
    await keeper.close();
    keeper = await WorkWorld.create({ extensions: [mintExtension.defaultAccountState(1)] });
    const policies = await crowd(3);
    // The budget is enough for three plain accounts.
    const rentBudget = budget(3n * RENT);
    const before = await lamports();
    await pass(rentBudget);
    expect(await created(policies)).to.equal(2);
    const larger = 2_074_080n;
    expect(before - (await lamports())).to.equal(fees() + 2n * larger);
  });
});
