import { expect } from "chai";
import { openServer, type Server } from "@milepost/database/testing";
import { CliProcess } from "../harness/cli-process";
import { migrate } from "../../src/store/database";
import { MIGRATIONS } from "../../src/store/migrations";
import { FaultWorld } from "./fault-world";
import { result, RpcProxy } from "./rpc-proxy";

const DAY_MS = 86_400_000;
const HOUR = 3_600n;

const newest = MIGRATIONS[MIGRATIONS.length - 1]!;
const NEWER = {
  major: newest.major,
  minor: newest.minor + 1,
  sql: `
    ALTER TABLE milepost_keeper.policies ADD COLUMN note text;
    ALTER TABLE milepost_keeper.attempts ADD COLUMN note text;
    ALTER TABLE milepost_keeper.attempt_members ADD COLUMN note text NOT NULL DEFAULT 'old';
    ALTER TABLE milepost_keeper.outcomes ADD COLUMN note text NOT NULL DEFAULT 'old';
    CREATE TABLE milepost_keeper.notes (note text PRIMARY KEY)`,
};

describe("faults: processes", () => {
  let server: Server;
  let world: FaultWorld;
  let proxy: RpcProxy;
  before(async () => {
    server = await openServer();
  });
  after(() => server?.stop());
  beforeEach(async () => {
    world = await FaultWorld.open(server);
    proxy = await RpcProxy.open(world.rpcUrl);
  });
  afterEach(async () => {
    await world.close();
    await proxy.close();
  });

  const through = () => ({ urls: [proxy.url], wsUrl: proxy.wsUrl });

  /** Drops every transaction until it is healed; resolves when the first one arrived. */
  function dropAll(): Promise<void> {
    return new Promise((resolve) => {
      proxy.fault = async (request, next) => {
        if (request.method !== "sendTransaction") return next();
        resolve();
        return result(request, "1".repeat(64));
      };
    });
  }

  it("given SIGTERM while a transaction is under way, when it lands in time, then it is recorded before the keeper ends", async () => {
    const policies = await world.due(1, 1);
    const isSent = dropAll();
    const keeper = world.keeper(through());
    await isSent;
    keeper.kill("SIGTERM");
    await keeper.line("stopping");
    expect(await world.attempts()).to.deep.equal(["signed"]);
    proxy.heal();
    expect(await keeper.exit, keeper.output).to.equal(0);
    expect(keeper.lines.at(-1)).to.include({ msg: "stopped", isQuiet: true });
    await world.expectPaidOnce(policies);
  });

  it("given SIGTERM while a transaction is under way, when it does not land in time, then the leases are free and the next keeper sends the same bytes", async () => {
    const policies = await world.due(1, 1);
    const isSent = dropAll();
    const keeper = world.keeper({ ...through(), stopMs: 500 });
    await isSent;
    keeper.kill("SIGTERM");
    expect(await keeper.exit, keeper.output).to.equal(1);
    expect(await world.attempts()).to.deep.equal(["signed"]);
    proxy.heal();
    // No time passes for the leases.
    await world.keepUntilOver(policies);
    await world.expectPaidOnce(policies);
    expect(await world.attempts()).to.deep.equal(["landed"]);
  });

  it("given two keepers on one Postgres, when they work side by side, then each milestone is paid once and neither pays for a second transaction", async () => {
    const keepers = [world.keeper(), world.keeper()];
    await Promise.all(keepers.map((keeper) => keeper.line("started")));
    const policies = await world.due(...Array.from({ length: 12 }, () => 2));
    await world.untilOver(policies, ...keepers);
    for (const keeper of keepers) await world.end(keeper);
    await world.expectPaidOnce(policies);
    for (const policy of policies) expect(await world.failures(policy)).to.equal(0);
    const told = keepers.reduce((sum, keeper) => sum + keeper.count("milestone paid"), 0);
    expect(told).to.equal(24);
  });

  it("given two keepers on one Postgres, when one is killed while it holds a lease, then the other one pays its policies", async () => {
    const policies = await world.due(2, 1);
    const victim = world.keeper({ crashAt: "after-send" });
    expect(await victim.exit, victim.output).to.equal("SIGKILL");
    const other = world.keeper();
    await other.line("started");
    const fresh = await world.due(1);
    // Policies without a lease do not wait for the dead keeper.
    await other.line((line) => line.policy === fresh[0]!.address.toBase58());
    await world.elapse(400);
    await world.untilOver([...policies, ...fresh], other);
    await world.end(other);
    await world.expectPaidOnce([...policies, ...fresh]);
  });

  it("given two keepers on one Postgres, when one is killed while it holds a lease, then the other one pays its policies soon after the lease expires by the database's clock", async () => {
    const policies = await world.due(2, 1);
    const victim = world.keeper({ crashAt: "before-sign", leaseSeconds: 5 });
    expect(await victim.exit, victim.output).to.equal("SIGKILL");
    const [killed] = await world.database.query<{ at: Date }>("SELECT now() AS at");
    const other = world.keeper({ leaseSeconds: 5 });
    // Only the database's own time passes.
    await world.untilOver(policies, other);
    await world.end(other);
    await world.expectPaidOnce(policies);
    const [last] = await world.database.query<{ seconds: number }>(
      `SELECT extract(epoch FROM max(recorded_at) - $1::timestamptz)::float8 AS seconds
       FROM milepost_keeper.outcomes`,
      [killed!.at],
    );
    // The rest of the lease, and at most five seconds until the next check; leases used to be 300 seconds.
    expect(last!.seconds).to.be.within(2, 45);
  });

  it("given a transaction that is on its way for longer than a lease, when its keeper lives, then no other keeper takes over, and it is paid once", async () => {
    const policies = await world.due(1);
    const isSent = dropAll();
    const busy = world.keeper({ ...through(), leaseSeconds: 5 });
    await isSent;
    // It also drops the other keeper's transactions.
    const other = world.keeper({ ...through(), leaseSeconds: 5 });
    await other.line("started");
    const lease = async () => {
      const [job] = await world.database.query<{ began: string; isOld: boolean; taken: number }>(
        `SELECT started_on::text AS began, retry_count AS taken,
           started_on < now() - interval '11 seconds' AS "isOld" FROM milepost_keeper_queue.job`,
      );
      return job!;
    };
    const { began } = await lease();
    await world.until(async () => (await lease()).isOld, busy, other);
    expect(await lease()).to.deep.equal({ began, isOld: true, taken: 0 });
    proxy.heal();
    await world.untilOver(policies, busy, other);
    for (const keeper of [busy, other]) await world.end(keeper);
    await world.expectPaidOnce(policies);
    expect(await world.attempts()).to.deep.equal(["landed"]);
  });

  it("given a keeper at work, when a newer one changes the schema under it, then both go on, and each milestone is paid once", async () => {
    const older = world.keeper();
    await older.line("started");
    const first = await world.due(2, 2, 1);
    await older.line("milestone paid");
    // A minor version may add columns and tables that the older code does not know.
    await migrate(world.database, [...MIGRATIONS, NEWER]);
    const newer = world.keeper();
    await newer.line("started");
    const policies = [...first, ...(await world.due(2, 1, 1, 1))];
    await world.untilOver(policies, older, newer);
    for (const keeper of [older, newer]) await world.end(keeper);
    await world.expectPaidOnce(policies);
    const [row] = await world.database.query(
      "SELECT count(*) FILTER (WHERE note = 'old') AS noted, count(*) AS paid FROM milepost_keeper.outcomes",
    );
    expect(row).to.deep.equal({ noted: "10", paid: "10" });
  });

  it("given a keeper at work, when a newer one changes the schema to one that it does not know, then it stops within a minute with exit code 2 and says why", async () => {
    const newer = { major: newest.major + 1, minor: 0, sql: "SELECT 1" };
    const keeper = CliProcess.start([
      ...["--url", world.rpcUrl, "--keypair", world.keypair, "--metrics-port", "off"],
      ...["--database-url", world.databaseUrl],
    ]);
    try {
      await keeper.line("chain scanned");
      await migrate(world.database, [...MIGRATIONS, newer]);
      const [migrated] = await world.database.query<{ at: Date }>("SELECT now() AS at");
      expect(await keeper.exit, keeper.text).to.equal(2);
      const [ended] = await world.database.query<{ seconds: number }>(
        "SELECT extract(epoch FROM now() - $1::timestamptz)::float8 AS seconds",
        [migrated!.at],
      );
      expect(ended!.seconds).to.be.lessThan(60);
      expect(keeper.errors).to.equal(
        `milepost-keeper: the keeper's database has schema ${newer.major}.0, this keeper knows ` +
          `${newest.major}.${newest.minor}: run a keeper of version ${newer.major}, or give this one its own database\n`,
      );
    } finally {
      await keeper.end();
    }
  });

  it("given an empty fee payer, when it gets SOL, then each milestone is paid once, and no policy was blamed before", async () => {
    const policies = await world.due(2, 1);
    const { publicKey } = world.payer;
    const rich = await world.chain.net.connection.getBalance(publicKey);
    await world.spend(rich);
    const keeper = world.keeper();
    await keeper.line(({ reason }) => reason === "FeePayerShort");
    expect(await world.attempts()).to.deep.equal([]);
    await world.chain.net.connection.requestAirdrop(publicKey, rich);
    await world.untilOver(policies, keeper);
    await world.end(keeper);
    await world.expectPaidOnce(policies);
    for (const policy of policies) expect(await world.failures(policy)).to.equal(0);
  });

  for (const [name, clockSkewMs] of [
    ["fast", DAY_MS],
    ["slow", -DAY_MS],
  ] as const) {
    it(`given a local clock that is a day ${name}, when the keeper runs, then it pays what is due by the chain's clock and nothing else`, async () => {
      const due = await world.due(1);
      const young = await world.policies(1);
      const keeper = await world.keepOnce({ ...through(), clockSkewMs });
      const skewed = Date.parse(String(keeper.lines[0]!.time)) - Date.now();
      expect(Math.abs(skewed - clockSkewMs)).to.be.lessThan(DAY_MS / 24);
      await world.expectPaidOnce(due);
      expect(await world.payments(young[0]!)).to.deep.equal([]);
      await world.chain.pass(HOUR);
      await world.keepOnce({ ...through(), clockSkewMs });
      await world.expectPaidOnce([...due, ...young]);
      expect(proxy.count("sendTransaction")).to.equal(2);
    });
  }
});
