import { FUNDING_KIND_HELD, getConfigPda, getEscrowPda, PROGRAM_ID } from "@milepost/sdk";
import type { AccountInfo, PublicKey } from "@solana/web3.js";
import BN from "bn.js";
import { expect } from "chai";
import type { Database } from "@milepost/database";
import { rejection } from "@milepost/database/testing";
import { ChainClock } from "../../src/clock/chain-clock";
import { Finder } from "../../src/find/finder";
import { readPlans } from "../../src/find/read-plans";
import { recordOutcomes } from "../../src/store/outcomes";
import { done } from "../../src/store/policies";
import { bytesOf, config, escrow, key, policy } from "../harness/accounts";
import { FakeChain } from "../harness/fake-chain";
import { ManualTimers } from "../harness/manual-timers";
import { NOW } from "../harness/plans";
import { settled } from "../harness/rpc-nodes";
import { migratedDatabase, type TestDatabase, truncate } from "../harness/test-database";

type Answer = { context: { slot: number }; value: (AccountInfo<Buffer> | null)[] };

describe("finding: answers from behind", () => {
  let test: TestDatabase;
  let database: Database;
  let chain: FakeChain;
  let timers: ManualTimers;
  let finder: Finder;
  let errors: string[];
  const address = key("held");
  before(async () => {
    test = await migratedDatabase();
    database = test.database;
  });
  after(() => test.drop());

  beforeEach(async () => {
    await truncate(database);
    chain = new FakeChain();
    timers = new ManualTimers();
    errors = [];
    chain.set(getConfigPda(PROGRAM_ID)[0], await bytesOf("programConfig", config()));
    chain.setTime(NOW);
    await putHeld(0);
    finder = await start();
  });
  afterEach(() => finder.stop());

  async function start(): Promise<Finder> {
    const clock = new ChainClock({ connection: chain.asConnection(), timers });
    await clock.time();
    const made = new Finder({
      connection: chain.asConnection(),
      programId: PROGRAM_ID,
      database,
      gatewaySigners: [],
      timers,
      clock,
      connect: chain.connect,
      onError: (task, error) => errors.push(`${task}: ${(error as Error).message}`),
    });
    const started = made.start();
    await settled();
    await started;
    return made;
  }

  async function putHeld(currentMilestone: number, at: PublicKey = address): Promise<void> {
    const milestone = { releaseCondition: 4, currentMilestone };
    chain.set(
      at,
      await bytesOf("paymentPolicy", policy(milestone, { fundingKind: FUNDING_KIND_HELD })),
    );
    const account = escrow(at, { state: { submitted: {} }, submittedAt: new BN(NOW.toString()) });
    account.milestones = account.milestones.map(() => account.milestones[0]!);
    chain.set(getEscrowPda(at, PROGRAM_ID)[0], await bytesOf("escrow", account));
  }

  /** Freezes account reads at this moment, as of then or, when it lies, as of now. */
  function freeze({ lies = false } = {}): () => void {
    const before = new Map(chain.accounts);
    const { slot } = chain;
    const read = chain.getMultipleAccountsInfoAndContext.bind(chain);
    chain.getMultipleAccountsInfoAndContext = async (addresses): Promise<Answer> => {
      await read(addresses);
      const value = addresses.map((each) => before.get(each.toBase58()) ?? null);
      return { context: { slot: lies ? chain.slot : slot }, value };
    };
    return () => void (chain.getMultipleAccountsInfoAndContext = read);
  }

  async function pass(seconds: number): Promise<void> {
    for (let step = 0; step < seconds * 4; step += 1) {
      timers.pass(250);
      // The socket is alive.
      if (step % 4 === 0) chain.sockets.at(-1)!.tellSlot(chain.slot);
      // Both resolve when the work that the time has started has ended.
      await Promise.all([finder.flush(), finder.readUnread(), finder.watch()]);
      await finder.reconcileWhenDue();
    }
  }

  async function row(): Promise<{ state: string; reason: string; milestone_index: number }> {
    const [found] = await database.query<{
      state: string;
      reason: string;
      milestone_index: number;
    }>("SELECT state, reason, milestone_index FROM milepost_keeper.policies WHERE address = $1", [
      address.toBase58(),
    ]);
    return found!;
  }

  /** Pays the first milestone as a worker does, and reports it over the websocket. */
  async function pay(): Promise<void> {
    await putHeld(1);
    const paid = {
      policy: address.toBase58(),
      milestoneIndex: 0,
      signature: "s",
      slot: chain.slot,
    };
    await recordOutcomes(database, [
      {
        ...{ ...paid, dueAt: NOW, executedAt: NOW, mint: null },
        ...{ feeLamports: 0n, rentLamports: null, reward: null },
      },
    ]);
    finder.changed(address.toBase58(), chain.slot);
  }

  for (const lies of [false, true]) {
    for (const seconds of [30, 60]) {
      const how = lies ? "as of a slot that it has not come to" : "as of before";
      it(`reads a paid held policy within 5 seconds after an RPC answered with old accounts ${how} for ${seconds} seconds`, async () => {
        const heal = freeze({ lies });
        await pay();
        await pass(seconds);
        expect(await row()).to.include({ state: "waiting", reason: "Executed" });
        heal();
        await pass(5);
        expect(await row()).to.include({ state: "scheduled", milestone_index: 1 });
        // The read needed no scan.
        expect(timers.now()).to.be.lessThan(100_000);
      });
    }
  }

  it("asks a few times a second at most while the RPC is behind", async () => {
    freeze();
    await pay();
    await pass(10);
    const before = chain.calls.length;
    await pass(50);
    // The limit covers the news four times a second, and the paid policy every five seconds.
    expect(chain.calls.length - before).to.be.lessThan(50 * 6);
  });

  it("reads a policy that a worker took for over until the chain shows its state", async () => {
    const heal = freeze();
    await done(
      database,
      { policy: address.toBase58(), milestoneIndex: 0 },
      "MilestoneAlreadyReleased",
      chain.slot + 2,
    );
    await putHeld(1);
    finder.changed(address.toBase58(), chain.slot);
    await pass(30);
    expect(await row()).to.include({ state: "done" });
    heal();
    await pass(5);
    expect(await row()).to.include({ state: "scheduled", milestone_index: 1 });
  });

  it("reads a policy that another keeper paid before it died", async () => {
    await finder.stop();
    chain.isMissing = true;
    await pay();
    await database.query(
      "UPDATE milepost_keeper.policies SET updated_at = now() - interval '1 minute'",
    );
    // Its scan is older.
    const scan = chain.getProgramAccounts.bind(chain);
    chain.getProgramAccounts = async () => ({ context: { slot: 1 }, value: [] });
    finder = await start();
    chain.getProgramAccounts = scan;
    await pass(35);
    expect(await row()).to.include({ state: "scheduled", milestone_index: 1 });
  });

  it("forgets a policy that is gone from the chain as of a slot after the payment, not before", async () => {
    const heal = freeze();
    await pay();
    chain.delete(address);
    await pass(10);
    expect(await row()).to.include({ reason: "Executed" });
    heal();
    await pass(5);
    expect(await row()).to.equal(undefined);
  });

  it("rejects a read that is answered as of an earlier slot than requested", async () => {
    freeze();
    const source = { connection: chain.asConnection(), programId: PROGRAM_ID };
    const rules = { isProgramPaused: false, signsFor: () => false };
    const reading = readPlans(source, rules, [address.toBase58()], chain.slot + 1);
    expect(await rejection(reading)).to.include({ code: "RPC_BEHIND" });
  });

  it("scans once more when the scan after missed news returned older state", async () => {
    const scans: number[] = [];
    const scan = chain.getProgramAccounts.bind(chain);
    let isBehind = true;
    const old = chain.slot;
    chain.getProgramAccounts = async (...args) => {
      const found = (await scan(...args)) as { context: { slot: number }; value: unknown[] };
      scans.push(timers.now());
      return isBehind ? { context: { slot: old }, value: found.value } : found;
    };
    chain.slot += 5;
    chain.sockets[0]!.hangUp(chain.slot);
    await pass(12);
    const behind = scans.length;
    expect(behind).to.be.greaterThan(0);
    isBehind = false;
    await pass(12);
    expect(scans.length).to.be.greaterThan(behind);
    const caughtUp = scans.length;
    await pass(60);
    expect(scans.length).to.equal(caughtUp);
  });
});
