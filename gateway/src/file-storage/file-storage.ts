/** Where the bytes of files lie. A file's name in the storage is its SHA-256: no text of a client ever becomes a path. */
import type { Readable } from "node:stream";

/** Bytes that were received and hashed, in a file of `stagingDirectory`. */
export interface StagedFile {
  /** Path of the staged file. `put` may move it away. */
  path: string;
  /** SHA-256 of the bytes, 64 hexadecimal digits. */
  sha256: string;
  /** Number of bytes. */
  size: number;
}

/** Storage of bytes by their SHA-256. Every method may be repeated. */
export interface FileStorage {
  /** Directory for files on their way in. For a directory storage it is on the same file system, so that `put` moves them. */
  readonly stagingDirectory: string;
  /** Stores the bytes under their hash. Resolves when they would survive a power failure. */
  put(file: StagedFile): Promise<void>;
  /** Returns the bytes, or null when the storage has none with this hash. */
  read(sha256: string): Promise<Readable | null>;
}

/** Files of one gateway. */
export interface FileSettings {
  readonly storage: FileStorage;
  /** Longest file in bytes. Default: 25 MiB. */
  readonly maxBytes?: number;
  /** Bytes that one account may store per mode. Default: 10 GiB. */
  readonly quotaBytes?: number;
}

/** Longest file in bytes, unless the settings say otherwise. */
export const DEFAULT_MAX_BYTES = 25 * 1024 * 1024;
/** Bytes per account and mode, unless the settings say otherwise. */
export const DEFAULT_QUOTA_BYTES = 10 * 1024 * 1024 * 1024;

/** Refuses a name that is not a SHA-256, before it becomes part of a path or key. */
export function requireHash(sha256: string): string {
  if (/^[0-9a-f]{64}$/.test(sha256)) return sha256;
  throw new Error("a stored file is named by 64 hexadecimal digits");
}
