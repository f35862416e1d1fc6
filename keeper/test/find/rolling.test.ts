import { FUNDING_KIND_HELD, getConfigPda, getEscrowPda, PROGRAM_ID } from "@milepost/sdk";
import type { GetProgramAccountsFilter, PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import type { Database } from "@milepost/database";
import { Finder, type FinderOptions } from "../../src/find/finder";
import type { Reconciled } from "../../src/find/reconcile";
import { RpcRateLimitedError } from "../../src/send/rpc-failures";
import { plansOf } from "../../src/store/policies";
import {
  bytesOf,
  config,
  escrow,
  GATEWAY,
  GATEWAY_SIGNER,
  gatewayAccount,
  key,
  policy,
} from "../harness/accounts";
import { FakeChain } from "../harness/fake-chain";
import { ManualTimers } from "../harness/manual-timers";
import { settled } from "../harness/rpc-nodes";
import { migratedDatabase, type TestDatabase, truncate } from "../harness/test-database";

/** Pages of a scan of many policies. */
const PAGES = 256;
const INTERVAL_SECONDS = 1_800;
/** Limit of policies per page that already two policies of the sample exceed. */
const SMALL_PAGE = 1_000;

describe("finding: a rolling reconcile of many policies", () => {
  let test: TestDatabase;
  let database: Database;
  let chain: FakeChain;
  let timers: ManualTimers;
  let finder: Finder;
  let errors: string[];
  let rounds: Pick<Reconciled, "seen" | "removed">[];
  let pauses: number[];

  before(async () => {
    test = await migratedDatabase();
    database = test.database;
  });
  after(() => test.drop());

  beforeEach(async () => {
    await truncate(database);
    chain = new FakeChain();
    timers = new ManualTimers();
    [errors, rounds, pauses] = [[], [], []];
    chain.set(getConfigPda(PROGRAM_ID)[0], await bytesOf("programConfig", config()));
    for (const name of ["a", "b", "c", "d"]) await put(name);
    finder = make();
  });
  afterEach(() => finder.stop());

  function make(options: Partial<FinderOptions> = {}): Finder {
    return new Finder({
      connection: chain.asConnection(),
      programId: PROGRAM_ID,
      database,
      gatewaySigners: [],
      timers,
      pageSize: SMALL_PAGE,
      clock: { slot: 1_000, sawSlot: () => undefined },
      connect: chain.connect,
      pause: async (milliseconds) => void pauses.push(milliseconds),
      onError: (task, error) => errors.push(`${task}: ${(error as Error).message}`),
      onReconciled: ({ seen, removed }) => rounds.push({ seen, removed }),
      ...options,
    });
  }

  async function put(name: string, milestone = {}, others = {}): Promise<PublicKey> {
    const address = key(name);
    const account = policy(milestone, { recipient: key(`to ${name}`), bump: 247, ...others });
    chain.set(address, await bytesOf("paymentPolicy", account));
    return address;
  }

  /** Passes seconds while the websocket is alive, each with the page that falls into it. */
  async function pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 1) {
      chain.sockets.at(-1)?.tellSlot(chain.slot);
      timers.pass(1_000);
      await finder.reconcileWhenDue();
    }
  }

  const scanned = () => chain.calls.filter(({ method }) => method === "getProgramAccounts").length;
  const stored = async (name: string) => (await plansOf(database, [key(name).toBase58()]))[0];

  /** Returns the filters of each request for a page from now on. */
  function filtersOfPages(also: (page: string) => void = () => undefined): string[] {
    const pages: string[] = [];
    chain.onCall = (method, argument) => {
      if (method !== "getProgramAccounts") return;
      const { filters, dataSlice } = argument as {
        filters: GetProgramAccountsFilter[];
        dataSlice?: object;
      };
      if (!dataSlice) return;
      pages.push(JSON.stringify(filters.slice(2)));
      also(pages.at(-1)!);
    };
    return pages;
  }

  it("given many policies, when they are scanned at the start, then all pages are read at once, and then one per seven seconds", async () => {
    await finder.start();
    expect(scanned()).to.equal(1 + PAGES);
    expect(rounds).to.deep.equal([{ seen: 4, removed: 0 }]);
    await pass(70);
    // The sample comes on top.
    expect(scanned() - 1 - PAGES).to.be.within(9, 11);
    expect(errors).to.deep.equal([]);
  });

  it("given many policies, when the interval is over, then each page was read once more, and a round has ended", async () => {
    await finder.start();
    const pages = filtersOfPages();
    await pass(INTERVAL_SECONDS);
    expect(pages).to.have.length(PAGES);
    expect(new Set(pages).size).to.equal(PAGES);
    expect(rounds).to.deep.equal([
      { seen: 4, removed: 0 },
      { seen: 4, removed: 0 },
    ]);
  });

  it("given a deleted policy and one that the RPC leaves out, when a round ends, then only the deleted one is removed, not earlier", async () => {
    await finder.start();
    chain.delete(key("a"));
    chain.hidden.add(key("b").toBase58());
    await pass(INTERVAL_SECONDS / 2);
    expect(await stored("a")).not.to.equal(undefined);
    await pass(INTERVAL_SECONDS / 2);
    expect(await stored("a")).to.equal(undefined);
    expect(await stored("b")).to.deep.include({ seenSlot: chain.slot });
    expect(rounds.at(-1)).to.deep.equal({ seen: 2, removed: 1 });
  });

  it("given a page that fails, when 15 seconds have passed, then that page is read again, and the others are not", async () => {
    await finder.start();
    let failures = 2;
    const pages = filtersOfPages(() => {
      if (pages.length >= 5 && failures-- > 0) throw new Error("502");
    });
    await pass(INTERVAL_SECONDS);
    expect(errors).to.deep.equal(["reconcile: 502", "reconcile: 502"]);
    expect(pages[5]).to.equal(pages[4]);
    expect(pages[6]).to.equal(pages[4]);
    expect(new Set(pages).size).to.equal(pages.length - 2);
  });

  it("given a first scan whose page fails, when 15 seconds have passed, then it continues with that page", async () => {
    let failures = 1;
    const pages = filtersOfPages(() => {
      if (pages.length === 100 && failures-- > 0) throw new Error("502");
    });
    await finder.start();
    expect(finder.isReady).to.equal(false);
    expect(pages).to.have.length(100);
    await pass(15);
    expect(finder.isReady).to.equal(true);
    expect(pages).to.have.length(PAGES + 1);
    expect(pages[100]).to.equal(pages[99]);
    expect(rounds).to.deep.equal([{ seen: 4, removed: 0 }]);
    expect(scanned()).to.equal(1 + PAGES + 1);
  });

  it("given news that was missed after a page has failed, when the scan has continued to its end, then everything is scanned once more", async () => {
    let failures = 1;
    const pages = filtersOfPages(() => {
      if (pages.length === 100 && failures-- > 0) throw new Error("502");
    });
    await finder.start();
    chain.isMissing = true;
    await put("e");
    chain.isMissing = false;
    chain.sockets[0]!.hangUp((chain.slot += 1));
    await pass(10);
    expect(pages).to.have.length(PAGES + 1);
    await pass(10);
    // In between comes the first page of a round.
    expect(pages).to.have.length(PAGES + 1 + 1 + PAGES);
    expect(await stored("e")).not.to.equal(undefined);
  });

  it("given a request for a scan after a page has failed, when it is due, then it starts with the first page", async () => {
    let failures = 1;
    const pages = filtersOfPages(() => {
      if (pages.length === 100 && failures-- > 0) throw new Error("502");
    });
    await finder.start();
    finder.requestReconcile();
    await finder.reconcileWhenDue();
    expect(pages).to.have.length(100 + PAGES);
    expect(pages[100]).to.equal(pages[0]);
  });

  it("given an RPC that asks for minutes, when a page is refused, then the scan waits that long, repeats the page and goes on", async () => {
    const waits = [120_000, 0, 0, 3_600_000];
    const pages = filtersOfPages(() => {
      const wait = pages.length > 50 ? waits.shift() : undefined;
      if (wait !== undefined)
        throw new RpcRateLimitedError("rpc.example", "getProgramAccounts", wait);
    });
    await finder.start();
    expect(finder.isReady).to.equal(true);
    // Without a wish it doubles, and an hour is too long.
    expect(pauses).to.deep.equal([120_000, 2_000, 4_000, 600_000]);
    expect(pages).to.have.length(PAGES + 4);
    expect(new Set(pages.slice(50, 55)).size).to.equal(1);
    expect(errors[0]).to.equal(
      "reconcile: rpc.example asks for fewer requests (getProgramAccounts). The request is repeated later.",
    );
    expect(errors).to.have.length(4);
  });

  it("given an RPC that refuses one page again and again, when eight refusals have come, then the scan fails, and continues there", async () => {
    let isBusy = true;
    const pages = filtersOfPages(() => {
      if (pages.length >= 50 && isBusy) throw new Error("429 Too Many Requests: slow down");
    });
    await finder.start();
    expect(finder.isReady).to.equal(false);
    expect(pages).to.have.length(49 + 8);
    isBusy = false;
    await pass(15);
    expect(finder.isReady).to.equal(true);
    expect(pages).to.have.length(PAGES + 8);
  });

  it("given a scan that waits for an RPC, when the finder stops, then it ends at once, without an error", async () => {
    await finder.stop();
    finder = make({
      pause: (_, signal) =>
        new Promise((resolve) => signal!.addEventListener("abort", () => resolve())),
    });
    const pages = filtersOfPages(() => {
      if (pages.length === 3)
        throw new RpcRateLimitedError("rpc.example", "getProgramAccounts", 60_000);
    });
    const started = finder.start();
    await settled();
    expect(pages).to.have.length(3);
    const [refusal] = errors.splice(0);
    expect(refusal).to.match(/asks for fewer requests/);
    await finder.stop();
    await started;
    expect(pages).to.have.length(3);
    expect(errors).to.deep.equal([]);
  });

  it("given a round under way, when news was missed, then everything is scanned at once, and the next round begins anew", async () => {
    await finder.start();
    await pass(60);
    chain.isMissing = true;
    await put("e");
    chain.isMissing = false;
    const pages = filtersOfPages();
    chain.sockets[0]!.hangUp((chain.slot += 1));
    await pass(1);
    expect(await stored("e")).not.to.equal(undefined);
    expect(pages).to.have.length(PAGES);
    await pass(8);
    expect(pages).to.have.length(PAGES + 1);
    expect(pages[PAGES]).to.equal(pages[0]);
  });

  it("given held policies on one page, when it is read in the background, then it pauses between the reads of their escrows; at the start it does not", async () => {
    for (let index = 0; index < 120; index += 1) {
      const held = { fundingKind: FUNDING_KIND_HELD, recipient: key("one"), userPayment: key("1") };
      const address = await put(`held ${index}`, { releaseCondition: 4 }, held);
      chain.set(getEscrowPda(address, PROGRAM_ID)[0], await bytesOf("escrow", escrow(address)));
    }
    await finder.start();
    expect(pauses).to.deep.equal([]);
    await pass(INTERVAL_SECONDS);
    // Three reads of up to 50 policies.
    expect(pauses).to.deep.equal([250, 250]);
  });

  it("given a gateway that is created during a round, when the keeper has its key, then its policies are planned within ten minutes", async () => {
    await finder.stop();
    finder = make({ gatewaySigners: [GATEWAY_SIGNER] });
    await put("a", { releaseCondition: 2 }, { gateway: GATEWAY });
    await finder.start();
    expect(await stored("a")).to.deep.include({ reason: "GatewayMustSign" });
    chain.set(GATEWAY, await bytesOf("paymentGateway", gatewayAccount()));
    await pass(610);
    expect(await stored("a")).to.deep.include({ state: "scheduled" });
  });

  it("given an interval of its own, when policies are many, then a page comes once a second at most", async () => {
    await finder.stop();
    finder = make({ reconcileMs: 10_000 });
    await finder.start();
    const before = scanned();
    await pass(20);
    expect(scanned() - before).to.equal(20 + 1);
  });
});
