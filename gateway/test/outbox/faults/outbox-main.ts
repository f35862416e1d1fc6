/** Runs an outbox in a process of its own that kills itself at a given point. Each job moves lamports and notes it in a table. */
import { openDatabase } from "@milepost/database";
import { migrate } from "@milepost/database";
import { Connection, Keypair, PublicKey } from "@solana/web3.js";
import type { ChainRuntime } from "../../../src/chain";
import { createLog } from "../../../src/observe/log";
import { createOutbox } from "../../../src/outbox/create-outbox";
import type { CrashHook } from "../../../src/outbox/crash-points";
import { GATEWAY_SCHEMA, PROGRAM } from "../../../src/store/migrations";
import { transferOf } from "../transfer";
import { OPTIONS_VARIABLE, type OutboxProcessOptions } from "./outbox-process";

/** Kills the process by `kill -9` when it passes the point: nothing after it runs, not even a `finally`. */
function crashAt(wanted: OutboxProcessOptions["crashAt"]): CrashHook | undefined {
  if (wanted === undefined) return undefined;
  return (point) => {
    if (point !== wanted) return undefined;
    process.kill(process.pid, "SIGKILL");
    return new Promise<void>(() => undefined);
  };
}

function chainOf({ rpcUrl, sponsor, programId }: OutboxProcessOptions): ChainRuntime {
  const connection = new Connection(rpcUrl, "confirmed");
  const key = Keypair.fromSecretKey(Uint8Array.from(sponsor));
  return {
    mode: "test",
    connection,
    genesisHash: "",
    programId: new PublicKey(programId),
    gateway: PublicKey.default,
    signer: key,
    sponsor: key,
    mints: {},
    time: async () => BigInt((await connection.getBlockTime(await connection.getSlot())) ?? 0),
    sandboxKey: null,
    sandboxFund: null,
  };
}

async function main(): Promise<void> {
  const options = JSON.parse(process.env[OPTIONS_VARIABLE]!) as OutboxProcessOptions;
  const log = createLog({ level: "debug" });
  const { databaseUrl, directory } = options;
  const onError = (error: Error) => log.warn({ err: error }, "database");
  const database = await openDatabase(
    databaseUrl === undefined ? { directory: directory! } : { url: databaseUrl, onError },
    PROGRAM,
  );
  await migrate(database, GATEWAY_SCHEMA);
  await database.transaction(async (transaction) => {
    // Two processes that create a table at once fail, also with IF NOT EXISTS.
    await transaction.query("SELECT pg_advisory_xact_lock(1)");
    await transaction.query("CREATE TABLE IF NOT EXISTS public.paid (key text NOT NULL)");
  });
  const outbox = createOutbox({
    database,
    chains: { test: chainOf(options) },
    log,
    now: () => new Date(),
    pollMs: 100,
    leaseSeconds: 1,
    resendEveryMs: 100,
    random: () => 0,
    crash: crashAt(options.crashAt),
  });
  outbox.register("pay", {
    build: (chain, job) => Promise.resolve(transferOf(chain, job)),
    async landed(transaction, job) {
      await transaction.query("INSERT INTO public.paid (key) VALUES ($1)", [job.dedupeKey]);
    },
    failed: () => Promise.resolve(),
  });
  const ids = await database.transaction(async (transaction) => {
    const added: string[] = [];
    for (const key of options.keys) {
      added.push(
        await outbox.enqueue(transaction, {
          accountId: "acct_test",
          mode: "test",
          kind: "pay",
          subjectId: `subject_${key}`,
          dedupeKey: key,
          payload: options.payload,
        }),
      );
    }
    return added;
  });
  const told = new Promise<void>((resolve) => process.once("SIGTERM", resolve));
  outbox.start();
  log.info("started");
  void Promise.all(ids.map((id) => outbox.wait(id, 600_000))).then(() => log.info("all ended"));
  await told;
  const isQuiet = await outbox.stop();
  const rows = await database.query(
    `SELECT j.dedupe_key AS key, j.state, count(p.key)::integer AS paid
     FROM milepost_gateway.chain_jobs j LEFT JOIN public.paid p ON p.key = j.dedupe_key
     GROUP BY j.dedupe_key, j.state ORDER BY j.dedupe_key`,
  );
  await database.close();
  log.info({ isQuiet, rows }, "stopped");
}

void main()
  .catch((error: unknown) => {
    console.error(error);
    return 1;
  })
  .then((code) => process.exit(code ?? 0));
