import {
  FUNDING_KIND_HELD,
  getConfigPda,
  getEscrowPda,
  POLICY_OFFSET,
  PROGRAM_ID,
} from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import BN from "bn.js";
import { expect } from "chai";
import type { Database } from "@milepost/database";
import { ChainClock } from "../../src/clock/chain-clock";
import { Finder } from "../../src/find/finder";
import { type PlannedPolicy } from "../../src/find/plan";
import { plannedPolicy } from "../../src/find/policy-slice";
import { reconcile } from "../../src/find/reconcile";
import { loadPlanRules } from "../../src/find/plan-rules";
import { scanPolicies } from "../../src/find/scan";
import { checkWatched, readWatch } from "../../src/find/read-watches";
import { due } from "../../src/store/due";
import { plansOf, upsertPlans, wait } from "../../src/store/policies";
import {
  bytesOf,
  config,
  escrow,
  gatewayAccount,
  GATEWAY,
  GATEWAY_SIGNER,
  key,
  policy,
} from "../harness/accounts";
import { FakeChain } from "../harness/fake-chain";
import { ManualTimers } from "../harness/manual-timers";
import { NOW, plan } from "../harness/plans";
import { migratedDatabase, type TestDatabase, truncate } from "../harness/test-database";

const FAR = Number.MAX_SAFE_INTEGER;
const [CONFIG] = getConfigPda(PROGRAM_ID);

async function chainWithConfig(): Promise<FakeChain> {
  const chain = new FakeChain();
  chain.set(CONFIG, await bytesOf("programConfig", config()));
  return chain;
}

async function putPolicy(chain: FakeChain, name: string, account = policy()): Promise<PublicKey> {
  const address = key(name);
  chain.set(address, await bytesOf("paymentPolicy", account));
  return address;
}

async function putHeld(chain: FakeChain, name: string, submittedAt: bigint): Promise<PublicKey> {
  const account = policy({ releaseCondition: 4 }, { fundingKind: FUNDING_KIND_HELD });
  const address = await putPolicy(chain, name, account);
  await putEscrow(chain, address, submittedAt);
  return address;
}

async function putEscrow(chain: FakeChain, address: PublicKey, submittedAt: bigint): Promise<void> {
  const account = escrow(address, {
    state: { submitted: {} },
    submittedAt: new BN(submittedAt.toString()),
  });
  chain.set(getEscrowPda(address, PROGRAM_ID)[0], await bytesOf("escrow", account));
}

