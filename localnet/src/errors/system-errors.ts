/** Errors of the system, for ports and directories, as errors of this package. */
import { LocalnetError } from "./localnet-error";

/** Turns a system error about a port into a `LocalnetError`, and returns any other error unchanged. */
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

/** Runs `work` on a directory. Throws `LocalnetError` (`DirectoryNotWritable`) when the system refuses it. */
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
