/** The files of the embedded database: created completely or not at all, and checked before Postgres opens them. */
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rename, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseDamagedError, DatabaseDirectoryError, DatabaseVersionError } from "./errors";
import { initdb } from "./initdb";
import type { DatabaseProgram } from "./program";
import { templateIn, unpackTemplate } from "./template";

/** Major version of PostgreSQL in PGlite, which cannot open files of another. */
export const EMBEDDED_POSTGRES = "18";

const FILES = "postgres";
const UNFINISHED = "unfinished-";
/** Least free space, in bytes. With less, Postgres cannot write its log and stops without a reason. */
const LEAST_FREE_BYTES = 2n * 1024n * 1024n;

/**
 * Returns where in the directory the files are, and makes them when there are none: from the template, or by initdb when there
 * is no template. Incomplete files, as a killed process leaves them, never count as a database.
 */
export async function filesIn(
  directory: string,
  program: DatabaseProgram,
  template?: string,
): Promise<string> {
  const files = join(directory, FILES);
  for (const name of await readdir(directory)) {
    if (name.startsWith(UNFINISHED)) await remove(join(directory, name));
  }
  if (existsSync(files)) {
    checkFiles(directory, files, program);
    return files;
  }
  // A unique name: a child of a killed process may still write into an older one.
  const unfinished = await mkdtemp(join(directory, UNFINISHED));
  try {
    if (!unpackTemplate(template ?? templateIn(), unfinished)) await initdb(unfinished);
    await rename(unfinished, files);
  } catch (error) {
    const full = await ifFull(directory, error);
    await remove(unfinished);
    throw full ?? new Error(`the database in ${directory} could not be set up`, { cause: error });
  }
  return files;
}

/** Returns an error that says so when the directory's disk has no room left, otherwise null. */
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

/** Checks the files: PGlite would treat a directory without a version as empty and overwrite it. */
function checkFiles(directory: string, files: string, program: DatabaseProgram): void {
  const missing = ["PG_VERSION", "global/pg_control", "base", "pg_wal"].find(
    (name) => !existsSync(join(files, name)),
  );
  if (missing !== undefined) {
    throw new DatabaseDamagedError(directory, `${missing} is missing`, program);
  }
  // With another user's files, Postgres would only say that it cannot start.
  accessSync(join(files, "global/pg_control"), constants.R_OK | constants.W_OK);
  const version = readFileSync(join(files, "PG_VERSION"), "utf8").trim();
  if (version !== EMBEDDED_POSTGRES) {
    throw new DatabaseVersionError(directory, version.slice(0, 20), EMBEDDED_POSTGRES, program);
  }
}

/** Removes leftovers as far as possible; the next start tries again. */
async function remove(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}
