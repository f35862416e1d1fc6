import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { putDatabaseFiles } from "@milepost/database/testing";
import { CliProcess } from "../harness/cli-process";
import { MilepostNet } from "../harness/cli-localnet";
import { type RpcAnswer, RpcProxy, type RpcRequest } from "../faults/rpc-proxy";

const HOUR = 3_600n;

describe("keeper: signals", () => {
  let chain: MilepostNet;
  let rpc: RpcProxy;
  let directory: string;
  const processes: CliProcess[] = [];

  before(async () => {
    chain = await MilepostNet.start();
    directory = mkdtempSync(path.join(tmpdir(), "keeper-signals-"));
    await putDatabaseFiles(path.join(directory, "data"));
    const { secretKey } = await chain.net.funded();
    writeFileSync(path.join(directory, "payer.json"), JSON.stringify([...secretKey]));
  });
  after(async () => {
    await chain.stop();
    rmSync(directory, { recursive: true });
  });
  beforeEach(async () => {
    rpc = await RpcProxy.open(chain.net.localnet.url);
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((keeper) => keeper.end()));
    await rpc.close();
  });

  function start(...more: string[]): CliProcess {
    const keeper = CliProcess.start([
      ...["--url", rpc.url, "--ws-url", chain.net.localnet.wsUrl],
      ...["--keypair", path.join(directory, "payer.json"), "--metrics-port", "off"],
      ...["--data-dir", path.join(directory, "data"), ...more],
    ]);
    processes.push(keeper);
    return keeper;
  }

  /** From now on the RPC is silent about this method; resolves when it is asked, with what lets it answer. */
  function hold(method: string): Promise<() => void> {
    return new Promise((asked) => {
      let release: () => void = () => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      rpc.fault = async (request: RpcRequest, next: () => Promise<RpcAnswer>) => {
        if (request.method === method) {
          asked(release);
          await released;
        }
        return next();
      };
    });
  }

  for (const [name, more, code] of [
    ["a keeper", [], 0],
    ["--once, which has not done it", ["--once"], 1],
  ] as const) {
    it(`given an RPC that is silent when it is asked for its chain, when ${name} gets Ctrl-C, then it exits with ${code}`, async () => {
      const held = hold("getGenesisHash");
      const keeper = start(...more);
      await held;
      keeper.child.kill("SIGINT");
      expect(await keeper.exit, keeper.text + keeper.errors).to.equal(code);
      expect(keeper.errors).to.equal("");
    });
  }

  it("given a first scan that is not answered, when it gets Ctrl-C, then it exits with 0 without its end", async () => {
    const held = hold("getProgramAccounts");
    const keeper = start();
    await held;
    keeper.child.kill("SIGINT");
    expect(await keeper.exit, keeper.text + keeper.errors).to.equal(0);
    expect(keeper.lines.at(-1)).to.include({ msg: "stopped", isQuiet: true });
    expect(keeper.errors).to.equal("");
  });

  it("given a transaction in flight, when a signal comes, then it waits for the end, and exits with 0", async () => {
    const policy = await chain.policy(1);
    await chain.pass(HOUR);
    const held = hold("sendTransaction");
    const keeper = start();
    const release = await held;
    keeper.child.kill("SIGTERM");
    await keeper.line("stopping");
    expect(await chain.currentMilestone(policy)).to.equal(0);
    release();
    expect(await keeper.exit, keeper.text + keeper.errors).to.equal(0);
    expect(await chain.currentMilestone(policy)).to.equal(1);
    expect(keeper.lines.map(({ msg }) => msg)).to.include("milestone paid");
    expect(keeper.lines.at(-1)).to.include({ msg: "stopped", isQuiet: true });
  });

  it("given a transaction in flight, when a second signal comes, then it exits with 1 at once, and the next keeper finds out whether it landed", async () => {
    const policy = await chain.policy(1);
    await chain.pass(HOUR);
    const held = hold("sendTransaction");
    const keeper = start();
    await held;
    keeper.child.kill("SIGTERM");
    await keeper.line("stopping");
    keeper.child.kill("SIGTERM");
    expect(await keeper.exit).to.equal(1);
    expect(keeper.lines.at(-1)).to.include({ level: "warn", signal: "SIGTERM" });
    rpc.heal();
    const next = start();
    await next.line("milestone paid");
    expect(await chain.currentMilestone(policy)).to.equal(1);
  });
});