describe("scan", () => {
  const all = async (chain: FakeChain, pageSize?: number) => {
    const found: { address: string; policy: PlannedPolicy }[] = [];
    let pages = 0;
    const source = { connection: chain.asConnection(), programId: PROGRAM_ID, pageSize };
    for await (const page of scanPolicies(source)) {
      pages += 1;
      found.push(...page.policies);
      expect(page.slot).to.equal(chain.slot);
    }
    return { found, pages };
  };

  it("given few policies, when they are scanned, then they come in one page, and a slice equals the whole account", async () => {
    const chain = await chainWithConfig();
    await putPolicy(chain, "a");
    await putHeld(chain, "b", NOW);
    chain.set(GATEWAY, await bytesOf("paymentGateway", gatewayAccount()));
    const { found, pages } = await all(chain);
    expect(pages).to.equal(1);
    expect(found.map(({ address }) => address)).to.have.members([
      key("a").toBase58(),
      key("b").toBase58(),
    ]);
    for (const { address, policy: seen } of found) {
      const whole = chain.accounts.get(address)!;
      const expected = plannedPolicy(new PublicKey(address), whole, PROGRAM_ID);
      expect(JSON.stringify(seen)).to.equal(JSON.stringify(expected));
    }
  });

  for (const [name, spread] of [
    ["one owner, many recipients", "recipient"],
    ["many owners, one recipient", "userPayment"],
    ["one owner, one recipient", "policyId"],
  ] as const) {
    it(`given many policies of ${name}, when they are scanned, then each comes once, in small pages`, async () => {
      const chain = await chainWithConfig();
      for (let index = 0; index < 600; index += 1) {
        const address = key(`policy ${index}`);
        const other = spread === "policyId" ? {} : { [spread]: key(`${spread} ${index}`) };
        const policyId = spread === "policyId" ? index : 7;
        // The sample takes them as often as for a thousand times more.
        const bump = index % 20 === 0 ? 247 : 255;
        const account = policy({}, { ...other, policyId, bump });
        chain.set(address, await bytesOf("paymentPolicy", account));
      }
      const { found, pages } = await all(chain);
      expect(pages).to.equal(1);
      const paged = await all(chain, 10_000);
      expect(paged.pages).to.equal(256);
      expect(new Set(paged.found.map(({ address }) => address)).size).to.equal(600);
      expect(paged.found).to.have.length(found.length);
      const largest = chain.calls
        .slice(-256)
        .reduce((most, { length }) => Math.max(most, length), 0);
      expect(largest).to.be.lessThan(20);
    });
  }

  it("given an account that can't be read, when they are scanned, then it is reported and the others come", async () => {
    const chain = await chainWithConfig();
    await putPolicy(chain, "a");
    const broken = await bytesOf("paymentPolicy", policy());
    broken[233] = 9;
    chain.set(key("poison"), broken);
    const unreadable: string[] = [];
    const source = {
      connection: chain.asConnection(),
      programId: PROGRAM_ID,
      onUnreadable: (address: string) => unreadable.push(address),
    };
    const pages = [];
    for await (const page of scanPolicies(source)) pages.push(page);
    expect(pages[0]!.policies.map(({ address }) => address)).to.deep.equal([key("a").toBase58()]);
    expect(unreadable).to.deep.equal([key("poison").toBase58()]);
  });
});

describe("rules", () => {
  it("given the key of a gateway's signer, when rules are loaded, then they hold its gateways and the program's pause", async () => {
    const chain = await chainWithConfig();
    chain.set(GATEWAY, await bytesOf("paymentGateway", gatewayAccount()));
    const source = { connection: chain.asConnection(), programId: PROGRAM_ID };
    const mine = await loadPlanRules({ ...source, gatewaySigners: [GATEWAY_SIGNER] });
    expect(mine.signsFor(GATEWAY)).to.equal(true);
    expect(mine.signsFor(key("another"))).to.equal(false);
    expect(mine.isProgramPaused).to.equal(false);
    chain.set(CONFIG, await bytesOf("programConfig", config({ isPaused: 1 })));
    const others = await loadPlanRules({ ...source, gatewaySigners: [key("stranger")] });
    expect(others.signsFor(GATEWAY)).to.equal(false);
    expect(others.isProgramPaused).to.equal(true);
  });
});

