import { InvalidInputError } from "../errors/input";
import { MilepostErrorCode } from "../errors/codes";

/** Bytes of a SHA-256. */
const HASH_LENGTH = 32;

/** What `hashDocument` takes. Text is hashed as UTF-8; a browser's `File` is a `Blob`. */
export type DocumentInput = Uint8Array | ArrayBuffer | Blob | string;

/**
 * SHA-256 of a document, 32 bytes: what `submitMilestone` and `disputeMilestone` put on chain in its place. The document
 * stays with the parties, who can prove with it what was submitted. A `Blob` is read into memory as a whole; for a large
 * file in Node see `hashFile`.
 * Throws `InvalidInputError` for what is empty or no document.
 * @example
 * const evidenceHash = await hashDocument(fileInput.files[0]);
 */
export async function hashDocument(input: DocumentInput): Promise<Uint8Array> {
  const bytes = await toBytes(input);
  if (bytes.length === 0) throw emptyDocument("document", input);
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle;
  if (!subtle) {
    throw new InvalidInputError({
      field: "document",
      expected: "a runtime with WebCrypto",
      received: "globalThis.crypto.subtle is missing",
      hint: "browsers offer it on HTTPS pages and on localhost only",
      code: MilepostErrorCode.InputHash,
    });
  }
  return new Uint8Array(await subtle.digest("SHA-256", bytes));
}

/**
 * SHA-256 of a file, 32 bytes, read piece by piece: it need not fit the memory. Node only; `hashDocument` takes a
 * browser's `File`. Throws `InvalidInputError` for an empty file, and Node's own error when it can't be read.
 * @example
 * const evidenceHash = await hashFile("./delivery.zip");
 */
export async function hashFile(path: string | URL): Promise<Uint8Array> {
  // The names are no literals: a bundler for browsers would try to resolve them and fail.
  const load = (name: string) =>
    import(/* webpackIgnore: true */ /* @vite-ignore */ `node:${name}`) as Promise<unknown>;
  const { createHash } = (await load("crypto")) as typeof import("node:crypto");
  const { createReadStream } = (await load("fs")) as typeof import("node:fs");
  const hash = createHash("sha256");
  let length = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    length += chunk.length;
  }
  if (length === 0) throw emptyDocument("path", path);
  return new Uint8Array(hash.digest());
}

/**
 * A hash as the instruction takes it: 32 bytes, all zero only where that means "none yet". Throws `InvalidInputError`.
 */
export function toHash(value: ArrayLike<number>, field: string, mayBeNone = false): number[] {
  const isList = typeof value === "object" && value !== null;
  const bytes = isList ? Array.from(value) : [];
  const isBytes = bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255);
  const isZero = !mayBeNone && bytes.every((byte) => byte === 0);
  if (!isBytes || bytes.length !== HASH_LENGTH || isZero) {
    throw new InvalidInputError({
      field,
      expected: `${HASH_LENGTH} bytes${mayBeNone ? "" : ", not all zero"}`,
      received: isList && isBytes && bytes.length !== HASH_LENGTH ? `${bytes.length} bytes` : value,
      hint: "use hashDocument(bytes) or hashFile(path)",
      code: MilepostErrorCode.InputHash,
    });
  }
  return bytes;
}

/** A copy, backed by an `ArrayBuffer` of its own: WebCrypto refuses shared memory. */
async function toBytes(input: DocumentInput): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof input === "string") return new TextEncoder().encode(input);
  if (input instanceof Uint8Array) return Uint8Array.from(input);
  // By shape: another realm (a frame, a test runner) has classes of its own.
  const tag = Object.prototype.toString.call(input);
  if (tag === "[object ArrayBuffer]") return new Uint8Array(input as ArrayBuffer).slice();
  if (tag === "[object Uint8Array]") return Uint8Array.from(input as unknown as Uint8Array);
  const blob = input as Partial<Blob> | null | undefined;
  if (typeof blob?.arrayBuffer === "function") return new Uint8Array(await blob.arrayBuffer());
  throw new InvalidInputError({
    field: "document",
    expected: "bytes, text or a Blob",
    received: input,
    code: MilepostErrorCode.InputHash,
  });
}

function emptyDocument(field: string, received: unknown): InvalidInputError {
  return new InvalidInputError({
    field,
    expected: "a document that is not empty",
    received: typeof received === "string" || received instanceof URL ? received : "0 bytes",
    hint: "the hash of nothing proves nothing",
    code: MilepostErrorCode.InputHash,
  });
}
