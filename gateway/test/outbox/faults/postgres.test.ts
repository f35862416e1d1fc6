import { migrate, openDatabase } from "@milepost/database";
import {
  createDatabase,
  dropDatabase,
  startPostgres,
  TcpProxy,
  type TestPostgres,
} from "@milepost/database/testing";
import { Connection } from "@solana/web3.js";
import { expect } from "chai";
import { RpcProxy } from "../../../../keeper/test/faults/rpc-proxy";
import type { OutboxOptions, RunningOutbox } from "../../../src/outbox/create-outbox";
import { GATEWAY_SCHEMA, PROGRAM } from "../../../src/store/migrations";
import { OutboxWorld } from "../outbox-world";
import { LAMPORTS } from "../transfer";

const WAIT_MS = 60_000;

/** SQL that makes Postgres answer as it does without room on its disk, for each job that would land. */
const DISK_FULL = `
  CREATE FUNCTION public.no_room() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
  CREATE TRIGGER no_room BEFORE UPDATE ON milepost_gateway.chain_jobs
    FOR EACH ROW WHEN (NEW.state = 'landed') EXECUTE FUNCTION public.no_room()`;

describe("outbox: faults of Postgres", () => {
  // This server is stopped, whichever server other suites use.
  let server: TestPostgres;
  let world: OutboxWorld;
  let rpc: RpcProxy;
  let network: TcpProxy;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server?.stop());
  beforeEach(async () => {
    const url = await createDatabase(server);
    network = await TcpProxy.open(url);
    const open = () =>
      openDatabase(
        { url: network.url, statementTimeoutMs: 2_000, onError: () => undefined },
        PROGRAM,
      );
    const database = await open();
    await migrate(database, GATEWAY_SCHEMA);
    world = await OutboxWorld.open({
      database,
      url,
      another: open,
      async drop() {
        await database.close();
        await dropDatabase(server, url);
      },
    });
    rpc = await RpcProxy.open(world.sandbox.localnet.url);
  });
  afterEach(async () => {
    rpc.heal();
    await world.close();
    await Promise.all([rpc.close(), network.close()]);
  });

  function start(options: Partial<OutboxOptions> = {}): RunningOutbox {
    const connection = new Connection(rpc.url, "confirmed");
    const chains = { test: { ...world.sandbox.chain, connection } };
    return world.start({ chains, leaseSeconds: 2, ...options });
  }

  /** Runs `happen` when the first transaction is sent, before it lands; resolves after it landed. */
  function onFirstSend(happen: () => Promise<void> | void): Promise<void> {
    let isFirst = true;
    return new Promise((resolve) => {
      rpc.fault = async (request, next) => {
        if (request.method !== "sendTransaction" || !isFirst) return next();
        isFirst = false;
        await happen();
        const answer = await next();
        resolve();
        return answer;
      };
    });
  }

  /** Waits for the job's end, however often the database fails meanwhile. */
  async function ended(outbox: RunningOutbox, id: string) {
    for (;;) {
      const job = await outbox.wait(id, WAIT_MS).catch(() => null);
      if (job) return job;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async function expectPaidOnce(outbox: RunningOutbox, id: string): Promise<void> {
    expect((await ended(outbox, id)).state).to.equal("landed");
    expect(world.keys("signed")).to.have.length(1);
    expect(await world.paid()).to.equal(LAMPORTS);
  }

  it("given a Postgres that restarts while a transaction is under way, then it is recorded and paid once", async () => {
    const happened = onFirstSend(() => server.restart());
    const outbox = start();
    const id = await world.enqueue(outbox, "restart");
    await happened;
    await expectPaidOnce(outbox, id);
  });

  it("given a network that loses Postgres while a transaction is under way, when it is back, then it is recorded and paid once", async () => {
    const happened = onFirstSend(() => {
      network.isRefusing = true;
      network.hangUp();
    });
    const outbox = start();
    const id = await world.enqueue(outbox, "network");
    await happened;
    network.isRefusing = false;
    await expectPaidOnce(outbox, id);
  });

  it("given a Postgres that is lost before the bytes are recorded, then nothing is sent until it is back", async () => {
    let isLost = false;
    rpc.fault = (request, next) => {
      if (request.method === "getLatestBlockhash" && !isLost) {
        isLost = true;
        network.isRefusing = true;
        network.hangUp();
      }
      return next();
    };
    const outbox = start();
    const id = await world.enqueue(outbox, "unrecorded");
    while (!isLost) await new Promise((resolve) => setImmediate(resolve));
    const lost = rpc.count("getLatestBlockhash");
    expect(rpc.count("sendTransaction")).to.equal(0);
    network.isRefusing = false;
    expect((await ended(outbox, id)).state).to.equal("landed");
    expect(rpc.count("getLatestBlockhash")).to.be.greaterThan(lost - 1);
    expect(world.keys("landed")).to.deep.equal(["unrecorded"]);
    expect(await world.paid()).to.equal(LAMPORTS);
  });

  it("given a disk that is full when a landed transaction is to be recorded, when there is room, then it is recorded and paid once", async () => {
    await world.database.script(DISK_FULL);
    const outbox = start();
    const id = await world.enqueue(outbox, "full");
    let row: { state: string; error: string | null } | undefined;
    while (!row?.error) {
      [row] = await world.database.query<{ state: string; error: string | null }>(
        "SELECT state, error FROM milepost_gateway.chain_jobs",
      );
    }
    expect(row).to.deep.include({ state: "signed" });
    expect(row.error).to.contain("No space left on device");
    expect(await world.paid()).to.equal(LAMPORTS);
    await world.database.script("DROP TRIGGER no_room ON milepost_gateway.chain_jobs");
    await expectPaidOnce(outbox, id);
    expect(world.keys("landed")).to.deep.equal(["full"]);
  });

  it("given a row that another session holds for longer than a statement may take, then the job lands afterwards and is paid once", async () => {
    const other = await world.opened.another();
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let held: Promise<void> | undefined;
    const happened = onFirstSend(async () => {
      await new Promise<void>((locked) => {
        const hold = other.transaction(async (transaction) => {
          await transaction.query("SELECT id FROM milepost_gateway.chain_jobs FOR UPDATE");
          locked();
          await released;
        });
        // The server ends an idle transaction after a time.
        held = hold.catch(() => undefined);
      });
    });
    // The statement's time limit ends the first run of the job.
    const outbox = start({ onOutcome: () => release() });
    const id = await world.enqueue(outbox, "slow");
    await happened;
    await held;
    await other.close();
    await expectPaidOnce(outbox, id);
  });
});
