import { expect } from "chai";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { Keypair } from "@solana/web3.js";
import { version } from "../package.json";
import { MilepostNet } from "./cli-localnet";

const HOUR = 3_600n;

type Line = Record<string, unknown> & { msg?: string };

/** A keeper in a process of its own. */
class Process {
  readonly lines: Line[] = [];
  text = "";
  errors = "";
  private readonly waiting: { message: string; found: (line: Line) => void }[] = [];
  readonly exit: Promise<number | NodeJS.Signals>;

  constructor(readonly child: ChildProcess) {
    child.stderr!.on("data", (data: Buffer) => (this.errors += data.toString()));
    createInterface({ input: child.stdout! }).on("line", (line) => this.read(line));
    // "close" comes after all that it said.
    this.exit = once(child, "close").then(([code, signal]) => (code ?? signal) as never);
  }

  /** The first line of the log with this message, when it comes. */
  line(message: string): Promise<Line> {
    const known = this.lines.find(({ msg }) => msg === message);
    if (known) return Promise.resolve(known);
    return new Promise((found, reject) => {
      this.waiting.push({ message, found });
      void this.exit.then((code) =>
        reject(new Error(`ended with ${code} before "${message}":\n${this.text}${this.errors}`)),
      );
    });
  }

  private read(text: string): void {
    this.text += `${text}\n`;
    if (!text.startsWith("{")) return;
    const line = JSON.parse(text) as Line;
    this.lines.push(line);
    for (const { message, found } of this.waiting) if (message === line.msg) found(line);
  }
}

describe("keeper: the command line", () => {
  let chain: MilepostNet;
  let directory: string;
  let payer: Keypair;
  const processes: Process[] = [];

  beforeEach(async () => {
    chain = await MilepostNet.start();
    directory = mkdtempSync(path.join(tmpdir(), "keeper-cli-"));
    payer = await chain.net.funded();
    writeFileSync(path.join(directory, "payer.json"), JSON.stringify([...payer.secretKey]));
  });
  afterEach(async () => {
    for (const { child, exit } of processes.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await exit;
    }
    await chain.stop();
    rmSync(directory, { recursive: true });
  });

  function start(args: readonly string[]): Process {
    const command = ["--require", "ts-node/register/transpile-only", "src/cli.ts", ...args];
    const child = spawn(process.execPath, command, {
      cwd: path.resolve(__dirname, ".."),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const started = new Process(child);
    processes.push(started);
    return started;
  }

  const flags = (...more: string[]) => [
    ...["--url", chain.net.localnet.url, "--keypair", path.join(directory, "payer.json")],
    ...["--data-dir", path.join(directory, "data"), ...more],
  ];

  it("given --help and --version, then they are answered on standard output", async () => {
    const [help, about] = [start(["--help"]), start(["--version"])];
    expect([await help.exit, await about.exit]).to.deep.equal([0, 0]);
    expect(help.text).to.match(/milepost-keeper status --url URL/);
    expect(about.text).to.equal(`${version}\n`);
  });

  it("given a flag that is wrong, then it ends with 2 and one line", async () => {
    const keeper = start(flags("--concurrency", "many"));
    expect(await keeper.exit).to.equal(2);
    expect(keeper.errors).to.match(/^milepost-keeper: --concurrency takes .*"many"\n$/);
    expect(keeper.text).to.equal("");
  });

  it("given an RPC that nobody answers at, then it ends with 1 and one line without the URL's secrets", async () => {
    const args = flags("--once");
    args[1] = "http://me:hunter2@127.0.0.1:1/key-4711";
    const keeper = start(args);
    expect(await keeper.exit).to.equal(1);
    expect(keeper.errors)
      .to.match(/^milepost-keeper: [^\n]+\n$/)
      .and.not.match(/hunter2|4711/);
  });

  it("given a dry run, then it says what it would do, and neither signs nor pays anything", async () => {
    const policy = await chain.policy();
    await chain.pass(HOUR);
    const before = await chain.net.connection.getBalance(payer.publicKey);
    const keeper = start(flags("--dry-run", "--once", "--metrics-port", "off"));
    expect(await keeper.exit).to.equal(0);
    const planned = keeper.lines.find((line) => line.policy === policy.address.toBase58());
    expect(planned).to.include({ msg: "would be executed", milestoneIndex: 0, wouldLand: true });
    expect(planned!.computeUnits).to.be.greaterThan(0);
    expect(await chain.currentMilestone(policy)).to.equal(0);
    expect(await chain.net.connection.getBalance(payer.publicKey)).to.equal(before);
    const sent = await chain.net.connection.getSignaturesForAddress(policy.address);
    expect(sent).to.have.length(1);
  });

  it("given --once, then what is due is paid, one milestone after another, and it ends", async () => {
    const [now, later] = [await chain.policy(2), await chain.policy(1)];
    await chain.pass(2n * HOUR);
    const young = await chain.policy(1);
    const keeper = start(flags("--once", "--metrics-port", "off"));
    expect(await keeper.exit, keeper.errors + keeper.text).to.equal(0);
    expect(await chain.currentMilestone(now)).to.equal(2);
    expect(await chain.currentMilestone(later)).to.equal(1);
    expect(await chain.currentMilestone(young)).to.equal(0);
    const again = start(flags("--once", "--metrics-port", "off"));
    expect(await again.exit).to.equal(0);
    expect(again.lines.find(({ msg }) => msg === "done")).to.have.property("paid", 0);
  });

  it("given a running keeper, when a milestone becomes due, then it is paid; it shows itself, and SIGTERM ends it", async () => {
    const keeper = start(flags("--metrics-port", "0"));
    const { port } = await keeper.line("metrics, health and status");
    await keeper.line("chain scanned");
    const policy = await chain.policy(2);
    await chain.pass(HOUR);
    const paid = await keeper.line("milestone paid");
    expect(paid).to.include({ policy: policy.address.toBase58(), milestoneIndex: 0 });
    expect(await chain.currentMilestone(policy)).to.equal(1);

    const get = async (name: string) => (await fetch(`http://127.0.0.1:${port}/${name}`)).text();
    expect(await get("healthz")).to.equal("ok\n");
    expect(await get("metrics")).to.match(/^milepost_keeper_executed_total 1$/m);
    expect(await get("metrics")).to.match(
      /milepost_keeper_rpc_seconds_count\{method="sendTransaction",ok="true"\} \d/,
    );
    const status = start(["status", ...flags("--metrics-port", String(port))]);
    expect(await status.exit, status.errors).to.equal(0);
    expect(status.text)
      .to.match(/^Chain time /)
      .and.include("1 milestones paid");

    keeper.child.kill("SIGTERM");
    expect(await keeper.exit, keeper.errors).to.equal(0);
    expect(keeper.lines.at(-1)).to.include({ msg: "stopped", isQuiet: true });
    const secret = JSON.stringify([...payer.secretKey]).slice(1, -1);
    expect(keeper.text).not.to.include(secret);

    // Nobody has the database now.
    const alone = start(["status", ...flags()]);
    expect(await alone.exit, alone.errors).to.equal(0);
    expect(alone.text).to.include("1 milestones paid").and.include(policy.address.toBase58());
  });
});
