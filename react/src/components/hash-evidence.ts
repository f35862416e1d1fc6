/** Hashes a file in the browser, with progress. */
import { hashDocument } from "@milepost/sdk";
import { ProblemError, toProblem } from "../problems/problem";

/** File with its hash. The file stays in the browser until the page uploads it. */
export interface EvidenceFile {
  /** File as the user chose it. */
  file: File;
  /** SHA-256 of its bytes, 32 bytes, for `submitMilestone` or `disputeMilestone`. */
  hash: Uint8Array;
  /** The same hash in lower-case hexadecimal digits. */
  hashHex: string;
}

/** Largest file that is hashed where no limit is given: 25 MiB. */
export const DEFAULT_MAX_BYTES = 25 * 1024 * 1024;

/** Returns the number of bytes in the largest fitting unit, such as `1.5 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/**
 * Hashes a file in the browser. `onProgress` gets the share that was read, 0 to 1. Throws a `ProblemError` for an empty file,
 * one that is too large, and one that cannot be read.
 * @example
 * import { hashEvidence } from "@milepost/react";
 *
 * const { hash, hashHex } = await hashEvidence(file, { onProgress: (share) => console.log(share) });
 */
export async function hashEvidence(
  file: File,
  options: {
    /** Largest size in bytes. Default: 25 MiB. */
    maxBytes?: number;
    /** Called with the share that was read, 0 to 1. */
    onProgress?: (share: number) => void;
    /** Stops the reading. */
    signal?: AbortSignal;
  } = {},
): Promise<EvidenceFile> {
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  if (file.size === 0) {
    throw refuse("evidence.empty", "The file is empty", `${file.name} has no content.`);
  }
  if (file.size > maxBytes) {
    const text = `${file.name} has ${formatBytes(file.size)}; the limit is ${formatBytes(maxBytes)}.`;
    throw refuse("evidence.tooLarge", "The file is too large", text);
  }
  const bytes = await readFile(file, options);
  const hash = await hashDocument(bytes);
  const hashHex = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { file, hash, hashHex };
}

async function readFile(
  file: File,
  { onProgress, signal }: { onProgress?: (share: number) => void; signal?: AbortSignal },
): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.size);
  let read = 0;
  try {
    const reader = file.stream().getReader();
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) break;
      bytes.set(value, read);
      read += value.length;
      onProgress?.(read / file.size);
    }
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw refuse(
      "evidence.unreadable",
      "The file cannot be read",
      `${file.name} changed or was moved.`,
    );
  }
  if (read !== file.size) {
    throw refuse(
      "evidence.unreadable",
      "The file cannot be read",
      `${file.name} changed meanwhile.`,
    );
  }
  return bytes;
}

function refuse(code: string, title: string, text: string): ProblemError {
  return new ProblemError(toProblem(code, [title, text, "Choose another file.", true]));
}
