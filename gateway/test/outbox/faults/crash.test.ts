import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openDatabase } from "@milepost/database";
import { createDatabase, dropDatabase, openServer, type Server } from "@milepost/database/testing";
import { Keypair, type PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { CRASH_POINTS, type CrashPoint } from "../../../src/outbox/crash-points";
import { PROGRAM } from "../../../src/store/migrations";
import { type Sandbox, startSandbox } from "../../harness/sandbox";
import { LAMPORTS } from "../transfer";
import { OutboxProcess, type OutboxProcessOptions } from "./outbox-process";

/** State of a job whose process was killed at each point. */
const STATE: Record<CrashPoint, string> = {
  "before-sign": "queued",
  "before-send": "signed",
  "after-send": "signed",
  "after-landing": "signed",
  "after-commit": "landed",
};

/** Number of payments that the chain has then carried out. */
const PAID: Record<CrashPoint, number> = {
  "before-sign": 0,
  "before-send": 0,
  "after-send": 1,
  "after-landing": 1,
  "after-commit": 1,
};

/** Slots after which every blockhash has expired. */
const EXPIRED = 160;

describe("outbox: kill -9", () => {
  let server: Server;
  let sandbox: Sandbox;
  let databaseUrl: string;
  let recipient: PublicKey;
  const processes: OutboxProcess[] = [];
  before(async () => {
    server = await openServer();
    sandbox = await startSandbox();
  });
  after(async () => {
    await sandbox?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    databaseUrl = await createDatabase(server);
    recipient = Keypair.generate().publicKey;
  });
  afterEach(async () => {
    for (const each of processes.splice(0)) await each.end();
    await dropDatabase(server, databaseUrl);
  });

  function run(options: Partial<OutboxProcessOptions> = {}): OutboxProcess {
    const { chain, localnet } = sandbox;
    const started = new OutboxProcess({
      rpcUrl: localnet.url,
      programId: chain.programId.toBase58(),
      sponsor: [...chain.sponsor.secretKey],
      ...(options.directory === undefined ? { databaseUrl } : {}),
      keys: ["one"],
      payload: { to: recipient.toBase58(), lamports: LAMPORTS },
      ...options,
    });
    processes.push(started);
    return started;
  }

  async function dieAt(
    point: CrashPoint,
    options: Partial<OutboxProcessOptions> = {},
  ): Promise<void> {
    const killed = run({ crashAt: point, ...options });
    expect(await killed.exit, killed.output).to.equal("SIGKILL");
  }

  async function states(): Promise<string[]> {
    const database = await openDatabase({ url: databaseUrl, connections: 1 }, PROGRAM);
    try {
      const rows = await database.query<{ state: string }>(
        "SELECT state FROM milepost_gateway.chain_jobs",
      );
      return rows.map(({ state }) => state);
    } finally {
      await database.close();
    }
  }

  const paid = async () => (await sandbox.chain.connection.getBalance(recipient)) / LAMPORTS;

  async function finish(options: Partial<OutboxProcessOptions> = {}): Promise<void> {
    const next = run(options);
    await next.line("all ended");
    const keys = options.keys ?? ["one"];
    expect(await next.stop()).to.deep.equal(keys.map((key) => ({ key, state: "landed", paid: 1 })));
    expect(await paid()).to.equal(keys.length);
  }

  for (const point of CRASH_POINTS) {
    it(`given a process that is killed ${point}, when another one starts, then the job is paid once, and database and chain agree`, async () => {
      await dieAt(point);
      expect(await states()).to.deep.equal([STATE[point]]);
      expect(await paid()).to.equal(PAID[point]);
      await finish();
    });

    it(`given a process that is killed ${point}, when another one starts after every blockhash has expired, then the job is paid once`, async () => {
      await dieAt(point);
      sandbox.localnet.chain.warp(EXPIRED, 0);
      await finish();
    });
  }

  it("given an embedded database, when its process is killed at one point after another, then each job is paid once", async function () {
    // The test starts six processes, and an embedded database takes seconds to open.
    this.timeout(300_000);
    const directory = mkdtempSync(path.join(tmpdir(), "outbox-crash-"));
    try {
      for (const point of CRASH_POINTS) await dieAt(point, { directory, keys: [point] });
      await finish({ directory, keys: [...CRASH_POINTS].sort() });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("given three processes of which two are killed, when the third goes on, then each of 40 jobs is paid once", async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `job-${index + 10}`);
    await Promise.all([dieAt("after-send", { keys }), dieAt("before-send", { keys })]);
    await finish({ keys });
  });
});
