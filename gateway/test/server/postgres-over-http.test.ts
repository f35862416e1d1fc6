/** The API while its Postgres is lost, full, slow, or ends sessions: an answer says so, and nothing is half done. */
import { migrate, openDatabase } from "@milepost/database";
import {
  createDatabase,
  startPostgres,
  TcpProxy,
  type TestPostgres,
} from "@milepost/database/testing";
import { expect } from "chai";
import { GATEWAY_SCHEMA, PROGRAM } from "../../src/store/migrations";
import { dumpRows } from "../harness/dump";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const INTENT = {
  ...{ amount: "1.00", currency: "USDC", type: "DELIVERY_VS_PAYMENT" },
  ...{ settlementMethod: "ON_CHAIN", settlementDestination: "payee" },
};

/** SQL after which Postgres has no room for another event, as on a full disk. */
const FULL = `
  CREATE FUNCTION public.no_room() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
  CREATE TRIGGER no_room BEFORE INSERT ON milepost_gateway.events
    FOR EACH ROW EXECUTE FUNCTION public.no_room()`;

describe("the API and faults of Postgres", () => {
  // This server is restarted, whichever server other suites use.
  let server: TestPostgres;
  let network: TcpProxy;
  let gateway: TestGateway;
  before(async () => (server = await startPostgres()));
  after(() => server?.stop());
  beforeEach(async () => {
    network = await TcpProxy.open(await createDatabase(server));
    const database = await openDatabase(
      { url: network.url, statementTimeoutMs: 2_000, onError: () => undefined },
      PROGRAM,
    );
    await migrate(database, GATEWAY_SCHEMA);
    const another = () => Promise.reject(new Error("not needed"));
    const drop = () => database.close();
    gateway = await startTestGateway(undefined, {}, { database, url: network.url, another, drop });
  });
  afterEach(async () => {
    network.isRefusing = false;
    network.delayMs = 0;
    await gateway.close();
    await network.close();
  });

  const create = (key: string) =>
    gateway.request("POST", "/v1/payment-intents", INTENT, { "idempotency-key": key });
  const list = () => gateway.request("GET", "/v1/payment-intents");
  const intents = async () => (await dumpRows(gateway.context.database))["payment_intents"]!.length;

  it("given a Postgres that cannot be reached then the answer is 503 with Retry-After, and the same key has one effect once it is back", async () => {
    expect((await list()).status).to.equal(200);
    network.isRefusing = true;
    network.hangUp();
    for (const { status, body, headers } of [await list(), await create("lost")]) {
      expect([status, body.error.code, headers["retry-after"]]).to.deep.equal([
        503,
        "unavailable",
        "1",
      ]);
    }
    network.isRefusing = false;
    expect([(await create("lost")).status, await intents()]).to.deep.equal([201, 1]);
    expect([(await create("lost")).status, await intents()]).to.deep.equal([201, 1]);
  });

  it("given a Postgres that restarts during requests then each has one effect when it is repeated", async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `restart-${index}`);
    const first = keys.map((key) => create(key));
    await server.restart();
    for (const { status } of await Promise.all(first)) expect([201, 503]).to.include(status);
    // A claim whose process lost its session is free after a minute.
    gateway.clock.now += 61_000;
    for (const key of keys) expect((await create(key)).status).to.equal(201);
    expect(await intents()).to.equal(keys.length);
  });

  it("given a full disk then the answer is 5xx and no row of the write stays, and the same key has one effect when there is room", async () => {
    const { database } = gateway.context;
    expect((await list()).status).to.equal(200);
    await database.script(FULL);
    const before = await dumpRows(database);
    const { status } = await create("full");
    expect(status).to.be.within(500, 503);
    expect(await dumpRows(database)).to.deep.equal(before);
    await database.script("DROP TRIGGER no_room ON milepost_gateway.events");
    expect([(await create("full")).status, await intents()]).to.deep.equal([201, 1]);
  });

  it("given a slow Postgres then each request is answered late, and once", async () => {
    network.delayMs = 50;
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => create(`slow-${index}`)),
    );
    expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 201));
    network.delayMs = 0;
    expect(await intents()).to.equal(10);
  });

  it("given a row that another session holds for longer than a statement may take then the request fails within that time, and nothing is half done", async () => {
    const { body } = await create("held");
    const before = await dumpRows(gateway.context.database, ["idempotency_keys"]);
    const other = await openDatabase({ url: network.url }, PROGRAM);
    try {
      await other.transaction(async (transaction) => {
        await transaction.query("SELECT 1 FROM milepost_gateway.payment_intents FOR UPDATE");
        const cancel = await gateway.request("POST", `/v1/payment-intents/${body.id}/cancel`);
        expect(cancel.status).to.be.within(500, 503);
      });
    } finally {
      await other.close();
    }
    expect(await dumpRows(gateway.context.database, ["idempotency_keys"])).to.deep.equal(before);
    const again = await gateway.request("POST", `/v1/payment-intents/${body.id}/cancel`);
    expect([again.status, again.body.status]).to.deep.equal([200, "CANCELED"]);
  });

  it("given sessions that the server ends at any moment then every key has one effect", async () => {
    const keys = Array.from({ length: 60 }, (_, index) => `session-${index}`);
    const killer = await openDatabase({ url: network.url, connections: 1 }, PROGRAM);
    let isOver = false;
    const kill = async () => {
      while (!isOver) {
        await killer
          .query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
          )
          .catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const killing = kill();
    const statuses: number[] = [];
    for (const key of keys) statuses.push((await create(key)).status);
    isOver = true;
    await killing;
    await killer.close();
    for (const status of statuses) expect([201, 503]).to.include(status);
    gateway.clock.now += 61_000;
    for (const key of keys) expect((await create(key)).status).to.equal(201);
    expect(await intents()).to.equal(keys.length);
  });
});
