import { mkdir } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import { PGlite, type Results, type Transaction as PGliteTransaction } from "@electric-sql/pglite";
import type { Database } from "./database";
import { filesIn, ifFull } from "./database-files";
import { lockDirectory } from "./directory-lock";
import { DatabaseDamagedError, DatabaseDirectoryError, isDamage, isSystemError } from "./errors";
import type { DatabaseProgram } from "./program";

/** Parsers that return types beyond a JavaScript number as strings, as `pg` does. */
const INT8 = 20;
const NUMERIC = 1700;
const asText = (value: string) => value;

/**
 * PGlite's parameters, with small buffers. With the defaults (128 MB of buffers, a gigabyte of WAL), it would take more memory
 * than the rest of a program.
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
 * Opens an embedded Postgres with its files in `directory`, for one process at a time; without a directory it is in memory and
 * ends with the process. Commits survive a killed process but not always a power cut, because nothing is forced to
 * the disk; a Postgres server forces it.
 * Throws `DatabaseInUseError`, `DatabaseDirectoryError`, `DatabaseDamagedError` or `DatabaseVersionError`.
 */
export async function openEmbedded(
  program: DatabaseProgram,
  directory?: string,
): Promise<Database> {
  if (directory === undefined) return new Embedded(await start(undefined), null);
  try {
    return await openIn(directory, program);
  } catch (error) {
    if (isSystemError(error)) throw new DatabaseDirectoryError(directory, error);
    throw error;
  }
}

async function openIn(directory: string, program: DatabaseProgram): Promise<Database> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const unlock = lockDirectory(directory, program.name);
  try {
    const explain = (error: unknown) => explained(directory, error, program);
    const pglite = await start(await filesIn(directory, program)).catch(async (error: unknown) => {
      // Other errors of the start stay as they are.
      if (isSystemError(error) || error instanceof RangeError) throw error;
      throw await explain(error);
    });
    return new Embedded(pglite, { explain, unlock });
  } catch (error) {
    unlock();
    throw error;
  }
}

/** Returns the error to show for PGlite's own one about files that it cannot read or write. */
async function explained(
  directory: string,
  error: unknown,
  program: DatabaseProgram,
): Promise<Error> {
  return (await ifFull(directory, error)) ?? new DatabaseDamagedError(directory, error, program);
}

/** The directory of a database that is not in memory. */
interface Files {
  /** Returns the error to show for damage that Postgres met. */
  explain(error: unknown): Promise<Error>;
  /** Gives the directory back. */
  unlock(): void;
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
 * Makes V8 compile each function of Postgres at its first call, and only once. By default it compiles everything, compiles hot
 * functions a second time, and keeps both: 70 MB more, and twice the time to open.
 */
function compileLittle(): void {
  setFlagsFromString("--wasm-lazy-compilation");
  setFlagsFromString("--liftoff-only");
}

/** PGlite has one session: a transaction must be over before the next statement's turn. */
class Embedded implements Database {
  private last: Promise<unknown> = Promise.resolve();
  /** Error after which nothing works any more. */
  private damage: Error | null = null;

  constructor(
    private readonly pglite: PGlite,
    private readonly files: Files | null,
  ) {}

  query<Row>(text: string, values?: unknown[]): Promise<Row[]> {
    return this.alone(async () => (await this.pglite.query<Row>(text, values)).rows);
  }

  script<Row>(text: string): Promise<Row[]> {
    return this.alone(async () => {
      try {
        return lastRows<Row>(await this.pglite.exec(text));
      } catch (error) {
        // Pointless once Postgres has stopped; the first error says why.
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
      this.files?.unlock();
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
      if (this.files === null || !isDamage(error)) throw error;
      this.damage = await this.files.explain(error);
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
    throw new Error("a transaction closes when its work ends");
  }
}

function lastRows<Row>(results: Results[]): Row[] {
  return (results[results.length - 1]?.rows ?? []) as Row[];
}
