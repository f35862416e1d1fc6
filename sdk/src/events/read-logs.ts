/** Reads what one program wrote into a transaction's logs, without web3.js. */

/** Line of data that the program wrote, such as an event. */
export interface ProgramData {
  /** Data in base64. */
  base64: string;
  /** Index of the top-level instruction that caused it. */
  instructionIndex: number;
}

/** Lines of data in one transaction's logs. */
export interface ProgramLogs {
  /** Lines of the program, in the order in which it wrote them. */
  lines: ProgramData[];
  /** True when the node truncated the log, so that lines may be missing. */
  isTruncated: boolean;
}

const INVOKE = /^Program (\w{32,44}) invoke \[(\d+)\]$/;
const EXIT = /^Program (\w{32,44}) (success|failed(?:: .*)?)$/;
const DATA = "Program data: ";

/**
 * Returns the lines of data that the program wrote. A `Program data:` line names no program, so the stack of invocations is
 * followed: only lines written while the program runs count.
 * @example
 * readProgramData(transaction.meta.logMessages, "Mi7oNpXg2unyTa7AcxtezMfg5Bt5SMW7f4qr5MqXKH9").lines;
 */
export function readProgramData(logs: readonly string[], program: string): ProgramLogs {
  const lines: ProgramData[] = [];
  let stack: string[] = [];
  let instructionIndex = -1;
  let isTruncated = false;
  for (const line of logs) {
    const invoke = INVOKE.exec(line);
    if (invoke) {
      const depth = Number(invoke[2]);
      if (depth === 1) instructionIndex += 1;
      // The depth comes from the runtime: a lost line must not change which program counts as running.
      stack = [...stack.slice(0, depth - 1), invoke[1]!];
      continue;
    }
    const exit = EXIT.exec(line);
    if (exit) {
      if (stack[stack.length - 1] === exit[1]) stack = stack.slice(0, -1);
      continue;
    }
    if (line === "Log truncated") {
      isTruncated = true;
    } else if (line.startsWith(DATA) && stack[stack.length - 1] === program) {
      lines.push({ base64: line.slice(DATA.length).trim(), instructionIndex });
    }
  }
  return { lines, isTruncated };
}