describe("finding, into the store", () => {
  let test: TestDatabase;
  let database: Database;
  let chain: FakeChain;

  before(async () => {
    test = await migratedDatabase();
    database = test.database;
  });

  beforeEach(async () => {
    await truncate(database);
    chain = await chainWithConfig();
  });

  after(() => test.drop());

  const source = () => ({
    connection: chain.asConnection(),
    programId: PROGRAM_ID,
    gatewaySigners: [],
    database,
  });
  const stored = async (name: string) => (await plansOf(database, [key(name).toBase58()]))[0];
  const dueAddresses = async (now: bigint) =>
    (await due(database, now, 1_000, 300)).map(({ policy: address }) => address);

  describe("reconcile", () => {
    it("given delegated and held policies, when it is reconciled, then both are planned, the held one with its escrow", async () => {
      await putPolicy(chain, "a");
      await putHeld(chain, "b", NOW);
      expect(await reconcile(source())).to.deep.include({ seen: 2, removed: 0 });
      expect(await stored("a")).to.deep.include({ state: "scheduled", dueAt: NOW });
      expect(await stored("b")).to.deep.include({ dueAt: NOW + 604_800n, seenSlot: chain.slot });
    });

    it("given a policy that is gone, when it is reconciled, then it is removed, and one whose address got lamports as well", async () => {
      const a = await putPolicy(chain, "a");
      const b = await putPolicy(chain, "b");
      await putPolicy(chain, "c");
      await reconcile(source());
      chain.delete(a);
      chain.set(b, Buffer.alloc(0), PublicKey.default);
      expect(await reconcile(source())).to.deep.include({ seen: 1, removed: 2 });
      expect(await stored("a")).to.equal(undefined);
      expect(await stored("b")).to.equal(undefined);
      expect(await stored("c")).not.to.equal(undefined);
    });

    it("given a scan that leaves a policy out, when it is reconciled, then a second read keeps and renews it", async () => {
      await putPolicy(chain, "a");
      await reconcile(source());
      await putPolicy(chain, "a", policy({ currentMilestone: 1 }));
      chain.hidden.add(key("a").toBase58());
      expect(await reconcile(source())).to.deep.include({ seen: 0, removed: 0 });
      expect(await stored("a")).to.deep.include({ milestoneIndex: 1, seenSlot: chain.slot });
    });

    it("given a scan that fails midway, when it is reconciled, then it rejects and nothing is removed", async () => {
      const a = await putPolicy(chain, "a");
      await reconcile(source());
      chain.delete(a);
      let scans = 0;
      chain.onCall = (method) => {
        if (method === "getProgramAccounts" && (scans += 1) === 2) throw new Error("502");
      };
      const [refused] = await Promise.allSettled([reconcile(source())]);
      expect(refused).to.have.nested.property("reason.message", "502");
      expect(await stored("a")).not.to.equal(undefined);
    });

    it("given a change during the scan, when its news came first, then the scan does not revert it", async () => {
      const address = key("a").toBase58();
      await putPolicy(chain, "a");
      const newer = { ...plan("a"), address, milestoneIndex: 1, seenSlot: chain.slot + 5 };
      await upsertPlans(database, [newer]);
      await reconcile(source());
      expect(await stored("a")).to.deep.include({ milestoneIndex: 1, seenSlot: chain.slot + 5 });
    });

    it("given the program's pause, when it is reconciled, then all wait; and when it ends, they are due again", async () => {
      await putPolicy(chain, "a");
      chain.set(CONFIG, await bytesOf("programConfig", config({ isPaused: 1 })));
      await reconcile(source());
      expect(await dueAddresses(NOW)).to.deep.equal([]);
      chain.set(CONFIG, await bytesOf("programConfig", config()));
      await reconcile(source());
      expect(await dueAddresses(NOW)).to.deep.equal([key("a").toBase58()]);
    });

    it("given many held policies, when it is reconciled, then each request stays within 100 accounts", async () => {
      for (let index = 0; index < 120; index += 1) await putHeld(chain, `held ${index}`, NOW);
      expect(await reconcile(source())).to.deep.include({ seen: 120, removed: 0 });
      expect(await dueAddresses(NOW + 604_800n)).to.have.length(120);
      expect(await dueAddresses(NOW + 604_799n)).to.have.length(0);
    });
  });

  describe("watch", () => {
    it("given a wait on an account, when that changes, then the wait ends; lamports alone do not end it", async () => {
      const address = await putPolicy(chain, "a");
      await reconcile(source());
      const tokens = key("token account");
      chain.set(tokens, Buffer.from([1]), key("token program"));
      const watch = await readWatch(source(), [tokens, key("missing"), tokens]);
      expect(watch.accounts).to.have.length(2);
      const at = { policy: address.toBase58(), milestoneIndex: 0 };
      await wait(database, at, "InsufficientFunds", watch);
      chain.accounts.get(tokens.toBase58())!.lamports += 1;
      expect(await checkWatched(source(), 10)).to.equal(0);
      expect(await dueAddresses(NOW)).to.deep.equal([]);
      chain.set(tokens, Buffer.from([2]), key("token program"));
      expect(await checkWatched(source(), 10)).to.equal(1);
      expect(await dueAddresses(NOW)).to.deep.equal([at.policy]);
    });

    it("given a wait on an account that is missing, when it is created, then the wait ends", async () => {
      const address = await putPolicy(chain, "a");
      await reconcile(source());
      const watch = await readWatch(source(), [key("missing")]);
      await wait(
        database,
        { policy: address.toBase58(), milestoneIndex: 0 },
        "InvalidTokenAccount",
        watch,
      );
      chain.set(key("missing"), Buffer.from([]), key("token program"));
      expect(await checkWatched(source(), 10)).to.equal(1);
    });
  });

  describe("finder", () => {
    let timers: ManualTimers;
    let errors: [string, string][];
    let finder: Finder;
    const clock = {
      sawSlot: () => undefined,
      get slot() {
        return chain.slot;
      },
    };

    beforeEach(() => {
      timers = new ManualTimers();
      errors = [];
      finder = makeFinder();
    });

    const makeFinder = () =>
      new Finder({
        ...source(),
        timers,
        clock,
        connect: () => chain.connect(),
        onError: (task, error) => errors.push([task, (error as Error).message]),
      });

    afterEach(() => finder.stop());

    /** Waits for the news of this turn. */
    const heardOf = () => new Promise(setImmediate);
    const scans = () =>
      chain.calls.filter(({ method }) => method === "getProgramAccounts").length / 2;
    /** Passes a second, with the scan that falls into it. */
    const second = async () => {
      timers.pass(1_000);
      await finder.reconcileWhenDue();
    };
    const live = () => chain.sockets.filter(({ isClosed }) => !isClosed);

    it("given news of a policy, when it is flushed, then its plan is stored without another request", async () => {
      await finder.start();
      expect(finder.isReady).to.equal(true);
      const requests = chain.calls.length;
      await putPolicy(chain, "a");
      await finder.flush();
      expect(await stored("a")).to.deep.include({ dueAt: NOW, seenSlot: chain.slot });
      expect(chain.calls).to.have.length(requests);
    });

    it("given news of an escrow, when it is flushed, then its policy is planned again", async () => {
      const address = await putHeld(chain, "a", NOW);
      await finder.start();
      await putEscrow(chain, address, NOW + 10n);
      await finder.flush();
      expect(await stored("a")).to.deep.include({ dueAt: NOW + 604_810n });
    });

    it("given duplicate and out-of-order news, when it is flushed, then the newest counts", async () => {
      await finder.start();
      const newer = await bytesOf("paymentPolicy", policy({ currentMilestone: 1 }));
      const older = await bytesOf("paymentPolicy", policy());
      const info = (data: Buffer) => ({
        ...{ owner: PROGRAM_ID, data, executable: false, lamports: 1, rentEpoch: 0 },
      });
      const socket = chain.sockets[0]!;
      const { slot } = chain;
      socket.tell(key("a"), info(newer), slot + 2);
      socket.tell(key("a"), info(newer), slot + 2);
      socket.tell(key("a"), info(older), slot + 1);
      await finder.flush();
      socket.tell(key("a"), info(older), slot + 1);
      await finder.flush();
      expect(await stored("a")).to.deep.include({ milestoneIndex: 1, seenSlot: slot + 2 });
    });

    it("given news of policies and an escrow in slots of the far future, when it is flushed, then they are read, and so is what comes after", async () => {
      await putPolicy(chain, "a");
      const held = await putHeld(chain, "b", NOW);
      const [escrowAddress] = getEscrowPda(held, PROGRAM_ID);
      await finder.start();
      const [socket] = chain.sockets;
      const at = (address: PublicKey) => chain.accounts.get(address.toBase58())!;
      const made = { ...at(key("a")), data: await bytesOf("paymentPolicy", policy({}, {})) };
      made.data[POLICY_OFFSET.currentMilestone] = 1;
      socket!.tell(key("a"), made, FAR);
      socket!.tell(key("b"), at(held), FAR);
      socket!.tell(escrowAddress, at(escrowAddress), FAR);
      await finder.flush();
      expect(await stored("a")).to.deep.include({ milestoneIndex: 0, seenSlot: chain.slot });
      await putEscrow(chain, held, NOW + 10n);
      await finder.flush();
      expect(await stored("b")).to.deep.include({ dueAt: NOW + 604_810n, seenSlot: chain.slot });
      expect(errors).to.deep.equal([]);
    });

    it("given a slot of the far future, when the socket goes on with true ones, then missed slots are noticed again", async () => {
      await finder.start();
      const [socket] = chain.sockets;
      socket!.tellSlot(FAR, chain.slot);
      socket!.tellSlot((chain.slot += 1), chain.slot - 1);
      for (let passed = 0; passed < 24; passed += 1) {
        await second();
        socket!.tellSlot((chain.slot += 1));
      }
      const before = scans();
      chain.isMissing = true;
      await putPolicy(chain, "missed");
      chain.isMissing = false;
      socket!.tellSlot((chain.slot += 2), chain.slot - 1);
      await second();
      expect(scans()).to.equal(before + 1);
      expect(await stored("missed")).not.to.equal(undefined);
    });

    it("given an RPC that lags behind the news or fails, when it is flushed, then the news is kept and stored later", async () => {
      const address = await putHeld(chain, "a", NOW);
      await finder.start();
      await putEscrow(chain, address, NOW + 10n);
      const { slot } = chain;
      chain.slot -= 1;
      await finder.flush();
      chain.onCall = () => {
        throw new Error("429");
      };
      chain.slot = slot;
      await finder.flush();
      expect(errors).to.deep.equal([
        ["flush", "Minimum context slot has not been reached"],
        ["flush", "429"],
      ]);
      chain.onCall = () => undefined;
      await finder.flush();
      expect(await stored("a")).to.deep.include({ dueAt: NOW + 604_810n });
    });

    it("given an RPC that lags behind the news of one policy, when it is flushed, then news of other policies that needs no read is stored", async () => {
      const address = await putHeld(chain, "a", NOW);
      await finder.start();
      await putPolicy(chain, "b");
      await putEscrow(chain, address, NOW + 10n);
      chain.slot -= 1;
      await finder.flush();
      expect(errors).to.deep.equal([["flush", "Minimum context slot has not been reached"]]);
      expect(await stored("b")).to.deep.include({ state: "scheduled" });
    });

    it("given a first scan that fails, when its pause is over, then it is done again and news waits for it", async () => {
      await putPolicy(chain, "a");
      chain.onCall = () => {
        throw new Error("503");
      };
      await finder.start();
      expect(finder.isReady).to.equal(false);
      await putPolicy(chain, "b");
      await finder.flush();
      chain.onCall = () => undefined;
      timers.pass(9_000);
      chain.sockets[0]!.tellSlot(chain.slot);
      timers.pass(5_000);
      await finder.reconcileWhenDue();
      expect(finder.isReady).to.equal(false);
      timers.pass(2_000);
      await finder.reconcileWhenDue();
      expect(finder.isReady).to.equal(true);
      expect(errors).to.deep.equal([["reconcile", "503"]]);
      expect(await dueAddresses(NOW)).to.have.members([key("a"), key("b")].map(String));
    });

    it("given a socket that falls silent, when its time is over, then another one is opened and missed changes are found", async () => {
      await finder.start();
      chain.sockets[0]!.tellSlot(chain.slot);
      timers.pass(9_000);
      expect(live()).to.deep.equal([chain.sockets[0]]);
      chain.sockets[0]!.tellSlot(chain.slot);
      timers.pass(9_000);
      expect(live()).to.deep.equal([chain.sockets[0]]);
      const [dead] = chain.sockets.splice(0);
      await putPolicy(chain, "missed");
      timers.pass(10_000);
      await heardOf();
      await finder.reconcileWhenDue();
      expect(dead!.isClosed).to.equal(true);
      expect(live()).to.have.length(1);
      expect(await stored("missed")).not.to.equal(undefined);
      await putPolicy(chain, "heard");
      await finder.flush();
      expect(await stored("heard")).not.to.equal(undefined);
      dead!.tell(key("ghost"), chain.accounts.get(key("heard").toBase58())!, 9_999);
      await finder.flush();
      expect(await stored("ghost")).to.equal(undefined);
    });

    it("given a socket that ends and comes back before its silence is noticed, when it is back, then the missed changes are found within seconds", async () => {
      await finder.start();
      for (let passed = 0; passed < 12; passed += 1) {
        await second();
        chain.sockets[0]!.tellSlot((chain.slot += 1));
      }
      expect(scans()).to.equal(1);
      chain.isMissing = true;
      await putPolicy(chain, "missed");
      chain.isMissing = false;
      chain.sockets[0]!.hangUp((chain.slot += 1));
      await second();
      expect(live()).to.deep.equal([chain.sockets[0]]);
      expect(scans()).to.equal(2);
      expect(await stored("missed")).not.to.equal(undefined);
    });

    it("given a socket that keeps reconnecting, when a minute has passed, then it has cost at most a scan every ten seconds", async () => {
      await finder.start();
      for (let passed = 0; passed < 60; passed += 1) {
        chain.sockets[0]!.hangUp((chain.slot += 1));
        await second();
      }
      expect(scans()).to.equal(1 + 6);
    });

    it("given scans that take long, when the socket keeps reconnecting, then they take at most a tenth of the time", async () => {
      chain.onCall = (method) => {
        if (method === "getProgramAccounts") timers.pass(2_000);
      };
      await finder.start();
      for (let passed = 0; passed < 200; passed += 1) {
        chain.sockets[0]!.hangUp((chain.slot += 1));
        await second();
      }
      expect(scans()).to.be.within(4, 6);
    });

    it("given slots, when one was left out, then the finder scans; not when slots are skipped, on a fork, late or repeated", async () => {
      await finder.start();
      for (let passed = 0; passed < 12; passed += 1) {
        await second();
        chain.sockets[0]!.tellSlot((chain.slot += 1));
      }
      const { slot } = chain;
      const [socket] = chain.sockets;
      socket!.tellSlot(slot + 4, slot);
      socket!.tellSlot(slot + 5, slot + 4);
      socket!.tellSlot(slot + 5, slot + 4);
      socket!.tellSlot(slot + 3, slot + 2);
      socket!.tellSlot(slot + 6, slot + 3);
      await second();
      expect(scans()).to.equal(1);
      socket!.tellSlot(slot + 9, slot + 8);
      await second();
      expect(scans()).to.equal(2);
    });

    it("given a websocket that never opens, when time passes, then scans find the changes", async () => {
      chain.isSilent = true;
      const started = finder.start();
      timers.pass(3_000);
      await started;
      await putPolicy(chain, "untold");
      for (let passed = 0; passed < 60; passed += 1) await second();
      expect(await stored("untold")).not.to.equal(undefined);
      expect(scans()).to.be.within(3, 7);
      expect(live()).to.have.length(1);
    });

    it("given a policy that was paid, when no websocket reports it, then it is read at once; otherwise its news is enough", async () => {
      const address = await putPolicy(chain, "a");
      await finder.start();
      const reads = () =>
        chain.calls.filter(({ method }) => method === "getMultipleAccounts").length;
      const before = reads();
      finder.changed(address.toBase58(), chain.slot);
      await finder.flush();
      expect(reads()).to.equal(before);
      for (const tell of chain.sockets[0]!.hangUps) tell();
      chain.isMissing = true;
      await putPolicy(chain, "a", policy({ currentMilestone: 1 }));
      finder.changed(address.toBase58(), chain.slot);
      await finder.flush();
      expect(await stored("a")).to.deep.include({ milestoneIndex: 1, seenSlot: chain.slot });
      expect(reads()).to.equal(before + 1);
    });

    it("given a socket that takes its time to open, when the finder starts, then it scans once there is news, or after a while without", async () => {
      chain.isSilent = true;
      const started = finder.start();
      await heardOf();
      timers.pass(2_000);
      await heardOf();
      expect(scans()).to.equal(0);
      await putPolicy(chain, "early");
      chain.sockets[0]!.tellSlot(chain.slot);
      await started;
      expect(scans()).to.equal(1);
      await finder.stop();
      const patient = makeFinder();
      const late = patient.start();
      timers.pass(3_000);
      await late;
      expect(scans()).to.equal(2);
      // The socket did not report what happened between that scan and its first slot.
      chain.isMissing = true;
      await putPolicy(chain, "between");
      chain.isMissing = false;
      timers.pass(6_000);
      chain.sockets[1]!.tellSlot(chain.slot);
      timers.pass(4_000);
      await patient.reconcileWhenDue();
      expect(scans()).to.equal(3);
      expect(await stored("between")).not.to.equal(undefined);
      await patient.stop();
    });

    it("given a deleted policy, which makes no news, when the next scan comes, then it is removed", async () => {
      const address = await putPolicy(chain, "a");
      await finder.start();
      chain.delete(address);
      timers.pass(601_000);
      await finder.reconcileWhenDue();
      expect(await stored("a")).to.equal(undefined);
    });

    it("given news of the program's pause, when the next tick comes, then it scans", async () => {
      await putPolicy(chain, "a");
      await finder.start();
      chain.set(CONFIG, await bytesOf("programConfig", config({ isPaused: 1 })));
      await finder.reconcileWhenDue();
      expect(await stored("a")).to.deep.include({ reason: "ProgramPaused" });
    });

    it("given a finder, when it has stopped, then nothing listens and no timer runs", async () => {
      await finder.start();
      await finder.stop();
      const requests = chain.calls.length;
      expect(chain.sockets[0]).to.deep.include({ isClosed: true });
      expect(chain.sockets[0]!.listeners).to.equal(0);
      timers.pass(3_600_000);
      expect(chain.calls).to.have.length(requests);
      expect(errors).to.deep.equal([]);
    });
  });
});

