import { expect } from "chai";
import pg from "pg";
import { startPostgres, TcpProxy, type TestPostgres } from "@milepost/database/testing";
import { FaultWorld } from "./fault-world";
import { RpcProxy } from "./rpc-proxy";

/** SQL that makes Postgres answer as it does without room on its disk: "disk_full". */
const DISK_FULL = `
  CREATE FUNCTION milepost_keeper.no_room() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`;

describe("faults: Postgres", () => {
  // This server may be stopped, whichever server other suites use.
  let server: TestPostgres;
  let world: FaultWorld;
  let rpc: RpcProxy;
  let network: TcpProxy;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server?.stop());
  beforeEach(async () => {
    world = await FaultWorld.open(server);
    rpc = await RpcProxy.open(world.rpcUrl);
    network = await TcpProxy.open(world.databaseUrl);
  });
  afterEach(async () => {
    await world.close();
    await Promise.all([rpc.close(), network.close()]);
  });

  const through = () => ({
    urls: [rpc.url],
    wsUrl: rpc.wsUrl,
    databaseUrl: network.url,
    statementTimeoutMs: 3_000,
  });

  /** Runs `happen` when the first transaction is sent, before it lands; resolves after it. */
  function onFirstSend(happen: () => Promise<void> | void): Promise<void> {
    let isFirst = true;
    return new Promise((resolve) => {
      rpc.fault = async (request, next) => {
        if (request.method === "sendTransaction" && isFirst) {
          isFirst = false;
          await happen();
          const answer = await next();
          resolve();
          return answer;
        }
        return next();
      };
    });
  }

  it("given a Postgres that restarts while a transaction is under way, when it is back, then the landed payments are recorded and each milestone is paid once", async () => {
    const policies = await world.due(2, 1);
    const isOver = onFirstSend(() => server.restart());
    const keeper = world.keeper(through());
    await isOver;
    // The leases may have been given back or not, as the connection was gone.
    await world.elapse(400);
    await world.untilOver(policies, keeper);
    await world.end(keeper);
    await world.expectPaidOnce(policies);
    for (const policy of policies) expect(await world.failures(policy)).to.equal(0);
  });

  it("given a network that loses Postgres while a transaction is under way, when it is back, then the landed payments are recorded and each milestone is paid once", async () => {
    const policies = await world.due(2, 1);
    const isOver = onFirstSend(() => {
      network.isRefusing = true;
      network.hangUp();
    });
    const keeper = world.keeper(through());
    await isOver;
    await keeper.line(({ level, task }) => level === "warn" && task === "work");
    expect(await world.attempts()).to.deep.equal(["signed"]);
    network.isRefusing = false;
    await world.elapse(400);
    await world.untilOver(policies, keeper);
    await world.end(keeper);
    await world.expectPaidOnce(policies);
    for (const policy of policies) expect(await world.failures(policy)).to.equal(0);
  });

  it("given a slow Postgres, when the keeper works, then each milestone is paid once", async () => {
    const policies = await world.due(2, 1);
    network.delayMs = 60;
    await world.keepUntilOver(policies, through());
    await world.expectPaidOnce(policies);
  });

  it("given a Postgres that takes longer than a statement may, when it is quick again, then each milestone is paid once", async () => {
    const keeper = world.keeper(through());
    await keeper.line("started");
    const blocking = new pg.Client({ connectionString: world.databaseUrl });
    await blocking.connect();
    await blocking.query("BEGIN; LOCK TABLE milepost_keeper.attempt_members");
    const policies = await world.due(2, 1);
    // The server cancels the statement.
    await keeper.line(({ level, task, err }) => {
      return level === "warn" && task === "work" && /"57014"/.test(JSON.stringify(err));
    });
    expect(rpc.count("sendTransaction")).to.equal(0);
    await blocking.query("COMMIT");
    await blocking.end();
    await world.untilOver(policies, keeper);
    await world.end(keeper);
    await world.expectPaidOnce(policies);
  });

  for (const table of ["attempts", "outcomes"] as const) {
    it(`given a Postgres without room for ${table}, when there is room again, then each milestone is paid once`, async () => {
      const keeper = world.keeper(through());
      await keeper.line("started");
      await world.database.script(`${DISK_FULL};
        CREATE TRIGGER no_room BEFORE INSERT ON milepost_keeper.${table}
          EXECUTE FUNCTION milepost_keeper.no_room()`);
      const policies = await world.due(2, 1);
      await keeper.line(({ level, task }) => level === "warn" && task === "work");
      // A transaction that is not in the journal is not sent.
      if (table === "attempts") expect(rpc.count("sendTransaction")).to.equal(0);
      else expect(await world.attempts()).to.include("signed");
      await world.database.script(`DROP FUNCTION milepost_keeper.no_room CASCADE`);
      await world.untilOver(policies, keeper);
      await world.end(keeper);
      await world.expectPaidOnce(policies);
      for (const policy of policies) expect(await world.failures(policy)).to.equal(0);
    });
  }

  it("given a Postgres that is full of other clients, when they are gone, then each milestone is paid once", async () => {
    const keeper = world.keeper(through());
    await keeper.line("started");
    network.isRefusing = true;
    network.hangUp();
    const others = await takeAllConnections();
    network.isRefusing = false;
    await keeper.line(({ level, err }) => level === "warn" && /"53300"/.test(JSON.stringify(err)));
    await Promise.all(others.map((client) => client.end()));
    const policies = await world.due(2, 1);
    await world.untilOver(policies, keeper);
    await world.end(keeper);
    await world.expectPaidOnce(policies);
  });

  async function takeAllConnections(): Promise<pg.Client[]> {
    const taken: pg.Client[] = [];
    for (;;) {
      const client = new pg.Client({ connectionString: server.url });
      client.on("error", () => undefined);
      try {
        await client.connect();
      } catch (error) {
        expect(error).to.have.property("code", "53300");
        return taken;
      }
      taken.push(client);
    }
  }
});
