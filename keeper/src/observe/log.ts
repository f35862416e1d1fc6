/** The keeper's log: one JSON object per line, with all secrets redacted. */
import { pino, type DestinationStream, type Logger as PinoLogger } from "pino";
import { createHide, createRedact } from "./redact";

/** Pino's logger type. A plain re-export would declare a value that pino does not have. */
export type Logger = PinoLogger;

/** Levels of the log, from the most to the least detailed; `silent` writes nothing. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
/** One of `LOG_LEVELS`. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Options of `createLog`. */
export interface LogOptions {
  /** Least severe level that is written. Default: `info`. */
  level?: LogLevel;
  /** Texts that are never written, such as a webhook secret, and a key in each of the forms of `formsOf`. */
  secrets?: readonly string[];
  /** Stream that the lines are written to. Default: standard output. */
  destination?: DestinationStream;
}

/**
 * Creates a pino logger. It redacts its arguments and its children's fields at any depth, and each line once more as a whole.
 * @example
 * const log = createLog({ level: "debug", secrets: [webhookSecret] });
 */
export function createLog(options: LogOptions = {}): Logger {
  const redact = createRedact(options.secrets);
  const hide = createHide(options.secrets ?? []);
  // Synchronous, so that the last lines of a process that exits are written.
  const destination = options.destination ?? standardOutput();
  const log = pino(
    {
      level: options.level ?? "info",
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
      },
      // Redacted errors are plain objects already.
      serializers: { err: (error: unknown) => error, error: (error: unknown) => error },
      hooks: {
        logMethod(args, method) {
          const [first, ...rest] = args as unknown[];
          const shown =
            first instanceof Error
              ? [{ err: redact(first) }, ...(rest.length > 0 ? rest : [first.message]).map(redact)]
              : [first, ...rest].map(redact);
          method.apply(this, shown as Parameters<typeof method>);
        },
        streamWrite: hide,
      },
    },
    destination,
  );
  // pino has no hook for a child's fields. Children inherit these two.
  const { child, setBindings } = log;
  log.child = function (this: Logger, bindings: object, options?: object) {
    return child.call(this, redact(bindings) as object, options) as never;
  };
  log.setBindings = function (this: Logger, bindings) {
    setBindings.call(this, redact(bindings) as object);
  };
  return log;
}

/** Drops lines when the disk is full or the reader is gone. The log must not end the process that pays. */
function standardOutput(): DestinationStream {
  // Without a limit, what cannot be written would pile up in memory.
  const output = pino.destination({ dest: 1, sync: true, maxLength: 1_000_000 });
  output.on("error", () => undefined);
  return output;
}
