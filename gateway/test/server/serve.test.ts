import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { RpcProxy } from "../../../keeper/test/faults/rpc-proxy";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import { startMailServer } from "../harness/reminder-world";
import { fileForm, png, sha256 } from "../harness/upload";
import { ask, fundedIntent, type ServeProcess, ServeWorld } from "../harness/serve-process";

const NET = 99_000_000n;

describe("milepost-gateway serve on Postgres", () => {
  let gateway: SandboxGateway;
  let world: ServeWorld;
  before(async () => {
    gateway = await startSandboxGateway();
    world = await ServeWorld.create(gateway);
  });
  after(async () => {
    await world?.remove();
    await gateway?.close();
  });
  afterEach(() => world.endAll());

  const complete = (at: ServeProcess, url: string, signal?: AbortSignal) =>
    ask(at, gateway.keys.test, "POST", `${url}/complete`, { completedBy: "test" }, signal);
  const milestone = async (at: ServeProcess, { path, ids }: { path: string; ids: string[] }) => {
    const { body } = await ask(at, gateway.keys.test, "GET", `${path}/escrow/milestones`);
    return body.data.find(({ id }: { id: string }) => id === ids[0]);
  };
  /** Funds intents, then leaves the work to the processes. */
  const funded = async (count: number, milestones = 1) => {
    const intents = [];
    for (let index = 0; index < count; index += 1) {
      intents.push(await fundedIntent(gateway, milestones));
    }
    await gateway.outbox.stop();
    return intents;
  };
  beforeEach(() => gateway.outbox.start());
  /** Puts a proxy before the chain that holds the next transaction; resolves with what lets it through. */
  const holding = async () => {
    const rpc = await RpcProxy.open(gateway.localnet.url);
    let asked: () => void;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    rpc.fault = async ({ method }, next) => {
      if (method === "sendTransaction") {
        asked();
        await released;
      }
      return next();
    };
    return { rpc, isAsked, release };
  };

  it("serves health, readiness and metrics, and the API to the keys of its mode", async () => {
    await gateway.outbox.stop();
    const served = await world.start();
    const operator = `http://127.0.0.1:${served.operatorPort}`;
    for (const base of [served.url, operator]) {
      expect((await fetch(`${base}/healthz`)).status).to.equal(200);
      const ready = await fetch(`${base}/readyz`);
      expect(await ready.text()).to.equal("ok  database\nok  chain (test)\nok  running\n");
    }
    const metrics = await (await fetch(`${operator}/metrics`)).text();
    expect(metrics).to.match(/^milepost_gateway_jobs\{state="queued"\} 0$/m);
    const { status, headers } = await ask(served, gateway.keys.test, "GET", "/v1/api-keys");
    expect([status, headers.get("ratelimit-limit")]).to.deep.equal([200, "6000"]);
    const [started] = served.lines().filter(({ msg }) => msg === "gateway started");
    expect(started).to.include({ mode: "test", genesisHash: gateway.chain.genesisHash });
    expect(await served.cli.stop()).to.equal(0);
    expect(served.cli.errors).to.equal("");
    expect(served.lines().at(-1)).to.include({ msg: "stopped", isQuiet: true });
  });

  it("serves ChainFreight and ChainPay on their ports, to the same keys", async () => {
    await gateway.outbox.stop();
    const served = await world.start(["--freight-port", "0", "--pay-port", "0"]);
    const { freightUrl, payUrl } = served.lines().find(({ msg }) => msg === "gateway started") as {
      freightUrl?: string;
      payUrl?: string;
    };
    for (const url of [`${freightUrl}/shipments`, `${payUrl}/payment_intents`]) {
      expect((await fetch(url)).status, url).to.equal(401);
      // A browser sends the page's cookie to every port of the host.
      const withCookie = await fetch(url, { headers: { cookie: "milepost_session=abc" } });
      expect(withCookie.status, url).to.equal(401);
      const answer = await fetch(url, { headers: { "x-api-key": gateway.keys.test } });
      expect(answer.status, url).to.equal(200);
    }
    expect(await served.cli.stop()).to.equal(0);
  });

  it("given a request that waits for the chain, when SIGTERM comes, then it is answered and paid, and the exit code is 0", async () => {
    const [intent] = await funded(1);
    const before = await gateway.balance("payee");
    const { rpc, isAsked, release } = await holding();
    const served = await world.start(["--url", rpc.url, "--ws-url", gateway.localnet.wsUrl]);
    const answer = complete(served, `${intent!.path}/escrow/milestones/${intent!.ids[0]!}`);
    await isAsked;
    served.cli.child.kill("SIGTERM");
    await served.cli.until(/"msg":"stopping"/);
    expect(await gateway.balance("payee")).to.equal(before);
    release();
    const { status, body, headers } = await answer;
    expect([status, body.data.status]).to.deep.equal([200, "RELEASED"]);
    expect(headers.get("connection")).to.equal("close");
    expect(await served.cli.exit, served.cli.text).to.equal(0);
    expect((await gateway.balance("payee")) - before).to.equal(NET);
    await rpc.close();
  });

  it("given a running job without a waiting request, when SIGTERM comes, then it finishes, and a new connection is refused", async () => {
    const [intent] = await funded(1);
    const before = await gateway.balance("payee");
    const { rpc, isAsked, release } = await holding();
    const served = await world.start(["--url", rpc.url, "--ws-url", gateway.localnet.wsUrl]);
    const client = new AbortController();
    const answer = complete(
      served,
      `${intent!.path}/escrow/milestones/${intent!.ids[0]!}`,
      client.signal,
    ).catch((error: Error) => error.name);
    await isAsked;
    client.abort();
    expect(await answer).to.equal("AbortError");
    served.cli.child.kill("SIGTERM");
    await served.cli.until(/"msg":"stopping"/);
    const late = await fetch(`${served.url}/healthz`).then(
      ({ status }) => status,
      () => "refused",
    );
    expect(late).to.be.oneOf([503, "refused"]);
    release();
    expect(await served.cli.exit, served.cli.text).to.equal(0);
    expect((await gateway.balance("payee")) - before).to.equal(NET);
    await rpc.close();
    const next = await world.start();
    expect((await milestone(next, intent!)).status).to.equal("RELEASED");
  });

  it("given two processes on one database, then they share requests and jobs, and each milestone is paid once", async () => {
    const intents = await funded(10, 2);
    const before = await gateway.balance("payee");
    const both = await Promise.all([world.start(), world.start()]);
    await Promise.all(
      intents.map(async ({ path, ids }, index) => {
        for (const [step, id] of ids.entries()) {
          const at = both[(index + step) % 2]!;
          const { status, body } = await complete(at, `${path}/escrow/milestones/${id}`);
          expect([status, body.data?.status], JSON.stringify(body)).to.deep.equal([
            200,
            "RELEASED",
          ]);
        }
      }),
    );
    expect((await gateway.balance("payee")) - before).to.equal(20n * NET);
    for (const { operatorPort } of both) {
      const metrics = await (await fetch(`http://127.0.0.1:${operatorPort}/metrics`)).text();
      const runs = [...metrics.matchAll(/^milepost_gateway_job_runs_total\{.*\} (\d+)$/gm)];
      expect(runs.reduce((sum, [, count]) => sum + Number(count), 0)).to.be.greaterThan(0);
    }
    expect(await reconcile()).to.deep.include({ code: 0 });
  });

  it("given kill -9 of one of two processes at work, then the other one finishes its jobs, and nothing is paid twice", async () => {
    const intents = await funded(8);
    const before = await gateway.balance("payee");
    const { rpc, isAsked, release } = await holding();
    const doomed = await world.start(["--url", rpc.url, "--ws-url", gateway.localnet.wsUrl]);
    const answers = intents.map(({ path, ids }) =>
      complete(doomed, `${path}/escrow/milestones/${ids[0]!}`).catch(() => null),
    );
    await isAsked;
    const heir = await world.start();
    doomed.cli.child.kill("SIGKILL");
    release();
    expect(await doomed.cli.exit).to.equal("SIGKILL");
    await Promise.all(answers);
    for (const { path, ids } of intents) {
      const { status } = await complete(heir, `${path}/escrow/milestones/${ids[0]!}`);
      expect(status).to.equal(200);
    }
    const pending = new Set(intents);
    // The dead process's leases end after 30 seconds.
    while (pending.size > 0) {
      for (const intent of pending) {
        const { status } = await milestone(heir, intent);
        if (status === "RELEASED") pending.delete(intent);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect((await gateway.balance("payee")) - before).to.equal(8n * NET);
    expect(await reconcile()).to.deep.include({ code: 0 });
    await rpc.close();
  });

  it("given a mail server, administrators and a directory, then notices are mailed and evidence is stored there", async () => {
    await gateway.outbox.stop();
    const mail = await startMailServer();
    const files = path.join(world.directory, "files");
    const served = await world.start(
      [
        ...["--files-dir", files, "--mail-from", "payments@example.com"],
        ...["--administrator", "ops@example.com,boss@example.com"],
      ],
      { MILEPOST_GATEWAY_SMTP_URL: mail.url },
    );
    const bytes = png();
    const { payload, headers } = fileForm(bytes);
    const stored = await fetch(`${served.url}/v1/files`, {
      method: "POST",
      headers: { ...headers, "x-api-key": gateway.keys.test },
      body: new Uint8Array(payload),
    });
    expect(stored.status).to.equal(201);
    expect(readFileSync(path.join(files, sha256(bytes).slice(0, 2), sha256(bytes)))).to.deep.equal(
      bytes,
    );
    // A hosted gateway does not deliver to its own loopback, so every delivery to it fails.
    const { database } = gateway.opened;
    const endpoint = await ask(served, gateway.keys.test, "POST", "/v1/webhook-endpoints", {
      url: "https://receiver.invalid/hooks",
    });
    expect(endpoint.status, JSON.stringify(endpoint.body)).to.equal(201);
    const { id } = endpoint.body;
    await database.query(
      "UPDATE milepost_gateway.webhook_endpoints SET failing_since = now() - interval '25 hours' WHERE id = $1",
      [id],
    );
    await ask(served, gateway.keys.test, "POST", `/v1/webhook-endpoints/${id}/test`);
    while (mail.mails.length < 2) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(mail.mails.map(({ to }) => to)).to.have.members(["ops@example.com", "boss@example.com"]);
    await served.cli.stop();
    await mail.close();
  });

  it("given a failing RPC whose URL has a key, then no line of the log has the key or a password", async () => {
    await gateway.outbox.stop();
    const rpc = await RpcProxy.open(gateway.localnet.url);
    const url = new URL(rpc.url);
    Object.assign(url, { pathname: "/v2/Kx7hunter22", search: "?api-key=hunter2277" });
    const served = await world.start(["--url", url.href, "--ws-url", gateway.localnet.wsUrl]);
    rpc.fault = () => Promise.resolve({ status: 500, body: `hunter22 ${url.href}` });
    const { path: at } = { path: "/v1/payment-intents/public/intent_00000000000000000000000000" };
    await fetch(`${served.url}${at}`);
    const ready = await fetch(`${served.url}/readyz`);
    expect([ready.status, await ready.text()]).to.deep.equal([
      503,
      "ok  database\nNO  chain (test)\nok  running\n",
    ]);
    await served.cli.stop();
    await rpc.close();
    expect(served.cli.text + served.cli.errors).not.to.match(/hunter2277|Kx7hunter22/);
  });

  const reconcile = () =>
    world.ended([
      ...["reconcile", "--url", gateway.localnet.url, "--mode", "test"],
      ...["--database-url", gateway.opened.url!],
    ]);

  it("given a ledger that lacks a payment, when reconcile runs, then it prints each sum and exits with 3", async () => {
    await gateway.outbox.stop();
    const { code, text, errors } = await reconcile();
    expect([code, errors]).to.deep.equal([0, ""]);
    expect(text).to.match(/^\d+ policies compared: ledger and chain agree\.\n$/);
    const { database } = gateway.opened;
    const [policy] = await database.query<{ policy: string }>(
      `DELETE FROM milepost_gateway.policy_movements WHERE ctid = (
         SELECT ctid FROM milepost_gateway.policy_movements WHERE kind = 'paid' LIMIT 1) RETURNING policy`,
    );
    const different = await reconcile();
    expect(different.code).to.equal(3);
    expect(different.text).to.include("2 sums differ. Nothing was changed.");
    const paid = new RegExp(`^${policy!.policy}  intent_\\w+ +0 +paid +0\\.00 +100\\.00$`, "m");
    expect(different.text).to.match(paid);
  });
});
