/**
 * Keeps a second process out of a directory, by a lock of the operating system on a file in it. The kernel releases the lock
 * of a killed process. Containers that share a volume see one lock, even when they share nothing else.
 */
import { closeSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { DatabaseDirectoryError, DatabaseInUseError } from "./errors";
import type { ProgramName } from "./program";

/** Lock file. It stays when the lock is released: a file that is removed and created again would be two locks. */
export const LOCK_FILE = "lock";

/**
 * Holds the directory until the returned function is called or the process ends. Throws `DatabaseInUseError` when another
 * process holds it, and `DatabaseDirectoryError` when its file system has no locks.
 */
export function lockDirectory(directory: string, program: ProgramName): () => void {
  const tryLock = loadTryLock(directory);
  const file = openSync(join(directory, LOCK_FILE), "a", 0o600);
  let isHeld = false;
  try {
    isHeld = tryLock(file);
  } catch (error) {
    throw new DatabaseDirectoryError(directory, error);
  } finally {
    if (!isHeld) closeSync(file);
  }
  if (!isHeld) throw new DatabaseInUseError(directory, program);
  let isReleased = false;
  return () => {
    if (isReleased) return;
    isReleased = true;
    closeSync(file);
  };
}

/** Loads the native module on first use, so that a program with a Postgres server runs on platforms without it. */
function loadTryLock(directory: string): (file: number) => boolean {
  try {
    const load = createRequire(__filename);
    const { tryLock } = load("fs-native-extensions") as { tryLock(file: number): boolean };
    return tryLock;
  } catch (error) {
    throw new DatabaseDirectoryError(directory, error, "this platform has no file locks");
  }
}
