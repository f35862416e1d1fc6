/** Turns an error into the line on standard error and the exit code. */
import { DatabaseUnusableError } from "@milepost/database";
import { CommanderError } from "commander";
import { UsageError } from "../config/usage-error";
import { hideSecrets } from "../observe/log";

/** Exit code where a restart does not help before something that the user gave has changed. */
const TO_CHANGE = 2;
const FAILED = 1;

/** Names of errors whose message says what to change; their packages are loaded only where they are used. */
const THEIRS = [
  "UsageError",
  "LocalnetError",
  "LedgerError",
  "ChainSetupError",
  "DatabaseInUseError",
  "OperatorError",
];

/** Flag of a setting that `ChainSetupError` names. */
const FLAGS: Readonly<Record<string, string>> = {
  databaseUrl: "--database-url",
  gateway: "--gateway",
  genesisHash: "--genesis-hash",
  mints: "--mint",
  programId: "--program-id",
  sponsor: "--sponsor",
};

const LISTEN: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use: choose another one",
  EACCES: "needs more privileges: choose one above 1023",
  EADDRNOTAVAIL: "is unavailable: this machine does not have that address",
  ENOTFOUND: "is unavailable: there is no such host",
};

/** Returns one line and the code; a commander error of its help or version has an empty line. */
export function explain(error: unknown): { line: string; code: number } {
  if (error instanceof CommanderError) {
    const isAnswer = error.exitCode === 0;
    return { line: isAnswer ? "" : shorten(error.message), code: isAnswer ? 0 : TO_CHANGE };
  }
  if (!(error instanceof Error)) return { line: String(error), code: FAILED };
  const { code = "", syscall, path } = error as NodeJS.ErrnoException;
  if (syscall === "listen") {
    const { address, port } = error as unknown as { address?: string; port?: number };
    const at = port === undefined ? "the port" : `port ${port} on ${address}`;
    return { line: `${at} ${LISTEN[code] ?? `cannot be listened on (${code})`}`, code: TO_CHANGE };
  }
  if (syscall !== undefined && path !== undefined) {
    const line = `the system refused to ${syscall} ${path} (${code}): change its permissions or make room, then start again`;
    return { line, code: TO_CHANGE };
  }
  const isTheirs =
    error instanceof UsageError ||
    error instanceof DatabaseUnusableError ||
    THEIRS.includes(error.name);
  const line = error.name === "ChainSetupError" ? withFlag(error.message) : error.message;
  return { line: hideSecrets(line), code: isTheirs ? TO_CHANGE : FAILED };
}

/** Returns the message with the flag in place of the setting: "mints.USDT: ..." becomes "--mint USDT: ...". */
const withFlag = (message: string): string =>
  message.replace(/^(\w+)(?:\.(\w+))?: /, (all, setting: string, part?: string) => {
    const flag = FLAGS[setting];
    return flag === undefined ? all : `${flag}${part === undefined ? "" : ` ${part}`}: `;
  });

/** Returns commander's message as one line: "error: option '--port <PORT>' argument 'x' is invalid. Give ..." */
const shorten = (message: string): string =>
  hideSecrets(message)
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ")
    // A value may be a password or a key that was given in the wrong place.
    .replace(/(argument|value) '[^']*'( from env '[^']*')? is invalid\. /, "$2: ")
    .replace(/ +from env '([^']*)':/, " ($1):")
    .replace(/ : /, ": ")
    .trim();
