import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Keypair } from "@solana/web3.js";
import { putDatabaseFiles } from "@milepost/database/testing";
import { version } from "../../package.json";
import { CliProcess } from "../harness/cli-process";
import { MilepostNet } from "../harness/cli-localnet";

const HOUR = 3_600n;

describe("keeper: the command line", () => {
  let chain: MilepostNet;
  let directory: string;
  let payer: Keypair;
  const processes: CliProcess[] = [];

  beforeEach(async () => {
    chain = await MilepostNet.start();
    directory = mkdtempSync(path.join(tmpdir(), "keeper-cli-"));
    await putDatabaseFiles(path.join(directory, "data"));
    payer = await chain.net.funded();
    writeFileSync(path.join(directory, "payer.json"), JSON.stringify([...payer.secretKey]));
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((started) => started.end()));
    await chain.stop();
    rmSync(directory, { recursive: true });
  });

  function start(args: readonly string[]): CliProcess {
    const started = CliProcess.start(args);
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

  it("given a flag that is wrong, then it exits with 2 and one line", async () => {
    const keeper = start(flags("--concurrency", "many"));
    expect(await keeper.exit).to.equal(2);
    expect(keeper.errors).to.match(/^milepost-keeper: --concurrency takes .*"many"\n$/);
    expect(keeper.text).to.equal("");
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
      /milepost_keeper_rpc_seconds_count\{method="sendTransaction",ok="true",host="[^"]+"\} \d/,
    );
    const status = start(["status", ...flags("--metrics-port", String(port))]);
    expect(await status.exit, status.errors).to.equal(0);
    expect(status.text)
      .to.match(/^Chain time /)
      .and.include("1 milestones paid");

    // A signal, and a command that asks the keeper over its port, as it has the database.
    keeper.child.kill("SIGUSR2");
    expect(await keeper.line("retrying now, as requested")).to.include({ policies: 0 });
    const retry = start(["retry", ...flags("--metrics-port", String(port))]);
    expect(await retry.exit, retry.errors).to.equal(0);
    expect(retry.text).to.equal("0 policies are tried again now\n");

    keeper.child.kill("SIGTERM");
    expect(await keeper.exit, keeper.errors).to.equal(0);
    expect(keeper.lines.at(-1)).to.include({ msg: "stopped", isQuiet: true });
    const secret = JSON.stringify([...payer.secretKey]).slice(1, -1);
    expect(keeper.text).not.to.include(secret);

    // No process has the database open now.
    const alone = start(["status", ...flags()]);
    expect(await alone.exit, alone.errors).to.equal(0);
    expect(alone.text).to.include("1 milestones paid").and.include(policy.address.toBase58());
    const unasked = start(["retry", policy.address.toBase58(), ...flags()]);
    expect(await unasked.exit, unasked.errors).to.equal(0);
    expect(unasked.text).to.equal("0 policies are tried again now\n");
  });
});
