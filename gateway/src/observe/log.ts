/** The gateway's log: one JSON object per line, without secrets. */
import { type DestinationStream, type Logger as PinoLogger, pino } from "pino";

/** Pino's logger type. */
export type Logger = PinoLogger;

/** Levels of the log, from the most to the least detailed; `silent` writes nothing. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
/** One of `LOG_LEVELS`. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Options of `createLog`. */
export interface LogOptions {
  /** Least severe level that is written. Default: `info`. */
  level?: LogLevel;
  /** Stream that the lines are written to. Default: standard output. */
  destination?: DestinationStream;
  /** Texts that no line may contain, beside those with the shape of a secret. */
  secrets?: readonly string[];
}

/** Secrets by their shape: API keys, webhook secrets, client secrets, cookies of wallet sessions, Basic credentials, passwords in URLs. */
const SECRETS: readonly [RegExp, string][] = [
  [/\b([sr]k_(?:test|live)_[0-9a-f]{0,4})[0-9a-f]+/g, "$1[redacted]"],
  [/\b(whsec|whsk|cs)_[A-Za-z0-9+/=_-]+/g, "$1_[redacted]"],
  [/(_secret_|\bmilepost_session=)[A-Za-z0-9_-]{20,}/g, "$1[redacted]"],
  [/\b(Basic|Bearer) +[A-Za-z0-9+/=._-]+/gi, "$1 [redacted]"],
  [/(\w+:\/\/[^\s:/@"]*):[^\s@"]*@/g, "$1:[redacted]@"],
  // A key pair as solana-keygen writes it.
  [/\[(?:\s*\d{1,3}\s*,){31,}\s*\d{1,3}\s*\]/g, '"[redacted]"'],
];

/** Returns the text with every secret replaced: those of the list, and those with a known shape. */
export function hideSecrets(text: string, secrets: readonly string[] = []): string {
  const without = secrets.reduce((shown, secret) => shown.replaceAll(secret, "[redacted]"), text);
  return SECRETS.reduce((shown, [shape, hidden]) => shown.replace(shape, hidden), without);
}

/**
 * Creates a pino logger that hides secrets in each line as a whole.
 * @example
 * const log = createLog({ level: "debug" });
 */
export function createLog({ level = "info", destination, secrets = [] }: LogOptions = {}): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: (line) => hideSecrets(line, secrets) },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
}
