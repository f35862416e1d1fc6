import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { PGlite, type Results, type Transaction as PGliteTransaction } from "@electric-sql/pglite";
import type { Database } from "../types";
import { lockDirectory } from "./directory-lock";

const execute = promisify(execFile);
const PGLITE = "@electric-sql/pglite";

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
    return new Embedded(await start(await filesIn(directory)), unlock);
  } catch (error) {
    unlock();
    throw error;
  }
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

const FILES = "postgres";
const UNFINISHED = "unfinished-";

/** Where in the directory the files are. Half of them, as a killed process leaves them, are never taken for a database. */
async function filesIn(directory: string): Promise<string> {
  const files = join(directory, FILES);
  for (const name of await readdir(directory)) {
    if (name.startsWith(UNFINISHED)) await remove(join(directory, name));
  }
  if (existsSync(files)) return files;
  // Of its own name: what a killed process has started may still be writing into another one.
  const unfinished = await mkdtemp(join(directory, UNFINISHED));
  try {
    await createFiles(unfinished);
    await rename(unfinished, files);
  } catch (error) {
    await remove(unfinished);
    throw new Error(`the database in ${directory} could not be set up`, { cause: error });
  }
  return files;
}

/** As far as possible; the next start tries again. */
async function remove(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

/** In a process of its own: setting up a cluster takes over 600 MB, of which a thread would leave 100 behind. */
async function createFiles(directory: string): Promise<void> {
  const program = `
    const [pglite, dataDir] = process.argv.slice(1);
    require(pglite).PGlite.create({ dataDir }).then((database) => database.close());
  `;
  await execute(process.execPath, ["-e", program, require.resolve(PGLITE), directory]);
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
