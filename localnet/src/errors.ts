/** Errors of this package: each says what happened, then what to do. */

/** Append-only: a code is never renamed and never used for something else. */
export type LocalnetErrorCode =
  | "AddressUnavailable"
  | "DirectoryInUse"
  | "DirectoryNotWritable"
  | "KeyUnreadable"
  | "LedgerOfOtherProgram"
  | "NotFound"
  | "NotRunning"
  | "PortInUse"
  | "ProgramDamaged"
  | "ProgramMissing"
  | "TransactionFailed";

/**
 * What stops a localnet from starting, or a program from finding one. `code` is stable; `message` is for people.
 * @example
 * import { connectLocalnet, LocalnetError } from "@milepost/localnet";
 *
 * await connectLocalnet().catch((error) => {
 *   if (error instanceof LocalnetError && error.code === "NotRunning") console.error(error.message);
 *   else throw error;
 * });
 */
export class LocalnetError extends Error {
  /** Name of the class, for logs. */
  override readonly name = "LocalnetError";

  constructor(
    /** Stable code of the cause; branch on it, since messages may change. */
    readonly code: LocalnetErrorCode,
    message: string,
    /** Values that the message names: a path, a port, a hash. */
    readonly context: Readonly<Record<string, string | number>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** Returns what the system said about a port, as a sentence; the error itself when it is about something else. */
export function explainListenError(error: unknown): unknown {
  const { code, port, address } = error as NodeJS.ErrnoException & {
    port?: number;
    address?: string;
  };
  const context = { port: port ?? "unknown", address: address ?? "unknown" };
  switch (code) {
    case "EADDRINUSE":
      return new LocalnetError(
        "PortInUse",
        `Port ${port} of ${address} is in use. Stop the process that listens there, or choose another port: ` +
          "--port 9000 (with make: make localnet PORT=9000).",
        context,
        error,
      );
    case "EACCES":
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "ERR_SOCKET_BAD_PORT":
      return new LocalnetError(
        "AddressUnavailable",
        `Cannot listen (${(error as Error).message}). Choose a port from 1024 to 65534 with --port, and an address ` +
          "of this machine with --host.",
        context,
        error,
      );
    default:
      return error;
  }
}

const NOT_WRITABLE = [
  "EACCES",
  "EEXIST",
  "EISDIR",
  "ENOENT",
  "ENOSPC",
  "ENOTDIR",
  "EPERM",
  "EROFS",
];

/** Does `work` on a directory; what the system refuses becomes a `LocalnetError` (`DirectoryNotWritable`). */
export function inDirectory<T>(directory: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!code || !NOT_WRITABLE.includes(code)) throw error;
    throw new LocalnetError(
      "DirectoryNotWritable",
      `Cannot write to the directory ${directory} (${code}). Make it writable, or choose another one with --ledger.`,
      { directory, reason: code },
      error,
    );
  }
}
