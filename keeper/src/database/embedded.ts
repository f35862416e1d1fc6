import { mkdir } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import { PGlite, type Results, type Transaction as PGliteTransaction } from "@electric-sql/pglite";
import type { Database } from "../types";
import { filesIn, ifFull } from "./database-files";
import { lockDirectory } from "./directory-lock";
import { DatabaseDamagedError, DatabaseDirectoryError, isDamage, isSystemError } from "./errors";

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
 * Throws `DatabaseInUseError`, `DatabaseDirectoryError`, `DatabaseDamagedError` or `DatabaseVersionError`.
 */
export async function openEmbedded(directory?: string): Promise<Database> {
  if (directory === undefined) return new Embedded(await start(undefined), null, () => undefined);
  try {
    return await openIn(directory);
  } catch (error) {
    if (isSystemError(error)) throw new DatabaseDirectoryError(directory, error);
    throw error;
  }
}

async function openIn(directory: string): Promise<Database> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const unlock = lockDirectory(directory);
  try {
    const files = await filesIn(directory);
    const pglite = await start(files).catch((error: unknown) => explain(directory, error));
    return new Embedded(pglite, directory, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

/** PGlite says nothing about files that it can't open. What it says of other things stays. */
async function explain(directory: string, error: unknown): Promise<never> {
  if (isSystemError(error) || error instanceof RangeError) throw error;
  throw (await ifFull(directory, error)) ?? new DatabaseDamagedError(directory, error);
}

async function start(directory: string | undefined): Promise<PGlite> {
  compileLittle();
  return PGlite.create({
    ...(directory === undefined ? {} : { dataDir: directory }),
    startParams: START_PARAMETERS,
    parsers: { [INT8]: asText, [NUMERIC]: asText },
  });
}

/**
 * Postgres is compiled function by function when each is called first, and once only. By default all of it is compiled,
 * what is used often a second time for speed, and both are kept: 70 MB more, and twice as long to open.
 */
function compileLittle(): void {
  setFlagsFromString("--wasm-lazy-compilation");
  setFlagsFromString("--liftoff-only");
}

/** PGlite has one session: whatever leaves it within a transaction must be over before anybody else's turn. */
class Embedded implements Database {
  private last: Promise<unknown> = Promise.resolve();
  /** After it nothing works any more. */
  private damage: unknown = null;

  constructor(
    private readonly pglite: PGlite,
    private readonly directory: string | null,
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
        // Of no more use when Postgres has stopped; the first error says why.
        await this.pglite.exec("ROLLBACK").catch(() => undefined);
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
      if (this.damage === null) await this.alone(() => this.pglite.close());
    } finally {
      this.unlock();
    }
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(() => this.watched(work));
    this.last = result.catch(() => undefined);
    return result;
  }

  private async watched<T>(work: () => Promise<T>): Promise<T> {
    if (this.damage !== null) throw this.damage;
    try {
      return await work();
    } catch (error) {
      const { directory } = this;
      if (directory === null || !isDamage(error)) throw error;
      this.damage = (await ifFull(directory, error)) ?? new DatabaseDamagedError(directory, error);
      throw this.damage;
    }
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
