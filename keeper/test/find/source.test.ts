import { getConfigPda, PROGRAM_ID } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import type { Database } from "@milepost/database";
import { Finder } from "../../src/find/finder";
import { plannedPolicy } from "../../src/find/policy-slice";
import type { PolicyListener, PolicyPage, PolicySource, ScanRequest } from "../../src/find/source";
import { plansOf } from "../../src/store/policies";
import { bytesOf, config, GATEWAY, GATEWAY_SIGNER, key, policy } from "../harness/accounts";
import { FakeChain } from "../harness/fake-chain";
import { ManualTimers } from "../harness/manual-timers";
import { NOW } from "../harness/plans";
import { migratedDatabase, type TestDatabase, truncate } from "../harness/test-database";

describe("finding: by a source of its own", () => {
  let test: TestDatabase;
  let database: Database;
  let chain: FakeChain;
  let timers: ManualTimers;
  let finder: Finder;
  let errors: string[];
  let seen: number[];
  let listener: PolicyListener;
  let requests: (string | undefined)[];
  /** Replaces the pages of the next scan. */
  let pages: (request: ScanRequest) => AsyncIterable<PolicyPage>;
  let source: PolicySource;

  before(async () => {
    test = await migratedDatabase();
    database = test.database;
  });
  after(() => test.drop());

  beforeEach(async () => {
    await truncate(database);
    chain = new FakeChain();
    timers = new ManualTimers();
    [errors, seen, requests] = [[], [], []];
    chain.set(getConfigPda(PROGRAM_ID)[0], await bytesOf("programConfig", config()));
    pages = async function* () {
      yield page();
    };
    source = {
      isLive: true,
      start: (given) => void (listener = given),
      stop: () => undefined,
      scan: (request) => {
        requests.push(request.from);
        return pages(request);
      },
    };
    finder = make();
  });
  afterEach(() => finder.stop());

  const make = () =>
    new Finder({
      connection: chain.asConnection(),
      programId: PROGRAM_ID,
      database,
      gatewaySigners: [GATEWAY_SIGNER],
      timers,
      source: { ...source, gatewaysOf: async () => [GATEWAY] },
      clock: {
        sawSlot: () => undefined,
        get slot() {
          return chain.slot;
        },
      },
      onError: (task, error) => errors.push(`${task}: ${(error as Error).message}`),
      onReconciled: (result) => seen.push(result.seen),
    });

  async function put(name: string, milestone = {}, others = {}): Promise<string> {
    chain.set(key(name), await bytesOf("paymentPolicy", policy(milestone, others)));
    return key(name).toBase58();
  }

  /** Returns a page with these policies, or all, as they are on chain. */
  function page(names?: string[], next?: string): PolicyPage {
    const all = [...chain.accounts].filter(([, { data }]) => data.length > 300);
    const wanted = names?.map((name) => key(name).toBase58());
    const policies = all
      .filter(([address]) => wanted?.includes(address) ?? true)
      .map(([address, info]) => {
        return { address, policy: plannedPolicy(new PublicKey(address), info, PROGRAM_ID) };
      });
    return { slot: chain.slot, policies, ...(next === undefined ? {} : { next }) };
  }

  const stored = async (name: string) => (await plansOf(database, [key(name).toBase58()]))[0];
  const methods = () => [...new Set(chain.calls.map(({ method }) => method))];
  /** Passes seconds, each with the page that falls into it. */
  async function pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 1) {
      timers.pass(1_000);
      await finder.reconcileWhenDue();
    }
  }

  it("given its scan, when the finder starts, then the policies are planned, also those of its gateways, without getProgramAccounts", async () => {
    await put("a");
    await put("b", { releaseCondition: 2 }, { gateway: GATEWAY });
    await finder.start();
    expect(finder.isReady).to.equal(true);
    expect(await stored("a")).to.deep.include({ state: "scheduled", dueAt: NOW });
    expect(await stored("b")).to.deep.include({ state: "scheduled" });
    expect(methods()).to.deep.equal(["getAccountInfo"]);
    expect(chain.sockets).to.deep.equal([]);
  });

  it("given an event with the account, when it is flushed, then it is stored without a request; without the account, it is read", async () => {
    await finder.start();
    const before = chain.calls.length;
    const [a, b] = [await put("a"), await put("b")];
    listener.policyChanged(a, chain.slot, page(["a"]).policies[0]!.policy);
    await finder.flush();
    expect(await stored("a")).to.deep.include({ state: "scheduled", seenSlot: chain.slot });
    expect(chain.calls).to.have.length(before);
    listener.policyChanged(b, chain.slot);
    await finder.flush();
    expect(await stored("b")).to.deep.include({ state: "scheduled" });
    expect(chain.calls).to.have.length(before + 1);
  });

  it("given an event of a deleted policy, when it is flushed, then the policy is removed", async () => {
    const a = await put("a");
    await finder.start();
    chain.delete(key("a"));
    listener.policyChanged(a, chain.slot);
    await finder.flush();
    expect(await stored("a")).to.equal(undefined);
  });

  it("given a gap or a new config, when the finder hears of it, then it scans again", async () => {
    await finder.start();
    await put("a");
    await pass(10);
    expect(await stored("a")).to.equal(undefined);
    listener.gap();
    await pass(1);
    expect(await stored("a")).not.to.equal(undefined);
    chain.set(getConfigPda(PROGRAM_ID)[0], await bytesOf("programConfig", config({ isPaused: 1 })));
    listener.configChanged(chain.slot);
    await pass(1);
    expect(await stored("a")).to.deep.include({ reason: "ProgramPaused" });
    expect(requests).to.deep.equal([undefined, undefined, undefined]);
  });

  it("given pages without cursors, when one fails, then nothing is removed and the scan begins again", async () => {
    await put("a");
    await put("b");
    await finder.start();
    let isFailing = true;
    chain.delete(key("a"));
    pages = async function* () {
      yield page([]);
      if (isFailing) throw new Error("the index is down");
      yield page(["b"]);
    };
    await pass(600);
    expect(errors).to.deep.equal(["reconcile: the index is down"]);
    expect(await stored("a")).not.to.equal(undefined);
    isFailing = false;
    await pass(15);
    expect(seen).to.deep.equal([2, 1]);
    expect(await stored("a")).to.equal(undefined);
    expect(requests).to.deep.equal([undefined, undefined, undefined]);
  });

  it("given pages with cursors, when one fails, then the scan continues from its cursor", async () => {
    await put("a");
    await put("b");
    let failures = 1;
    pages = async function* ({ from }) {
      if (from === undefined) yield page(["a"], "second");
      if (failures-- > 0) throw new Error("the index is down");
      yield page(["b"]);
    };
    await finder.start();
    expect(finder.isReady).to.equal(false);
    await pass(15);
    expect(seen).to.deep.equal([2]);
    expect(requests).to.deep.equal([undefined, "second", "second"]);
  });

  it("given a page whose cursor leads to itself, when it is scanned, then the scan fails instead of repeating it", async () => {
    pages = async function* ({ from }) {
      yield page([], from ?? "again");
    };
    await finder.start();
    expect(errors).to.deep.equal([
      "reconcile: the source's page has its own cursor as the next one: again",
    ]);
    expect(requests).to.deep.equal([undefined, "again"]);
  });

  it("given a source that fails to start, when the finder starts, then the error is reported and the scan goes on", async () => {
    await put("a");
    source.start = () => Promise.reject(new Error("no stream"));
    finder = make();
    await finder.start();
    expect(errors).to.deep.equal(["subscribe: no stream"]);
    expect(await stored("a")).not.to.equal(undefined);
  });
});
