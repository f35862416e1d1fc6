import { expect } from "chai";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { logConsole } from "../../src/cli/console-lines";
import { openSocket } from "../../src/find/socket";
import { createLog } from "../../src/observe/log";
import { createMetrics } from "../../src/observe/metrics";
import { meteredFetch } from "../../src/observe/rpc-meter";
import { isOnChain, reportRpcs, rpcNotes, rpcTable, socketErrors } from "../../src/status/rpcs";
import { ManualTimers } from "../harness/manual-timers";
import { errorOf, GENESIS, RpcNodes } from "../harness/rpc-nodes";

const A = "a.example";
const B = "b.example:8899";

describe("show: RPCs by host", () => {
  let lines: Record<string, unknown>[];
  const logged = () =>
    createLog({
      destination: { write: (line: string) => void lines.push(JSON.parse(line) as never) },
    });
  beforeEach(() => (lines = []));

  it("writes one line and a gauge when an RPC is set aside, and when it is used again", async () => {
    const nodes = new RpcNodes([A, B]);
    const metrics = createMetrics();
    reportRpcs(nodes.pool, logged(), metrics);
    expect(await metrics.text()).to.include(`milepost_keeper_rpc_set_aside{host="${A}"} 0`);
    for (let failure = 0; failure < 10; failure += 1) nodes.pool.health.failed(0);
    expect(
      lines.map(({ event, host, reason, level }) => ({ event, host, reason, level })),
    ).to.deep.equal([{ event: "rpc set aside", host: A, reason: "failing", level: "warn" }]);
    const text = await metrics.text();
    expect(text).to.include(`milepost_keeper_rpc_set_aside{host="${A}"} 1`);
    expect(text).to.include(`milepost_keeper_rpc_set_aside{host="${B}"} 0`);
    expect(text).to.include(`milepost_keeper_rpc_set_aside_total{host="${A}",reason="failing"} 1`);
    nodes.pool.health.takeBack(0);
    expect(lines.slice(1)).to.have.length(1);
    expect(lines[1]).to.include({ event: "rpc back", host: A, level: "info" });
    expect(await metrics.text()).to.include(`milepost_keeper_rpc_set_aside{host="${A}"} 0`);
  });

  it("writes an error and is not on the chain when every RPC leads to another one", async () => {
    const nodes = new RpcNodes([A]);
    reportRpcs(nodes.pool, logged(), createMetrics());
    nodes.pool.chain.expect(GENESIS, [0]);
    expect(isOnChain(nodes.pool)).to.equal(true);
    nodes.behaviors[A] = () => "OtherChain";
    await nodes.pool.check();
    expect(isOnChain(nodes.pool)).to.equal(false);
    expect(rpcNotes(nodes.pool)).to.deep.equal([`${A}: set aside (wrong chain)`]);
    expect(lines[0]).to.include({ level: "error", reason: "wrong chain" });
  });

  it("shows state, latency, slot and what is not offered", async () => {
    const nodes = new RpcNodes([A, B]);
    await nodes.pool.check();
    nodes.behaviors[A] = errorOf(-32601);
    await nodes.read(nodes.fetchOf(), "getProgramAccounts");
    nodes.pool.health.setAside(1, "slow");
    const [head, first, second] = rpcTable(nodes.pool.health.views()).split("\n");
    expect(head!.split(/ {2,}/)).to.deep.equal(["host", "state", "latency", "slot", "not offered"]);
    expect(first!.trim().split(/ {2,}/)).to.deep.equal([
      A,
      "in use",
      "0 ms",
      "1000",
      "getProgramAccounts",
    ]);
    expect(second!).to.include("set aside: slow");
  });

  it("labels requests with host and port, and with nothing else of the URL", async () => {
    const metrics = createMetrics();
    const timers = new ManualTimers();
    const fetch = meteredFetch({ fetch: async () => new Response("{}"), timers, events: metrics });
    const body = JSON.stringify({ method: "getSlot" });
    await fetch(`https://me:password@${B}/v2/secret-key?token=1`, { method: "POST", body });
    const text = await metrics.text();
    expect(text).to.include(
      `milepost_keeper_rpc_seconds_count{method="getSlot",ok="true",host="${B}"} 1`,
    );
    expect(text).not.to.match(/password|secret-key|token=1/);
  });

  describe("websockets", () => {
    let server: Server;
    let written: unknown[][];
    const { error, warn } = console;
    beforeEach(async () => {
      written = [];
      console.error = console.warn = (...parts: unknown[]) => void written.push(parts);
      server = createServer();
      server.on("upgrade", (_, socket) => socket.destroy());
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });
    afterEach(() => {
      Object.assign(console, { error, warn });
      server.close();
      server.closeAllConnections();
    });

    it("tell their errors, and write nothing to the console", async () => {
      const { port } = server.address() as AddressInfo;
      const socket = openSocket(`http://127.0.0.1:${port}`, {
        wsUrl: `ws://127.0.0.1:${port}/key`,
      });
      const told = new Promise<unknown>((resolve) => socket.onError!(resolve));
      socket.connection.onSlotChange(() => undefined);
      expect(await told).to.have.property("message");
      socket.close();
      expect(socket.host).to.equal(`127.0.0.1:${port}`);
      expect(written).to.deep.equal([]);
    });

    it("write one line per host and minute, with how many were left out", () => {
      const timers = new ManualTimers();
      const tell = socketErrors(logged(), timers);
      for (let second = 0; second < 61; second += 1) {
        tell(A, new Error("refused"));
        if (second === 0) tell(B, new Error("refused"));
        timers.pass(1_000);
      }
      const shown = lines.map(({ event, host, repeated }) => ({ event, host, repeated }));
      expect(shown).to.deep.equal([
        { event: "websocket error", host: A, repeated: 0 },
        { event: "websocket error", host: B, repeated: 0 },
        { event: "websocket error", host: A, repeated: 59 },
      ]);
    });

    it("leave what web3.js says of subscriptions to the log, once a minute", () => {
      let time = 0;
      logConsole(logged(), () => time);
      for (const wait of [0, 1_000, 60_000]) {
        time += wait;
        console.error("Received error calling `slotSubscribe`", { args: [], error: "x" });
      }
      expect(lines).to.have.length(2);
      expect(lines[0]).to.include({ event: "console", level: "warn" });
      expect(written).to.deep.equal([]);
    });
  });
});
