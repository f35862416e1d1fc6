import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { PGlite, type Results, type Transaction as PGliteTransaction } from "@electric-sql/pglite";
import type { Database } from "../types";
import { lockDirectory } from "./directory-lock";

/** Types that do not fit a JavaScript number come as strings, as `pg` hands them out. */
const INT8 = 20;
const NUMERIC = 1700;
const asText = (value: string) => value;

/**
 * PGlite's own parameters, and a server of the size of its task: by the defaults (128 MB of buffers, a gigabyte of WAL)
 * it alone would take more memory than the whole keeper.
 */
const START_PARAMETERS = [
  ...["--single", "-F", "-O", "-j"],
  ...[
    "search_path=public",
    "exit_on_error=false",
    "log_checkpoints=false",
    "max_worker_processes=0",
    "max_parallel_workers=0",
    "max_parallel_workers_per_gather=0",
    "max_parallel_maintenance_workers=0",
    "io_method=sync",
    "max_connections=5",
    "shared_buffers=8MB",
    "work_mem=2MB",
    "wal_buffers=256kB",
    "min_wal_size=32MB",
    "max_wal_size=64MB",
  ].flatMap((setting) => ["-c", setting]),
];

/**
 * An embedded Postgres whose files are in `directory`, for one process at a time; without a directory it is in memory and
 * ends with the process. What is committed survives a killed process but not always a power cut, as nothing is forced to
 * the disk; a Postgres server does that.
 * Throws `DatabaseInUseError`.
 */
export async function openEmbedded(directory?: string): Promise<Database> {
  if (directory === undefined) return new Embedded(await start(undefined), () => undefined);
  await mkdir(directory, { recursive: true });
  const unlock = await lockDirectory(directory);
  try {
    if (!existsSync(join(directory, "PG_VERSION"))) await createFiles(directory);
    return new Embedded(await start(directory), unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function start(directory: string | undefined): Promise<PGlite> {
  return PGlite.create({
    ...(directory === undefined ? {} : { dataDir: directory }),
    startParams: START_PARAMETERS,
    parsers: { [INT8]: asText, [NUMERIC]: asText },
  });
}

/** In a thread of its own: setting up a cluster takes over 600 MB, which only the end of the thread gives back. */
async function createFiles(directory: string): Promise<void> {
  const program = `
    const { workerData } = require("node:worker_threads");
    const { PGlite } = require(workerData.pglite);
    PGlite.create({ dataDir: workerData.directory }).then((database) => database.close());
  `;
  const workerData = { directory, pglite: require.resolve("@electric-sql/pglite") };
  const worker = new Worker(program, { eval: true, workerData });
  await new Promise<void>((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`setting up the database in ${directory} ended with ${code}`)),
    );
  });
}

/** PGlite has one session: whatever leaves it within a transaction must be over before anybody else's turn. */
class Embedded implements Database {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly pglite: PGlite,
    private readonly unlock: () => void,
  ) {}

  query<Row>(text: string, values?: unknown[]): Promise<Row[]> {
    return this.alone(async () => (await this.pglite.query<Row>(text, values)).rows);
  }

  script<Row>(text: string): Promise<Row[]> {
    return this.alone(async () => {
      try {
        return lastRows<Row>(await this.pglite.exec(text));
      } catch (error) {
        await this.pglite.exec("ROLLBACK");
        throw error;
      }
    });
  }

  transaction<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return this.alone(() =>
      this.pglite.transaction((transaction) => work(new EmbeddedTransaction(transaction))),
    );
  }

  async close(): Promise<void> {
    try {
      await this.alone(() => this.pglite.close());
    } finally {
      this.unlock();
    }
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }
}

class EmbeddedTransaction implements Database {
  constructor(
    private readonly inner: PGliteTransaction,
    private readonly depth = 1,
  ) {}

  async query<Row>(text: string, values?: unknown[]): Promise<Row[]> {
    return (await this.inner.query<Row>(text, values)).rows;
  }

  async script<Row>(text: string): Promise<Row[]> {
    return lastRows<Row>(await this.inner.exec(text));
  }

  async transaction<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const savepoint = `nested_${this.depth}`;
    await this.inner.exec(`SAVEPOINT ${savepoint}`);
    try {
      const result = await work(new EmbeddedTransaction(this.inner, this.depth + 1));
      await this.inner.exec(`RELEASE SAVEPOINT ${savepoint}`);
      return result;
    } catch (error) {
      await this.inner.exec(`ROLLBACK TO SAVEPOINT ${savepoint}`);
      throw error;
    }
  }

  close(): Promise<void> {
    throw new Error("a transaction is closed by its work ending");
  }
}

function lastRows<Row>(results: Results[]): Row[] {
  return (results[results.length - 1]?.rows ?? []) as Row[];
}
