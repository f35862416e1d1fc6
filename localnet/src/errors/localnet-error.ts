/** Errors of this package: each says what happened, then what to do. */

/** Codes are append-only: a code is never renamed or reused. */
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
 * An error that stops a localnet from starting, or a program from finding one. `code` is stable; `message` is for people.
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
