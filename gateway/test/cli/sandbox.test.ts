import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { Connection, PublicKey } from "@solana/web3.js";
import { CliProcess } from "../harness/cli-process";
import { until } from "../harness/until";
import { PAGE_DOCUMENT, type PageDirectory, writePageDirectory } from "../harness/page-directory";
import { isSignedWith, type Received, startReceiver } from "../harness/receiver";
import { type SandboxProcess, startSandboxProcess } from "../harness/sandbox-process";

describe("milepost-gateway sandbox", () => {
  let directory: string;
  let sandbox: SandboxProcess;
  let page: PageDirectory;
  before(async () => {
    directory = mkdtempSync(path.join(tmpdir(), "gateway-sandbox-"));
    page = writePageDirectory();
    sandbox = await startSandboxProcess(directory, ["--page", page.directory]);
  });
  after(async () => {
    await sandbox?.cli.end();
    page.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  const call = async (method: string, url: string, body?: unknown) => {
    const answer = await fetch(`${sandbox.url}${url}`, {
      method,
      headers: { "x-api-key": sandbox.apiKey, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    // JSON of an answer: a test asserts what is in it.
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    return { status: answer.status, body: (await answer.json()) as any };
  };

  /** Returns how many of the keeper's questions the gateway answered with 200. */
  const approvals = async (): Promise<number> => {
    const metrics = await (await fetch(`http://127.0.0.1:${sandbox.operatorPort}/metrics`)).text();
    const answered =
      /^milepost_gateway_request_seconds_count\{operation="approveRelease",method="POST",status="200"\} (\d+)$/m;
    const [, count = "0"] = answered.exec(metrics) ?? [];
    return Number(count);
  };

  it("prints the URL, the key, the webhook secret and the chain, and answers with that key", async () => {
    const { text } = sandbox.cli;
    expect(text).to.include(`${sandbox.url}/v1`);
    expect(text)
      .to.match(/API key +sk_test_[0-9a-f]{80}\n/)
      .and.include(sandbox.apiKey);
    expect(text).to.match(/Webhook secret +whsec_[A-Za-z0-9+/]{32}\n/);
    expect((await call("GET", "/v1/api-keys")).status).to.equal(200);
    expect((await call("GET", "/api/v1/api-keys")).status).to.equal(200);
  });

  it("prints the page's address first and the page's wallets, and serves the page with its settings", async () => {
    const { text } = sandbox.cli;
    const [, first] = text.split("\n\n");
    expect(first!.split("\n")[0]).to.equal(`  Page           ${sandbox.url}`);
    expect(await (await fetch(sandbox.url)).text()).to.equal(PAGE_DOCUMENT);
    const config = await (await fetch(`${sandbox.url}/page.json`)).json();
    expect(config).to.include({ network: "sandbox", rpcUrl: sandbox.rpcUrl, hasGateway: true });
    const { wallets } = config.sandbox as { wallets: { role: string; address: string }[] };
    expect(wallets.map(({ role }) => role)).to.deep.equal([
      ...["payer", "payee", "mediator", "operator"],
    ]);
    for (const { role, address } of wallets) {
      const name = `${role[0]!.toUpperCase()}${role.slice(1)}`.padEnd(15);
      expect(text).to.include(`  ${name}${address} (wallet of the page)\n`);
    }
  });

  it("makes the operator's wallet an administrator of the sandbox's account, and shows it the operator's report", async () => {
    const { sandbox: shown } = await (await fetch(`${sandbox.url}/page.json`)).json();
    const { address } = shown.wallets.find(({ role }: { role: string }) => role === "operator");
    const post = async (url: string, body: object) =>
      fetch(`${sandbox.url}${url}`, {
        method: "POST",
        headers: { origin: sandbox.url, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const challenge = await (await post("/v1/wallet-sessions/challenges", { address })).json();
    const message = Buffer.from(challenge.message as string, "utf8").toString("base64");
    const signed = await post("/sandbox/wallets/operator/sign-message", { message });
    const { signature } = (await signed.json()) as { signature: string };
    const begun = await post("/v1/wallet-sessions", { challenge: challenge.id, signature });
    const session = await begun.json();
    expect(session).to.include({ address, mode: "test", isOperator: true });
    expect(session.accounts).to.deep.equal([{ id: "acct_sandbox", name: "Sandbox" }]);
    const cookie = begun.headers.get("set-cookie")!.split(";")[0]!;
    const report = await fetch(`${sandbox.url}/v1/operator`, { headers: { cookie } });
    const { gateway, health } = (await report.json()) as {
      gateway: { authority: string };
      health: { keeper: { ok: boolean } };
    };
    expect([report.status, gateway.authority, health.keeper.ok]).to.deep.equal([
      200,
      address,
      true,
    ]);
  });

  it("gives the page's wallets SOL, and the payer tokens", async () => {
    const { sandbox: shown, mints } = await (await fetch(`${sandbox.url}/page.json`)).json();
    const connection = new Connection(sandbox.rpcUrl);
    const mint = new PublicKey(mints[0].mint);
    for (const { role, address } of shown.wallets) {
      const owner = new PublicKey(address);
      expect(await connection.getBalance(owner), role).to.be.at.least(100_000_000);
      if (role !== "payer") continue;
      const { value } = await connection.getTokenAccountsByOwner(owner, { mint });
      const { amount } = (await connection.getTokenAccountBalance(value[0]!.pubkey)).value;
      expect(BigInt(amount) >= 10_000_000_000n).to.equal(true);
    }
  });

  it("pays its demonstration with the page's own wallet, and completes it, without an API key", async () => {
    const { url } = sandbox;
    /** A request as the page sends it. */
    const ask = async (method: "GET" | "POST", at: string, payload?: object) => {
      const answer = await fetch(at.startsWith("http") ? at : `${url}${at}`, {
        method,
        headers: { origin: url, "content-type": "application/json" },
        ...(payload ? { body: JSON.stringify(payload) } : {}),
      });
      // JSON of an answer: a test asserts what is in it.
      // eslint-disable-next-line @typescript-eslint/no-explicit-any
      return (await answer.json()) as any;
    };
    const { intentId, paymentUrl } = await ask("POST", "/sandbox/demo-intents", {});
    const secret = (paymentUrl as string).split("#")[1]!;
    const at = `/v1/payment-intents/public/${intentId}`;
    const shown = await ask("GET", `${at}?client_secret=${secret}`);
    const { consent, actionUrl, milestones } = shown.checkout;
    expect([shown.checkout.amount, milestones.length, consent.needed]).to.deep.equal([
      ...["1000.00", 3, true],
    ]);
    const config = await ask("GET", "/page.json");
    const account = config.sandbox.wallets[0].address as string;
    const message = Buffer.from(consent.message as string).toString("base64");
    const { signature } = await ask("POST", "/sandbox/wallets/payer/sign-message", { message });
    const given = { account, signature };
    await ask("POST", `${at}/release-consent?client_secret=${secret}`, given);
    const built = await ask("POST", actionUrl as string, { account });
    const transactions = [built.transaction as string];
    const path = "/sandbox/wallets/payer/sign-transactions";
    const signed = await ask("POST", path, { transactions });
    const connection = new Connection(sandbox.rpcUrl, "confirmed");
    const sent = await connection.sendRawTransaction(Buffer.from(signed.transactions[0], "base64"));
    const { next } = built.links;
    let told = await ask("POST", next.href as string, { account, signature: sent });
    while (told.type !== "completed") {
      await new Promise((resolve) => setTimeout(resolve, 100));
      told = await ask("POST", next.href as string, { account, signature: sent });
    }
    const { body: list } = await call("GET", `/v1/payment-intents/${intentId}/escrow/milestones`);
    const [first] = list.data as { id: string }[];
    const complete = `/sandbox/intents/${intentId}/milestones/${first!.id}/complete`;
    const done = await ask("POST", complete, {});
    expect([done.status, done.data.status]).to.deep.equal(["completed", "RELEASED"]);
  });

  it("says how many seconds its start took", () => {
    const [, seconds] = /is ready, (\d+\.\d) seconds after its start\n/.exec(sandbox.cli.text)!;
    // The process counts from its own start, which is after the test's.
    expect(Number(seconds)).to.be.within(0.5, sandbox.readyMs / 1_000 + 0.1);
  });

  it("serves a chain with the program, health and metrics", async () => {
    const slot = await new Connection(sandbox.rpcUrl).getSlot();
    expect(slot).to.be.greaterThan(0);
    const operator = `http://127.0.0.1:${sandbox.operatorPort}`;
    for (const base of [sandbox.url, operator]) {
      expect(await (await fetch(`${base}/healthz`)).text()).to.equal("ok\n");
      const ready = await fetch(`${base}/readyz`);
      expect([ready.status, await ready.text()]).to.deep.equal([
        200,
        "ok  database\nok  chain (test)\nok  running\n",
      ]);
    }
    const read = async () => (await fetch(`${operator}/metrics`)).text();
    const isQuiet = async () => /^milepost_gateway_jobs\{state="queued"\} 0$/m.test(await read());
    // A test before this one pays: its jobs end when their transactions are final.
    await until(isQuiet, "no queued job in the metrics");
    const metrics = await read();
    expect(metrics).to.match(/^milepost_gateway_jobs\{state="queued"\} 0$/m);
    expect(metrics).to.match(
      /^milepost_gateway_request_seconds_count\{operation="listApiKeys",method="GET",status="200"\} \d+$/m,
    );
    expect((await fetch(`${sandbox.url}/metrics`)).status).to.equal(404);
  });

  it("has a keeper that asks the gateway before each release", async () => {
    const intent = await call("POST", "/v1/payment-intents", {
      amount: "1.00",
      currency: "USDC",
      type: "DELIVERY_VS_PAYMENT",
      settlementMethod: "ON_CHAIN",
      settlementDestination: "payee",
      metadata: { releaseType: "DELIVERY_PROOF", autoRelease: true },
    });
    await call("POST", `/v1/payment-intents/${intent.body.id}/confirm`, {
      signature: "0x...",
      payerAddress: "0x...",
    });
    const escrow = `/v1/payment-intents/${intent.body.id}/escrow`;
    const isFunded = async () => (await call("GET", escrow)).body.orderStatus === "CREATED";
    await until(isFunded, "a funded escrow");
    // Another test's intent is asked about as well, so only answers after the funding count.
    const before = await approvals();
    await until(async () => (await approvals()) > before, "a question of the keeper");
    // Not delivered, so not released.
    expect((await call("GET", escrow)).body.orderStatus).to.equal("CREATED");
  });

  it("signs webhooks with the secret that it prints", async () => {
    const receiver = await startReceiver();
    const [, printed] = /Webhook secret +(\S+)\n/.exec(sandbox.cli.text)!;
    try {
      const { body } = await call("POST", "/v1/webhook-endpoints", { url: receiver.url });
      expect(body.secret).to.equal(printed);
      const delivered = new Promise<Received>((resolve) => {
        receiver.answer = (response, received) => {
          response.writeHead(200).end();
          resolve(received);
        };
      });
      await call("POST", `/v1/webhook-endpoints/${body.id}/test`);
      expect(isSignedWith(printed!, await delivered)).to.equal(true);
      await call("DELETE", `/v1/webhook-endpoints/${body.id}`);
    } finally {
      await receiver.close();
    }
  });

  it("prints the absolute path of its data", () => {
    expect(sandbox.cli.text).to.include(`  Data           ${directory}\n`);
  });

  it("does not warn that the keeper waits for a delivery", () => {
    expect(sandbox.cli.text).to.not.include("ReleaseLater");
  });

  it("keeps its secrets to its user, and out of a repository", () => {
    for (const name of ["master.key", "sandbox.json"]) {
      expect(statSync(path.join(directory, name)).mode & 0o777, name).to.equal(0o600);
    }
    expect(readFileSync(path.join(directory, ".gitignore"), "utf8")).to.equal("*\n");
  });

  it("given a directory that a sandbox has, then another one exits with 2 and says so", async () => {
    const other = CliProcess.start(["sandbox", "--data-dir", directory, "--port", "0"]);
    expect(await other.exit).to.equal(2);
    expect(other.errors).to.match(/^milepost-gateway: [^\n]*is open in another gateway[^\n]*\n$/);
  });

  it("given SIGTERM then it exits with 0; started again, it has the same key, secret and data", async () => {
    const made = await call("POST", "/v1/api-keys", { name: "Kept" });
    const { apiKey, webhookSecret } = sandbox;
    expect(await sandbox.cli.stop()).to.equal(0);
    expect(sandbox.cli.errors).to.equal("");
    sandbox = await startSandboxProcess(directory);
    expect([sandbox.apiKey, sandbox.webhookSecret]).to.deep.equal([apiKey, webhookSecret]);
    expect((await call("GET", `/v1/api-keys/${made.body.id}`)).body.name).to.equal("Kept");
  });

  it("given --reset then the data is new, and key and secret stay", async () => {
    const { apiKey, webhookSecret } = sandbox;
    await sandbox.cli.stop();
    sandbox = await startSandboxProcess(directory, ["--reset", "--metrics-port", "off"]);
    expect(sandbox.operatorPort).to.equal(null);
    expect([sandbox.apiKey, sandbox.webhookSecret]).to.deep.equal([apiKey, webhookSecret]);
    const { body } = await call("GET", "/v1/api-keys");
    expect(body.data.map(({ name }: { name: string }) => name)).to.deep.equal(["Sandbox"]);
  });
});
