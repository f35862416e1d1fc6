/** Each part that a process starts by itself: a test per part, which fails when nothing starts it. */
import { expect } from "chai";
import type { TestDatabase } from "@milepost/database/testing";
import { Registry } from "prom-client";
import { createAccount, createKey } from "../../src/keys/store";
import { createLog } from "../../src/observe/log";
import { createMetrics } from "../../src/observe/metrics";
import { type RunningGateway, startGateway } from "../../src/process/start-gateway";
import { insertReconciliation } from "../../src/reconciliation/store";
import { createSecrets } from "../../src/secrets/process-secrets";
import { type Receiver, startReceiver } from "../harness/receiver";
import { type MailServer, startMailServer } from "../harness/reminder-world";
import { type Sandbox, startSandbox } from "../harness/sandbox";
import { openTestDatabase } from "../harness/test-database";

const HOUR_MS = 3_600_000;

describe("a gateway's process", () => {
  let opened: TestDatabase;
  let sandbox: Sandbox;
  let mail: MailServer;
  let receiver: Receiver;
  let gateway: RunningGateway | null = null;
  let accountId: string;
  let key: string;
  before(async () => {
    opened = await openTestDatabase();
    [sandbox, mail, receiver] = await Promise.all([
      startSandbox(),
      startMailServer(),
      startReceiver(),
    ]);
    accountId = await createAccount(opened.database, "Platform", new Date());
    const owner = { accountId, mode: "test" as const, name: "test", scopes: null };
    key = (await createKey(opened.database, owner, new Date())).text;
  });
  after(async () => {
    await Promise.all([receiver.close(), mail.close(), sandbox.close()]);
    await opened.drop();
  });
  afterEach(async () => {
    await gateway?.stop();
    gateway = null;
    receiver.received.length = 0;
    receiver.answer = (response) => void response.writeHead(200).end();
  });

  const start = async () => {
    gateway = await startGateway({
      database: opened.database,
      chains: { test: sandbox.chain },
      secrets: createSecrets([Buffer.alloc(32, 7)]),
      log: createLog({ level: "silent" }),
      listen: { host: "127.0.0.1", port: 0 },
      operator: { host: "127.0.0.1", port: 0 },
      notifications: { mail: mail.transport, administrators: ["ops@example.com"] },
      metrics: createMetrics(new Registry()),
    });
    return gateway;
  };
  const post = async (path: string, body?: object) => {
    const answer = await fetch(`${gateway!.url}/v1${path}`, {
      method: "POST",
      headers: { "x-api-key": key },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    // JSON of an answer: a test asserts what is in it.
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    return (await answer.json()) as any;
  };
  const metrics = async () =>
    (await fetch(`http://127.0.0.1:${gateway!.operatorPort}/metrics`)).text();
  /** Asks until it holds; the test's time limit ends the wait. */
  const until = async (holds: () => Promise<boolean>) => {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const query = <Row>(text: string, values: unknown[] = []) =>
    opened.database.query<Row>(text, values);
  const metricOf = async (line: string): Promise<number> => {
    const found = (await metrics()).split("\n").find((each) => each.startsWith(`${line} `));
    return Number(found?.slice(line.length) ?? NaN);
  };

  it("delivers webhooks and counts the attempts", async () => {
    await start();
    await post("/webhook-endpoints", { url: receiver.url });
    await post("/payment-intents", {
      amount: "1.00",
      currency: "USDC",
      type: "DELIVERY_VS_PAYMENT",
      settlementMethod: "ON_CHAIN",
      settlementDestination: "payee",
    });
    await until(async () => receiver.received.length > 0);
    const attempts = 'milepost_gateway_webhook_attempts_total{outcome="delivered"}';
    await until(async () => (await metricOf(attempts)) >= 1);
    expect(await metrics()).to.match(/^milepost_gateway_webhook_pending \d+$/m);
  });

  it("notifies the administrators, in the inbox and by mail, that an endpoint fails", async () => {
    await start();
    receiver.answer = (response) => void response.writeHead(500).end();
    const endpoint = await post("/webhook-endpoints", { url: receiver.url });
    await query("UPDATE milepost_gateway.webhook_endpoints SET failing_since = $2 WHERE id = $1", [
      endpoint.id,
      new Date(Date.now() - 25 * HOUR_MS),
    ]);
    await post(`/webhook-endpoints/${endpoint.id}/test`);
    await until(async () => mail.mails.length > 0);
    const [sent] = mail.mails.splice(0);
    expect([sent!.to, sent!.subject]).to.deep.equal([
      "ops@example.com",
      `Your webhook endpoint ${endpoint.id} is failing`,
    ]);
    const [row] = await query("SELECT kind, person_id FROM milepost_gateway.notifications");
    expect(row).to.deep.equal({ kind: "webhook_endpoint", person_id: null });
    await query("DELETE FROM milepost_gateway.webhook_endpoints WHERE id = $1", [endpoint.id]);
  }).timeout(60_000);

  it("reminds people by mail, by the chain's clock", async () => {
    await start();
    const project = await post("/projects", {
      title: "Kitchen",
      projectType: "kitchen_renovation",
      amount: "1000.00",
      currency: "USDC",
      homeowner: { name: "Ada", email: "ada@example.com" },
      contractor: { name: "Ben" },
      mediator: { name: "Cleo" },
    });
    await post(`/projects/${project.id}/finalize`, { party: project.homeowner.id });
    const time = await sandbox.chain.time();
    sandbox.setTime(time + 25n * 3_600n);
    await gateway!.stop();
    // A process looks as soon as it starts.
    await start();
    await until(async () => mail.mails.length > 0);
    const [sent] = mail.mails.splice(0);
    expect(sent!.to).to.equal("ada@example.com");
    expect(sent!.subject).to.match(/Kitchen|Fund/);
  });

  it("reconciles once per day, and shows the newest run of any process as metrics", async () => {
    await query("DELETE FROM milepost_gateway.reconciliation_differences");
    await query("DELETE FROM milepost_gateway.reconciliations");
    await start();
    await until(async () => {
      const rows = await query(
        "SELECT 1 FROM milepost_gateway.reconciliations WHERE state = 'done' AND trigger = 'daily'",
      );
      return rows.length === 1;
    });
    expect(await metricOf('milepost_gateway_reconciliation_differences{mode="test"}')).to.equal(0);
    const at = await metricOf('milepost_gateway_reconciliation_timestamp_seconds{mode="test"}');
    expect(Math.abs(Date.now() / 1_000 - at)).to.be.lessThan(60);
    // Another process's run finds a difference.
    const later = new Date(Date.now() + 1_000);
    const of = { mode: "test", accountId: null, trigger: "command" } as const;
    const run = await insertReconciliation(opened.database, of, later);
    await query(
      "UPDATE milepost_gateway.reconciliations SET state = 'done', finished_at = $2, policies = 5 WHERE id = $1",
      [run.id, later],
    );
    for (const field of ["paid", "outstanding"]) {
      await query(
        `INSERT INTO milepost_gateway.reconciliation_differences
           (reconciliation_id, mode, policy, field, account_id, object_id, part, ledger, chain, found_at)
         VALUES ($1, 'test', 'policy', $2, $3, 'intent_1', 0, 1, 2, $4)`,
        [run.id, field, accountId, later],
      );
    }
    expect(await metricOf('milepost_gateway_reconciliation_differences{mode="test"}')).to.equal(1);
    expect(await metricOf('milepost_gateway_reconciliation_policies{mode="test"}')).to.equal(5);
  });

  it("shows the sponsor's balance and the chain's time", async () => {
    await start();
    const balance = await sandbox.chain.connection.getBalance(sandbox.chain.sponsor.publicKey);
    expect(await metricOf('milepost_gateway_sponsor_lamports{mode="test"}')).to.equal(balance);
    const time = Number(await sandbox.chain.time());
    expect(await metricOf('milepost_gateway_chain_time_seconds{mode="test"}')).to.equal(time);
  });

  it("removes idempotency keys, events, signings, wallet challenges and spending once they expire, not before", async () => {
    const ago = (hours: number) => new Date(Date.now() - hours * HOUR_MS);
    const idempotency = (name: string, hours: number) =>
      query(
        `INSERT INTO milepost_gateway.idempotency_keys (account_id, mode, key, fingerprint, status, body, locked_at, created_at)
         VALUES ('a', 'test', $1, 'f', 200, '{}', $2, $2)`,
        [name, ago(hours)],
      );
    const signing = (id: string, hours: number) =>
      query(
        `INSERT INTO milepost_gateway.signings (id, account_id, mode, object_id, purpose, payload, message, message_hash,
           signatures, last_valid_block_height, expires_at, lamports, created_at)
         VALUES ($1, 'a', 'test', 'o', 'p', '{}', 'm', $1, '{}', 1, 1, 1, $2)`,
        [id, ago(hours)],
      );
    const challenge = (id: string, hours: number) =>
      query(
        `INSERT INTO milepost_gateway.wallet_challenges (id, account_id, mode, address, message, created_at, expires_at)
         VALUES ($1, $2, 'test', 'address', 'message', $3, $3)`,
        [id, accountId, ago(hours)],
      );
    const spending = (hours: number) =>
      query(
        "INSERT INTO milepost_gateway.sponsor_spending (account_id, mode, hour, lamports) VALUES ('a', 'test', $1, 1)",
        [Math.floor(Date.now() / HOUR_MS) - hours],
      );
    const event = (id: string, hours: number) =>
      query(
        `INSERT INTO milepost_gateway.events (id, account_id, mode, type, object_id, sequence, data, created_at)
         VALUES ($1, 'a', 'test', 't', $1, 1, '{}', $2)`,
        [id, ago(hours)],
      );
    // More than one batch.
    await query(
      `INSERT INTO milepost_gateway.idempotency_keys (account_id, mode, key, fingerprint, locked_at, created_at)
       SELECT 'a', 'test', 'many' || n, 'f', $1, $1 FROM generate_series(1, 1100) n`,
      [ago(48)],
    );
    await idempotency("old", 25);
    await idempotency("fresh", 23);
    await signing("old", 8 * 24);
    await signing("fresh", 6 * 24);
    await challenge("challenge_old", 8 * 24);
    await challenge("challenge_fresh", 6 * 24);
    await spending(50);
    await spending(1);
    await event("evt_old", 31 * 24);
    await event("evt_fresh", 29 * 24);
    const left = async () => [
      ...(await query<{ id: string }>(
        "SELECT key AS id FROM milepost_gateway.idempotency_keys WHERE account_id = 'a'",
      )),
      ...(await query<{ id: string }>("SELECT id FROM milepost_gateway.signings")),
      ...(await query<{ id: string }>("SELECT id FROM milepost_gateway.wallet_challenges")),
      ...(await query<{ id: string }>(
        "SELECT 'spending' AS id FROM milepost_gateway.sponsor_spending",
      )),
      ...(await query<{ id: string }>(
        "SELECT id FROM milepost_gateway.events WHERE account_id = 'a'",
      )),
    ];
    await start();
    await until(async () => (await left()).length <= 5);
    expect((await left()).map(({ id }) => id)).to.deep.equal([
      "fresh",
      "fresh",
      "challenge_fresh",
      "spending",
      "evt_fresh",
    ]);
  });
});
