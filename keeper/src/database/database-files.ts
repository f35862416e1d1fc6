/** The files of the embedded database: made whole or not at all, and checked before Postgres opens them. */
import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rename, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { DatabaseDamagedError, DatabaseDirectoryError, DatabaseVersionError } from "./errors";

const execute = promisify(execFile);
const PGLITE = "@electric-sql/pglite";
/** The major version of PostgreSQL that PGlite is; it opens no other's files. */
export const EMBEDDED_POSTGRES = "18";

const FILES = "postgres";
const UNFINISHED = "unfinished-";
/** With less room on its disk, Postgres cannot write its log, and says no more than that it stops. */
const LEAST_FREE_BYTES = 2n * 1024n * 1024n;

/**
 * Returns where in the directory the files are, and makes them when there are none. Half of them, as a killed process leaves
 * them, are never taken for a database.
 */
export async function filesIn(directory: string): Promise<string> {
  const files = join(directory, FILES);
  for (const name of await readdir(directory)) {
    if (name.startsWith(UNFINISHED)) await remove(join(directory, name));
  }
  if (existsSync(files)) {
    checkFiles(directory, files);
    return files;
  }
  // Of its own name: what a killed process has started may still be writing into another one.
  const unfinished = await mkdtemp(join(directory, UNFINISHED));
  try {
    await createFiles(unfinished);
    await rename(unfinished, files);
  } catch (error) {
    const full = await ifFull(directory, error);
    await remove(unfinished);
    throw full ?? new Error(`the database in ${directory} could not be set up`, { cause: error });
  }
  return files;
}

/** Returns an error that says so when the directory's disk has no room left, else null. */
export async function ifFull(
  directory: string,
  cause: unknown,
): Promise<DatabaseDirectoryError | null> {
  const room = await statfs(directory, { bigint: true }).catch(() => null);
  if (room === null || room.bavail * room.bsize >= LEAST_FREE_BYTES) return null;
  return new DatabaseDirectoryError(
    directory,
    Object.assign(new Error(), { code: "ENOSPC", cause }),
  );
}

/** PGlite would take a directory without a version for an empty one, and start anew over what is there. */
function checkFiles(directory: string, files: string): void {
  const missing = ["PG_VERSION", "global/pg_control", "base", "pg_wal"].find(
    (name) => !existsSync(join(files, name)),
  );
  if (missing !== undefined) throw new DatabaseDamagedError(directory, `${missing} is missing`);
  // Of another user's files, Postgres would say no more than that it can't begin.
  accessSync(join(files, "global/pg_control"), constants.R_OK | constants.W_OK);
  const version = readFileSync(join(files, "PG_VERSION"), "utf8").trim();
  if (version !== EMBEDDED_POSTGRES) {
    throw new DatabaseVersionError(directory, version.slice(0, 20), EMBEDDED_POSTGRES);
  }
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