describe("chain clock", () => {
  const setUp = () => {
    const chain = new FakeChain();
    const timers = new ManualTimers();
    chain.setTime(NOW);
    return { chain, timers, clock: new ChainClock({ connection: chain.asConnection(), timers }) };
  };

  it("given several callers, when the slot is the same, then one request answers them", async () => {
    const { chain, clock } = setUp();
    const times = await Promise.all([clock.time(), clock.time()]);
    times.push(await clock.time());
    for (const time of times) expect(time).to.deep.equal({ slot: chain.slot, now: NOW });
    expect(chain.calls).to.have.length(1);
  });

  it("given a newer slot or an old reading, when the clock is asked, then it reads again", async () => {
    const { chain, timers, clock } = setUp();
    await clock.time();
    chain.setTime(NOW + 1n);
    expect((await clock.time()).now).to.equal(NOW);
    clock.sawSlot(chain.slot);
    expect((await clock.time()).now).to.equal(NOW + 1n);
    chain.setTime(NOW + 2n);
    timers.pass(400);
    expect((await clock.time()).now).to.equal(NOW + 2n);
  });

  it("given a slot of the far future, when it was reported once, then one request per slot is enough again", async () => {
    const { chain, clock } = setUp();
    clock.sawSlot(FAR);
    await clock.time();
    await clock.time();
    expect(chain.calls).to.have.length(1);
    expect(clock.slot).to.equal(chain.slot);
  });

  it("given an RPC that lags behind, when it answers with an older slot, then time does not go back", async () => {
    const { chain, timers, clock } = setUp();
    await clock.time();
    chain.slot -= 5;
    chain.setTime(NOW - 2n);
    timers.pass(400);
    expect((await clock.time()).now).to.equal(NOW);
  });

  it("given a failing RPC, when the clock is asked, then it rejects, and works again afterwards", async () => {
    const { chain, clock } = setUp();
    chain.onCall = () => {
      throw new Error("503");
    };
    const [refused] = await Promise.allSettled([clock.time()]);
    expect(refused).to.have.nested.property("reason.message", "503");
    chain.onCall = () => undefined;
    expect((await clock.time()).now).to.equal(NOW);
  });
});
