import { expect } from "chai";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import { ask, ServeWorld } from "../harness/serve-process";
import { createDatabase, dropDatabase, openServer, type Server } from "@milepost/database/testing";
import { migrate, openDatabase } from "@milepost/database";
import { GATEWAY_SCHEMA, PROGRAM } from "../../src/store/migrations";

describe("milepost-gateway keys and migrate on Postgres", () => {
  let gateway: SandboxGateway;
  let world: ServeWorld;
  let server: Server;
  const created: string[] = [];
  before(async () => {
    server = await openServer();
    gateway = await startSandboxGateway();
    await gateway.outbox.stop();
    world = await ServeWorld.create(gateway);
  });
  after(async () => {
    await world?.remove();
    await gateway?.close();
    for (const url of created) await dropDatabase(server, url);
    await server.stop();
  });
  afterEach(() => world.endAll());

  const keys = (...args: string[]) =>
    world.ended(["keys", ...args, "--database-url", gateway.opened.url!]);
  const emptyDatabase = async (): Promise<string> => {
    const url = await createDatabase(server);
    created.push(url);
    return url;
  };

  it("given an empty database, then keys create makes the tables, an account and a working key, printed once", async () => {
    const url = await emptyDatabase();
    const made = await world.ended([
      ...["keys", "create", "--new-account", "Acme", "--mode", "test", "--name", "First"],
      ...["--database-url", url],
    ]);
    expect(made.code).to.equal(0);
    expect(made.text).to.match(/^sk_test_[0-9a-f]{80}\n$/);
    expect(made.errors).to.match(/^Account acct_\w+ \(Acme\), key [0-9a-f]{16}\. .*\n$/);
    const key = made.text.trim();
    const served = await world.start(["--database-url", url]);
    const { status, body } = await ask(served, key, "GET", "/v1/api-keys");
    expect([status, body.data[0].name]).to.deep.equal([200, "First"]);
    const audit = await ask(served, key, "GET", "/v1/audit-log");
    expect(audit.body.data[0]).to.include({
      action: "key.created",
      keyId: "operator",
      requestId: "command",
    });
    const list = await world.ended(["keys", "list", "--database-url", url]);
    expect(list.text).to.include("First").and.not.include(key.slice(-12));
  });

  it("creates restricted keys of both modes, with an expiry, for an existing account", async () => {
    const made = await keys(
      ...["create", "--account", gateway.accountId, "--mode", "live"],
      ...["--scopes", "intents:read, events:read", "--expires-days", "30"],
    );
    expect(made.text).to.match(/^rk_live_[0-9a-f]{80}\n$/);
    const [, id] = /key ([0-9a-f]{16})/.exec(made.errors)!;
    const row = (await keys("list", "--account", gateway.accountId)).text
      .split("\n")
      .find((line) => line.includes(id!));
    expect(row).to.match(/ live +Operator +rk_live_…\w{4} +intents:read,events:read +never +valid/);
  });

  it("revokes a key by its id, and a process refuses it within two seconds", async () => {
    const made = await keys("create", "--account", gateway.accountId, "--mode", "test");
    const key = made.text.trim();
    const [, id] = /key ([0-9a-f]{16})/.exec(made.errors)!;
    const served = await world.start();
    const statusOf = async () => (await ask(served, key, "GET", "/v1/api-keys")).status;
    expect(await statusOf()).to.equal(200);
    const revoked = await keys("revoke", id!);
    expect([revoked.code, revoked.errors]).to.deep.equal([0, ""]);
    expect(revoked.text).to.match(new RegExp(`^Key ${id} was revoked on .* UTC\\.\n$`));
    const until = performance.now() + 2_000;
    while ((await statusOf()) !== 401) expect(performance.now()).to.be.lessThan(until);
    // Again, and by its whole text: the same time.
    expect((await keys("revoke", key)).text).to.equal(revoked.text);
  });

  for (const [name, args, line] of [
    [
      "no account",
      ["create"],
      "--account is missing: pass the id of an account, or --new-account with a name\n",
    ],
    [
      "both accounts",
      ["create", "--account", "acct_x", "--new-account", "x"],
      "--account and --new-account exclude each other: pass only one of them\n",
    ],
    [
      "an account that does not exist",
      ["create", "--account", "acct_x"],
      "no account has the id acct_x; `keys list` shows the accounts\n",
    ],
    [
      "a key that does not exist",
      ["revoke", "0011223344556677"],
      "no key has this id; `keys list` shows the keys\n",
    ],
  ] as const) {
    it(`given ${name}, then keys exits with 2, says so and changes nothing`, async () => {
      const count = async () =>
        (await gateway.opened.database.query("SELECT 1 FROM milepost_gateway.api_keys")).length;
      const before = await count();
      const { code, text, errors } = await keys(...args);
      expect([code, text, errors]).to.deep.equal([2, "", line]);
      expect(await count()).to.equal(before);
    });
  }

  it("migrate makes the tables, and a second run changes nothing", async () => {
    const url = await emptyDatabase();
    const { major, minor } = GATEWAY_SCHEMA.migrations.at(-1)!;
    for (let turn = 1; turn <= 2; turn += 1) {
      const { code, text } = await world.ended(["migrate", "--database-url", url]);
      expect([code, text]).to.deep.equal([0, `The tables have version ${major}.${minor}.\n`]);
    }
  });

  it("given tables of a newer major version, then migrate and serve exit with 2", async () => {
    const url = await emptyDatabase();
    const database = await openDatabase({ url }, PROGRAM);
    await migrate(database, GATEWAY_SCHEMA);
    await database.query(
      "INSERT INTO milepost_gateway.schema_version (major, minor) VALUES (99, 0)",
    );
    await database.close();
    for (const args of [["migrate", "--database-url", url], world.flags("--database-url", url)]) {
      const { code, errors } = await world.ended(args);
      expect(code).to.equal(2);
      expect(errors).to.match(
        /^the gateway's database has schema 99\.0, this gateway knows 1\.\d+/,
      );
    }
  });

  it("given a database of another chain, then serve and reconcile exit with 2 and name both", async () => {
    const url = await emptyDatabase();
    const database = await openDatabase({ url }, PROGRAM);
    await migrate(database, GATEWAY_SCHEMA);
    await database.query(
      "INSERT INTO milepost_gateway.chains (mode, genesis_hash, program_id, created_at) VALUES ('test', 'other', 'p', now())",
    );
    await database.close();
    const reconcile = ["reconcile", "--url", gateway.localnet.url, "--mode", "test"];
    for (const args of [
      world.flags("--database-url", url),
      [...reconcile, "--database-url", url],
    ]) {
      const { code, errors } = await world.ended(args);
      expect(code).to.equal(2);
      expect(errors).to.match(
        /^--database-url: the test objects in this database belong to chain other/,
      );
      expect(errors).to.include(gateway.chain.genesisHash);
    }
  });
});
