/** The example apps, installed from the packed packages: built, served and run against a localnet that the package starts. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { Connection, PublicKey } from "@solana/web3.js";
import { getAssociatedTokenAddressSync } from "@solana/spl-token";
import { expect } from "chai";
import { openPage } from "../../tests/harness/open-page";

const APPS = path.resolve(__dirname, "../apps");
const READY_MS = 120_000;
const environment = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", BROWSER: "none" };

interface Described {
  url: string;
  wsUrl: string;
  mint: string;
  gateway: string;
  wallets: Record<string, { address: string }>;
}

/** A server of another process. */
class Served {
  private output = "";

  private constructor(private readonly child: ChildProcess) {
    const keep = (part: Buffer): void => void (this.output += part.toString());
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
  }

  /** Starts a command in an app's folder and waits until `isReady` finds what it looks for in the output. */
  static async start(
    app: string,
    command: string,
    args: string[],
    isReady: RegExp,
  ): Promise<Served> {
    const file = path.join(APPS, "node_modules/.bin", command);
    // A process group of its own, so that its children stop with it.
    const child = spawn(file, args, {
      cwd: path.join(APPS, app),
      env: environment,
      detached: true,
    });
    const served = new Served(child);
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${command} ${why}:\n${served.output}`));
      const timer = setTimeout(() => fail("was not ready in time"), READY_MS);
      const look = () => {
        if (!isReady.test(served.output)) return;
        clearTimeout(timer);
        resolve();
      };
      child.stdout.on("data", look);
      child.once("exit", () => fail("ended"));
    });
    return served;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("close", resolve));
    if (this.child.exitCode !== null || this.child.pid === undefined) return;
    process.kill(-this.child.pid, "SIGTERM");
    await ended;
  }
}

/** Runs a command in an app's folder to its end; resolves with what it printed. Never blocks: idle connections would go stale. */
async function run(
  app: string,
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, {
    cwd: path.join(APPS, app),
    env: { ...environment, ...env },
    timeout: 300_000,
    maxBuffer: 16 * 1_048_576,
  });
  return stdout;
}

const bin = (name: string): string => path.join(APPS, "node_modules/.bin", name);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("example apps", function () {
  this.timeout(600_000);
  let directory: string;
  let localnet: Served;
  let described: Described;
  before(async () => {
    directory = mkdtempSync(path.join(tmpdir(), "milepost-apps-"));
    const port = await freePort();
    const args = ["--port", String(port), "--ws-port", "0", "--ledger", directory];
    localnet = await Served.start("", "milepost-localnet", args, /Ready/);
    described = JSON.parse(
      readFileSync(path.join(directory, "localnet.json"), "utf8"),
    ) as Described;
  });
  after(async () => {
    await localnet?.stop();
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  async function received(): Promise<bigint> {
    const { url, mint, wallets } = described;
    const owner = new PublicKey(wallets["recipient"]!.address);
    const account = getAssociatedTokenAddressSync(new PublicKey(mint), owner);
    const connection = new Connection(url, "confirmed");
    if (!(await connection.getAccountInfo(account))) return 0n;
    return BigInt((await connection.getTokenAccountBalance(account)).value.amount);
  }

  /** Presses the page's button and checks what it shows against the chain. */
  async function payOn(address: string): Promise<void> {
    const before = await received();
    const { url, wsUrl, mint, gateway, wallets } = described;
    const recipient = wallets["recipient"]!.address;
    const query = new URLSearchParams({ url, wsUrl, mint, gateway, recipient });
    const { page, problems, close } = await openPage({ url: `${address}?${query.toString()}` });
    try {
      await page.getByRole("button").click();
      await page.waitForFunction(
        "!/^(ready|paying)$/.test(document.querySelector('[role=status]').textContent)",
      );
      const shown = await page.locator("pre").innerText();
      expect(await page.getByRole("status").innerText(), shown).to.equal("paid");
      expect(problems).to.deep.equal([]);
      const policy = JSON.parse(shown) as { recipient: string; totalPaid: string };
      expect(policy.recipient).to.equal(recipient);
      expect(policy.totalPaid).to.equal("2000000");
      expect(await page.evaluate("typeof globalThis.Buffer")).to.equal("undefined");
    } finally {
      await close();
    }
    // The gateway's 1 % comes out of it.
    expect(await received()).to.equal(before + 1_980_000n);
  }

  it("runs the script in ECMAScript modules", () => scriptPays("node-esm"));
  it("runs the script in CommonJS", () => scriptPays("node-cjs"));

  async function scriptPays(app: string): Promise<void> {
    const before = await received();
    const printed = await run(app, process.execPath, ["first.js"], {
      MILEPOST_LOCALNET: directory,
    });
    const policy = JSON.parse(printed) as { totalPaid: string };
    expect(policy.totalPaid).to.equal("2000000");
    expect(await received()).to.equal(before + 1_980_000n);
  }

  it("runs a keeper in a program of one's own, which pays what is due", async () => {
    const before = await received();
    const env = { MILEPOST_LOCALNET: directory };
    const printed = await run("own-keeper", process.execPath, ["keeper.js"], env);
    const paid = JSON.parse(printed.trim().split("\n").at(-1)!) as { milestoneIndex: number };
    expect(paid.milestoneIndex).to.equal(0);
    expect(await received()).to.equal(before + 1_980_000n);
  });

  it("pays on a page of Vite's development server", async () => {
    const port = String(await freePort());
    const args = ["--port", port, "--strictPort", "--host", "127.0.0.1"];
    const vite = await Served.start("vite-react", "vite", args, /ready in/);
    try {
      await payOn(`http://127.0.0.1:${port}/`);
    } finally {
      await vite.stop();
    }
  });

  it("pays on a page that Vite built", async () => {
    await run("vite-react", bin("vite"), ["build"]);
    const port = String(await freePort());
    const args = ["preview", "--port", port, "--strictPort", "--host", "127.0.0.1"];
    const preview = await Served.start("vite-react", "vite", args, /Local/);
    try {
      await payOn(`http://127.0.0.1:${port}/`);
    } finally {
      await preview.stop();
    }
  });

  it("pays on a page that webpack built", async () => {
    await run("webpack", bin("webpack"), []);
    const folder = path.join(APPS, "webpack");
    const files: Record<string, [string, string]> = {
      "/": ["text/html", "index.html"],
      "/dist/main.js": ["text/javascript", "dist/main.js"],
    };
    const server = createServer((request, response) => {
      const found = files[(request.url ?? "").split("?")[0]!];
      if (!found) return response.writeHead(404).end();
      response.writeHead(200, { "content-type": `${found[0]}; charset=utf-8` });
      response.end(readFileSync(path.join(folder, found[1])));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      await payOn(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it("pays on a page of Next.js, which used the SDK on the server", async () => {
    await run("next", bin("next"), ["build"]);
    const port = String(await freePort());
    const args = ["start", "--port", port, "--hostname", "127.0.0.1"];
    const next = await Served.start("next", "next", args, /Ready in/);
    try {
      const html = await (await fetch(`http://127.0.0.1:${port}/`)).text();
      expect(html).to.match(/Program (<!-- -->)?Mi7oNpXg2unyTa7AcxtezMfg5Bt5SMW7f4qr5MqXKH9/);
      await payOn(`http://127.0.0.1:${port}/`);
    } finally {
      await next.stop();
    }
  });
});
