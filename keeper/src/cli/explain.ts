/** Turns an error into the line on standard error and the exit code. */
import { DatabaseUnusableError } from "@milepost/database";
import { UsageError } from "../config/errors";

/** Exit code when something that the user gave has to change. */
const TO_CHANGE = 2;
const FAILED = 1;

/** Returns one line and the code; 2 means that a restart does not help before the user has changed something. */
export function explain(error: unknown): { line: string; code: number } {
  const isTheirs = error instanceof UsageError || error instanceof DatabaseUnusableError;
  if (isTheirs) return { line: error.message, code: TO_CHANGE };
  if (isOfFile(error)) {
    const { code, syscall, path } = error;
    const line = `the system refused to ${syscall} ${path} (${code}): change its permissions or make room, then start again`;
    return { line, code: TO_CHANGE };
  }
  return { line: error instanceof Error ? error.message : String(error), code: FAILED };
}

/** Returns true for a system call that failed on a file. */
function isOfFile(error: unknown): error is NodeJS.ErrnoException & { path: string } {
  if (!(error instanceof Error)) return false;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  return typeof code === "string" && typeof syscall === "string" && typeof path === "string";
}
