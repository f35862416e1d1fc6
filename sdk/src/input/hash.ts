import { MilepostErrorCode } from "../errors/codes";
import { InvalidInputError } from "../errors/input";

/** Bytes of a SHA-256 hash. */
const HASH_LENGTH = 32;

/** Document for `hashDocument`. Text is hashed as UTF-8; a browser's `File` is a `Blob`. */
export type DocumentInput = Uint8Array | ArrayBuffer | Blob | string;

/**
 * Returns the SHA-256 hash of a document, 32 bytes, which `submitMilestone` and `disputeMilestone` put on chain. The
 * document stays with the parties, who can prove with it what was submitted. A `Blob` is read into memory as a whole; for
 * a large file in Node see `hashFile`.
 * Throws `InvalidInputError` for an empty document, or a value that is not a document.
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
 * Returns the SHA-256 hash of a file, 32 bytes, without reading all of it into memory. Node only; `hashDocument` takes a
 * browser's `File`. Throws `InvalidInputError` for an empty file, and Node's own error when it can't be read.
 * @example
 * const evidenceHash = await hashFile("./delivery.zip");
 */
export async function hashFile(path: string | URL): Promise<Uint8Array> {
  // The names are not literals: a bundler for browsers would try to resolve them and fail.
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
 * Checks and returns a hash for an instruction: 32 bytes, all zero only when that means "none yet". Throws
 * `InvalidInputError`.
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

/** Returns a copy in an `ArrayBuffer` of its own: WebCrypto refuses shared memory. */
async function toBytes(input: DocumentInput): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof input === "string") return new TextEncoder().encode(input);
  if (input instanceof Uint8Array) return Uint8Array.from(input);
  // Checks the shape: another realm (a frame, a test runner) has classes of its own.
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
