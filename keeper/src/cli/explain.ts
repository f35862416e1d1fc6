/** The line on standard error and the exit code that an error ends the command with. */
import { UsageError } from "../config/errors";
import { DatabaseUnusableError } from "../database/errors";

/** Something that the user gave has to change. */
const TO_CHANGE = 2;
const FAILED = 1;

/** Returns one line. 2 means that starting again is of no use before the user has changed something. */
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

/** A call of the operating system that failed on a file. */
function isOfFile(error: unknown): error is NodeJS.ErrnoException & { path: string } {
  if (!(error instanceof Error)) return false;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  return typeof code === "string" && typeof syscall === "string" && typeof path === "string";
}
