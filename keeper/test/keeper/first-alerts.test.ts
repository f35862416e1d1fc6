/** Alerts at the start of a keeper, beside another keeper of the database. */
import { getConfigPda, PROGRAM_ID } from "@milepost/sdk";
import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import type { Database } from "@milepost/database";
import { createKeeper, type Keeper } from "../../src/keeper";
import { openQueue } from "../../src/queue/leases";
import { createLog } from "../../src/observe/log";
import { createMetrics } from "../../src/observe/metrics";
import { databaseTime, recordWork, workOf } from "../../src/store/shared-work";
import { bytesOf, config } from "../harness/accounts";
import { FakeChain } from "../harness/fake-chain";
import { ManualTimers } from "../harness/manual-timers";
import { NOW } from "../harness/plans";
import { migratedDatabase, type TestDatabase, truncate } from "../harness/test-database";

const ALERTS = "alerts";

describe("keeper: the first alerts", () => {
  let test: TestDatabase;
  let database: Database;
  let timers: ManualTimers;
  let keeper: Keeper;
  /** Time before the start of the keeper, by the database. */
  let startedAt: string;

  before(async () => {
    test = await migratedDatabase();
    database = test.database;
  });
  after(() => test.drop());

  beforeEach(() => truncate(database));
  afterEach(() => keeper.stop());

  async function start(isShared: boolean): Promise<void> {
    const chain = new FakeChain();
    chain.set(getConfigPda(PROGRAM_ID)[0], await bytesOf("programConfig", config()));
    chain.setTime(NOW);
    timers = new ManualTimers();
    keeper = createKeeper({
      database,
      isShared,
      timers,
      queue: await openQueue(database),
      connection: chain.asConnection(),
      connect: chain.connect,
      feePayer: Keypair.generate(),
      log: createLog({ destination: { write: () => undefined } }),
      metrics: createMetrics(),
    });
    startedAt = await databaseTime(database);
    await keeper.start();
  }

  /** Notes alerts of another keeper, so many seconds ago. */
  async function raisedByAnother(secondsAgo: number): Promise<void> {
    const [row] = await database.query<{ time: string }>(
      "SELECT (clock_timestamp() - make_interval(secs => $1))::text AS time",
      [secondsAgo],
    );
    await recordWork(database, ALERTS, row!.time);
  }

  const hasRaised = async () => (await workOf(database, ALERTS, startedAt))?.isLater ?? false;

  /** Resolves once the keeper has raised alerts. */
  async function raised(): Promise<void> {
    while (!(await hasRaised())) await new Promise(setImmediate);
  }

  it("given no alerts of another keeper, when a keeper starts, then it raises alerts at once", async () => {
    await start(true);
    expect(await hasRaised()).to.equal(true);
  });

  it("given alerts of another keeper just now, when a keeper starts, then it raises alerts a minute later", async () => {
    await raisedByAnother(1);
    await start(true);
    expect(await hasRaised()).to.equal(false);
    timers.pass(60_000);
    await raised();
  });

  it("given alerts of more than a minute ago, when a keeper starts, then it raises alerts at once", async () => {
    await raisedByAnother(61);
    await start(true);
    expect(await hasRaised()).to.equal(true);
  });

  it("given a keeper that has the database alone, when it starts again, then it raises alerts at once", async () => {
    await raisedByAnother(1);
    await start(false);
    expect(await hasRaised()).to.equal(true);
  });
});
