/** Several keepers of one database: one that starts beside a living one relies on its scan for a minute. */
import { getConfigPda, PROGRAM_ID } from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import type { Database } from "@milepost/database";
import { Finder, type FinderOptions } from "../../src/find/finder";
import { plansOf } from "../../src/store/policies";
import {
  bytesOf,
  config,
  GATEWAY,
  GATEWAY_SIGNER,
  gatewayAccount,
  key,
  policy,
} from "../harness/accounts";
import { FakeChain } from "../harness/fake-chain";
import { ManualTimers } from "../harness/manual-timers";
import { migratedDatabase, type TestDatabase, truncate } from "../harness/test-database";

const [CONFIG] = getConfigPda(PROGRAM_ID);
const MINUTE_MS = 60_000;
/** Longer than the time between two statements of a keeper that the store is up to date. */
const TELL_MS = 1_100;

describe("finding: shared scans", () => {
  let test: TestDatabase;
  let database: Database;
  let chain: FakeChain;
  let timers: ManualTimers;
  let finders: Finder[];
  let errors: string[];
  /** Milliseconds after which each keeper that relies on another one scans by itself. */
  let relied: number[];
  /** Runs between two reads of another keeper's statement. */
  let meanwhile: () => Promise<unknown>;

  before(async () => {
    test = await migratedDatabase();
    database = test.database;
  });
  after(() => test.drop());

  beforeEach(async () => {
    await truncate(database);
    chain = new FakeChain();
    timers = new ManualTimers();
    [finders, errors, relied] = [[], [], []];
    meanwhile = () => Promise.resolve();
    chain.set(CONFIG, await bytesOf("programConfig", config()));
    await put("a");
  });
  afterEach(async () => {
    await Promise.all(finders.map((finder) => finder.stop()));
    expect(errors).to.deep.equal([]);
  });

  function make(options: Partial<FinderOptions> = {}): Finder {
    const finder = new Finder({
      connection: chain.asConnection(),
      programId: PROGRAM_ID,
      database,
      isShared: true,
      gatewaySigners: [],
      timers,
      clock: { slot: 1_000, sawSlot: () => undefined },
      connect: chain.connect,
      pause: async () => void (await meanwhile()),
      onError: (task, error) => errors.push(`${task}: ${(error as Error).message}`),
      onRelied: (milliseconds) => relied.push(milliseconds),
      ...options,
    });
    finders.push(finder);
    return finder;
  }

  async function put(name: string, milestone = {}): Promise<PublicKey> {
    const address = key(name);
    chain.set(address, await bytesOf("paymentPolicy", policy(milestone)));
    return address;
  }

  /** Starts a keeper that has scanned and tells the others each time that they ask. */
  async function living(): Promise<Finder> {
    const finder = make();
    await finder.start();
    meanwhile = async () => {
      for (const socket of chain.sockets) socket.tellSlot(chain.slot);
      timers.pass(TELL_MS);
      await finder.flush();
    };
    await meanwhile();
    return finder;
  }

  /** Lets the time pass, with slots on each socket so that none counts as dead. */
  async function pass(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 1_000) {
      for (const socket of chain.sockets) socket.tellSlot(chain.slot);
      timers.pass(1_000);
      for (const finder of finders) await finder.reconcileWhenDue();
    }
  }

  const scans = () => chain.calls.filter(({ method }) => method === "getProgramAccounts").length;
  const stored = async (name: string) => (await plansOf(database, [key(name).toBase58()]))[0];

  /** Starts a keeper and returns the number of requests for scans that the start made. */
  async function scansOfStart(finder: Finder): Promise<number> {
    const before = scans();
    await finder.start();
    return scans() - before;
  }

  it("given a living keeper that has just scanned, when another starts, then it is ready without a scan", async () => {
    await living();
    const other = make();
    expect(await scansOfStart(other)).to.equal(0);
    expect(other.isReady).to.equal(true);
    expect(relied).to.have.length(1);
    expect(relied[0]).to.be.within(MINUTE_MS - 20_000, MINUTE_MS);
  });

  it("given a keeper that relies on another one, when news arrives, then it stores the news", async () => {
    const first = await living();
    const other = make();
    await other.start();
    await first.stop();
    await put("b");
    await other.flush();
    expect(await stored("b")).not.to.equal(undefined);
  });

  it("given a change that no keeper heard of, when the first scan is a minute old, then the keeper that relied on it finds the change", async () => {
    const first = await living();
    chain.isMissing = true;
    await put("b");
    chain.isMissing = false;
    const other = make();
    await other.start();
    await first.stop();
    expect(await stored("b")).to.equal(undefined);
    await pass(MINUTE_MS + 1_000);
    expect(await stored("b")).not.to.equal(undefined);
  });

  it("given a killed keeper that has just scanned, when another starts, then it scans at once", async () => {
    const first = await living();
    await first.stop();
    await put("b");
    meanwhile = () => Promise.resolve();
    const other = make();
    expect(await scansOfStart(other)).to.be.greaterThan(0);
    expect(relied).to.deep.equal([]);
    expect(await stored("b")).not.to.equal(undefined);
  });

  it("given a keeper that is killed while another starts, when it has told nothing since, then the other scans", async () => {
    const first = await living();
    meanwhile = () => first.stop();
    expect(await scansOfStart(make())).to.be.greaterThan(0);
    expect(relied).to.deep.equal([]);
  });

  it("given a scan of more than a minute ago, when another keeper starts, then it scans at once", async () => {
    await living();
    await database.query(
      "UPDATE milepost_keeper.shared_work SET begun_at = begun_at - interval '61 seconds'",
    );
    expect(await scansOfStart(make())).to.be.greaterThan(0);
  });

  it("given a keeper that has missed news, when another starts, then it scans at once", async () => {
    await living();
    chain.sockets[0]!.hangUps.forEach((tell) => tell());
    chain.slot += 10;
    chain.sockets[0]!.tellSlot(chain.slot, chain.slot - 1);
    expect(await scansOfStart(make())).to.be.greaterThan(0);
    expect(relied).to.deep.equal([]);
  });

  it("given a keeper whose websocket is silent, when another starts, then it scans at once", async () => {
    const first = await living();
    chain.isSilent = true;
    timers.pass(11_000);
    expect(first.isLive).to.equal(false);
    chain.isSilent = false;
    meanwhile = () => first.flush();
    expect(await scansOfStart(make())).to.be.greaterThan(0);
    expect(relied).to.deep.equal([]);
  });

  it("given a keeper that can't read what its news is about, when another starts, then it scans at once", async () => {
    const first = await living();
    first.escrowChanged(key("a").toBase58(), chain.slot);
    chain.onCall = (method) => {
      if (method === "getMultipleAccounts") throw new Error("no answer");
    };
    expect(await scansOfStart(make())).to.be.greaterThan(0);
    expect(relied).to.deep.equal([]);
    chain.onCall = () => undefined;
    expect(new Set(errors)).to.deep.equal(new Set(["flush: no answer"]));
    errors = [];
  });

  it("given a living keeper with other gateways, when another starts, then it scans at once", async () => {
    chain.set(GATEWAY, await bytesOf("paymentGateway", gatewayAccount()));
    await living();
    const other = make({ gatewaySigners: [GATEWAY_SIGNER] });
    // One of the requests asks for the gateways.
    expect(await scansOfStart(other)).to.be.greaterThan(2);
    expect(relied).to.deep.equal([]);
  });

  it("given a keeper that relies on another one, when the other scans again, then that scan counts for both", async () => {
    const first = await living();
    await make().start();
    first.requestReconcile();
    await first.reconcileWhenDue();
    const before = scans();
    await pass(MINUTE_MS + 1_000);
    expect(scans()).to.equal(before);
    expect(relied).to.have.length(2);
    expect(relied[1]).to.be.greaterThan(8 * MINUTE_MS);
  });

  it("given a keeper that relies on another one, when it misses news, then it scans by itself", async () => {
    await living();
    const other = make();
    await other.start();
    const before = scans();
    chain.slot += 10;
    chain.sockets[1]!.tellSlot(chain.slot, chain.slot - 1);
    timers.pass(11_000);
    await other.reconcileWhenDue();
    expect(scans()).to.be.greaterThan(before);
  });

  it("given a database of one keeper, when another starts, then it scans at once and tells nothing", async () => {
    await living();
    expect(await scansOfStart(make({ isShared: false }))).to.be.greaterThan(0);
  });

  it("given a start that was asked for a scan, when another keeper has just scanned, then it scans", async () => {
    await living();
    const other = make();
    other.requestReconcile();
    expect(await scansOfStart(other)).to.be.greaterThan(0);
  });
});
