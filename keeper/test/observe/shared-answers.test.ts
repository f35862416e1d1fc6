/** Many who ask a keeper over HTTP at once. */
import { expect } from "chai";
import { createContext } from "@milepost/sdk";
import { Connection, Keypair } from "@solana/web3.js";
import type { Database } from "@milepost/database";
import { systemTimers } from "../../src/clock/timers";
import { openQueue } from "../../src/queue/leases";
import { createLog } from "../../src/observe/log";
import { createMetrics } from "../../src/observe/metrics";
import { type HttpServer, serveHttp } from "../../src/observe/http";
import { SelfReport } from "../../src/self-report";
import { SharedAnswers } from "../../src/observe/shared-answers";
import { ManualTimers } from "../harness/manual-timers";
import { migratedDatabase, SERVER_URL, type TestDatabase } from "../harness/test-database";

const CLIENTS = 300;
const failure = new Error("no database");

describe("answers that many share", () => {
  const timers = new ManualTimers();
  const reports: [unknown, number][] = [];
  let answers: SharedAnswers;
  beforeEach(() => {
    reports.splice(0);
    const now = () => timers.now();
    answers = new SharedAnswers({ now, onError: (error, count) => reports.push([error, count]) });
  });

  it("shares one answer between requests while it is pending and for a second, and then makes another one", async () => {
    let made = 0;
    const ask = () => answers.get("status", async () => (made += 1));
    expect(new Set(await Promise.all(Array.from({ length: CLIENTS }, ask)))).to.deep.equal(
      new Set([1]),
    );
    timers.pass(999);
    expect(await ask()).to.equal(1);
    timers.pass(1);
    expect(await ask()).to.equal(2);
  });

  it("does not share the answers of different questions", async () => {
    expect(await answers.get("a", async () => 1)).to.equal(1);
    expect(await answers.get("b", async () => 2)).to.equal(2);
  });

  it("does not make a second answer while a slow one is under way", async () => {
    let end!: (value: number) => void;
    const first = answers.get("a", () => new Promise<number>((resolve) => (end = resolve)));
    timers.pass(60_000);
    const second = answers.get("a", async () => 2);
    end(1);
    expect([await first, await second]).to.deep.equal([1, 1]);
  });

  it("shares a failure, too, and reports failures once per minute with how many there were", async () => {
    const ask = () => answers.get("a", () => Promise.reject(failure));
    for (let second = 0; second <= 60; second += 1) {
      const asked = await Promise.allSettled([ask(), ask(), ask()]);
      for (const each of asked) expect(each).to.have.property("reason", failure);
      timers.pass(1_000);
    }
    expect(reports).to.deep.equal([
      [failure, 1],
      [failure, 60],
    ]);
  });
});

describe(`a flood of requests over HTTP (${SERVER_URL ? "server" : "embedded"})`, () => {
  let test: TestDatabase;
  let server: HttpServer | null = null;
  const timers = new ManualTimers();
  beforeEach(async () => {
    test = await migratedDatabase();
  });
  afterEach(async () => {
    await server?.close();
    await test.drop();
  });

  function counted(inner: Database, texts: string[]): Database {
    return {
      query: (text, values) => {
        texts.push(text);
        return inner.query(text, values);
      },
      script: (text) => inner.script(text),
      transaction: (work) => inner.transaction(work),
      close: () => inner.close(),
    };
  }

  it("asks the database as often as one client a second would, and never by the connections that payments need", async () => {
    const [ofPayments, ofStatus]: string[][] = [[], []];
    const queue = await openQueue(test.database);
    const connection = new Connection("http://127.0.0.1:1");
    const feePayer = Keypair.generate();
    const context = createContext(connection, feePayer);
    const report = new SelfReport({
      options: {
        database: counted(test.database, ofPayments!),
        statusDatabase: counted(await test.another(), ofStatus!),
        queue,
        connection,
        connect: () => Promise.reject(failure) as never,
        feePayer,
        log: createLog({ level: "silent" }),
        metrics: createMetrics(),
      },
      context,
      clock: { time: async () => ({ slot: 1, now: 1_800_000_000n }) } as never,
      timers: systemTimers,
      events: { underfunded: () => undefined },
      rentBudget: null,
      isScanned: () => true,
      isLive: () => true,
      isStopping: () => false,
    });
    await report.status(new Date());
    await report.readiness();
    const once = ofStatus!.splice(0);
    expect(once.length).to.be.greaterThan(5);

    server = await serveHttp({
      port: 0,
      metrics: async () => ({ text: "", contentType: "text/plain" }),
      readiness: () => report.readiness(),
      status: () => report.status(new Date()),
      onError: (error) => {
        throw error;
      },
      now: () => timers.now(),
    });
    const { port } = server;
    const flood = async () => {
      const asked = Array.from({ length: CLIENTS }, async (_, index) => {
        const path = ["/status", "/readyz", "/metrics"][index % 3]!;
        const response = await fetch(`http://127.0.0.1:${port}${path}`);
        await response.text();
        return response.status;
      });
      // The fee payer's balance was never read.
      expect(new Set(await Promise.all(asked))).to.deep.equal(new Set([200, 503]));
    };
    for (let second = 1; second <= 3; second += 1) {
      await flood();
      await flood();
      expect(ofStatus).to.have.length(second * once.length);
      timers.pass(1_000);
    }
    expect(ofPayments).to.deep.equal([]);
    await queue.stop();
  });
});
