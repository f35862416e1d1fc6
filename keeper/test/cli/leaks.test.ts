import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { utils } from "@coral-xyz/anchor";
import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import { putDatabaseFiles } from "@milepost/database/testing";
import { formsOf } from "../../src/observe/redact";
import { CliProcess } from "../harness/cli-process";
import { MilepostNet } from "../harness/cli-localnet";
import { type RpcAnswer, RpcProxy } from "../faults/rpc-proxy";

const HOUR = 3_600n;
const MARK = "that was the request";

describe("keeper: secrets of a running keeper", () => {
  let chain: MilepostNet;
  let rpc: RpcProxy;
  let directory: string;
  let keeper: CliProcess;

  before(async () => {
    chain = await MilepostNet.start();
    rpc = await RpcProxy.open(chain.net.localnet.url);
    directory = mkdtempSync(path.join(tmpdir(), "keeper-leaks-"));
    await putDatabaseFiles(path.join(directory, "data"));
  });
  after(async () => {
    await keeper.end();
    await Promise.all([chain.stop(), rpc.close()]);
    rmSync(directory, { recursive: true });
  });

  it("given an RPC that repeats all it was sent in every kind of error, then nothing the keeper says has a secret in it", async () => {
    const [payer, gateway] = [await chain.net.funded(), Keypair.generate()];
    const file = (name: string, { secretKey }: Keypair): string => {
      const where = path.join(directory, `${name}.json`);
      writeFileSync(where, JSON.stringify([...secretKey]));
      return where;
    };
    const url = new URL("/v2/markedInPath1?api-key=markedInQuery2", rpc.url);
    url.username = "markedName3";
    url.password = "markedPassword4";
    const webhookKey = Buffer.alloc(24, "marked webhook 5").toString("base64");
    const base58 = (bytes: Uint8Array) => utils.bytes.bs58.encode(Buffer.from(bytes));
    const basic = Buffer.from(`${url.username}:${url.password}`).toString("base64");
    const secrets = [
      ...["markedInPath1", "markedInQuery2", "markedName3", "markedPassword4", basic],
      ...["markedInSocket6", "markedInHook7", webhookKey],
      ...[payer, gateway].flatMap(({ secretKey }) => formsOf(secretKey, base58)),
    ];
    const echo = `${MARK}: ${secrets.join(" | ")} ${url.href} whsec_${webhookKey} [${payer.secretKey}]`;
    const error = (id: number, code: number): RpcAnswer => ({
      status: 200,
      body: JSON.stringify({ jsonrpc: "2.0", id, error: { code, message: echo, data: { echo } } }),
    });
    const answers: Record<string, (id: number) => RpcAnswer> = {
      simulateTransaction: (id) => error(id, -32_602),
      sendTransaction: (id) => error(id, -32_602),
      getBalance: () => ({ status: 404, body: echo }),
      getRecentPrioritizationFees: () => ({ status: 200, body: echo }),
    };

    const policy = await chain.policy(1);
    await chain.pass(HOUR);
    // The start asks for the balance as well.
    let isWrong = false;
    rpc.fault = async ({ id, method }, next) => {
      if (method === "getProgramAccounts") isWrong = true;
      return isWrong && answers[method] ? answers[method](id) : next();
    };
    keeper = CliProcess.start(
      [
        ...["--url", url.href, "--ws-url", `${chain.net.localnet.wsUrl}/markedInSocket6`],
        ...["--keypair", file("payer", payer), "--gateway-keypair", file("gateway", gateway)],
        ...["--rule", "http:https://hooks.invalid/markedInHook7", "--log-level", "trace"],
        ...["--data-dir", path.join(directory, "data"), "--metrics-port", "0"],
      ],
      { MILEPOST_KEEPER_WEBHOOK_SECRET: `whsec_${webhookKey}` },
    );
    const { port } = await keeper.line("metrics, health and status");
    await Promise.all([keeper.line("not executed"), keeper.line("failed, and tried again")]);
    const pages = await Promise.all(
      ["status", "metrics", "readyz", "healthz", "other"].map(async (page) =>
        (await fetch(`http://127.0.0.1:${port}/${page}?token=markedInQuery2`)).text(),
      ),
    );
    expect(pages[0]).to.include(policy.address.toBase58());
    keeper.child.kill("SIGTERM");
    expect(await keeper.exit, keeper.text + keeper.errors).to.equal(0);

    const said = [keeper.text, keeper.errors, ...pages].join("\n");
    // Else the test shows nothing.
    expect(said).to.include(MARK).and.include("[redacted]");
    for (const secret of secrets) expect(said).not.to.include(secret);
  });
});
