import BN from "bn.js";
import { InvalidInputError } from "../errors/input";

/** Values that `JSON.stringify` writes without loss. */
export type JsonValue =
  string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

interface ToJson {
  toJSON(): unknown;
}

/** Fields that hold a hash as `number[]`, such as `evidenceHash`. */
const HASH_FIELD = /hash$/i;

/**
 * Returns a copy of anything that this SDK returns, which `JSON.stringify` writes without loss. `BN`'s own `toJSON` writes
 * hexadecimal digits without a prefix, and a `bigint` has no `toJSON`.
 *
 * - `BN`, `bigint`: decimal string, in the unit of the field (base units, Unix seconds).
 * - `PublicKey`: base58. A key pair or another signer with a secret key: the base58 of its address.
 * - `Uint8Array`, `Buffer`, and the bytes of a field whose name ends in "hash": lower-case hexadecimal digits.
 * - `TransactionInstruction`: `{ programId, keys: [{ pubkey, isSigner, isWritable }], data }`, `data` in hexadecimal digits.
 * - An object with `toJSON`, such as `MilepostError`: its result.
 * - `Map`: an object with its keys as text. `Set`: an array.
 * - Fields that are `undefined` or functions: omitted.
 *
 * Throws `InvalidInputError` for an object that contains itself.
 * @example
 * import { toJson } from "@milepost/sdk";
 * const policy = toJson(await sdk.getPaymentPolicy(address));
 * JSON.stringify(policy); // ..."milestoneAmounts":["50000000","100000000","0","0"]...
 */
export function toJson(value: unknown): JsonValue {
  return convert(value, "value", []) ?? null;
}

/** Converts a value; returns `undefined` for what JSON omits. */
function convert(value: unknown, field: string, parents: readonly object[]): JsonValue | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return value.toString(10);
  if (typeof value !== "object") return undefined;
  const scalar = fromScalar(value);
  if (scalar !== undefined) return scalar;
  if (parents.includes(value)) {
    throw new InvalidInputError({
      field,
      expected: "an object that does not contain itself",
      received: Object.prototype.toString.call(value),
    });
  }
  const path = [...parents, value];
  if (Array.isArray(value)) return fromArray(value, field, path);
  if (value instanceof Set) return fromArray([...value], field, path);
  if (value instanceof Map) {
    const entries = [...value].map(([key, inner]) => [textOf(key), inner] as const);
    return fromEntries(entries, field, path);
  }
  // An instruction of web3.js has a `toJSON` too, which returns the data as a list of numbers.
  if (typeof (value as ToJson).toJSON === "function" && !isInstruction(value)) {
    return convert((value as ToJson).toJSON(), field, path);
  }
  return fromEntries(Object.entries(value), field, path);
}

/** Recognizes objects that are one value, by shape: an application may have a second copy of a library's class. */
function fromScalar(value: object): string | undefined {
  if (BN.isBN(value)) return value.toString(10);
  const { toBase58, publicKey, secretKey } = value as Record<string, unknown>;
  if (typeof toBase58 === "function") return String(toBase58.call(value));
  if (publicKey && secretKey) return fromScalar(publicKey);
  return ArrayBuffer.isView(value) ? hex(bytesOf(value)) : undefined;
}

function fromArray(
  values: readonly unknown[],
  field: string,
  parents: readonly object[],
): JsonValue {
  if (HASH_FIELD.test(field) && values.every(isByte)) return hex(values as number[]);
  return values.map((inner, index) => convert(inner, `${field}[${index}]`, parents) ?? null);
}

function fromEntries(
  entries: readonly (readonly [string, unknown])[],
  field: string,
  parents: readonly object[],
): JsonValue {
  const converted: Record<string, JsonValue> = {};
  for (const [key, inner] of entries) {
    const json = convert(inner, `${field}.${key}`, parents);
    if (json !== undefined) converted[key] = json;
  }
  return converted;
}

function isInstruction(value: object): boolean {
  return "programId" in value && "keys" in value && "data" in value;
}

function textOf(key: unknown): string {
  const json = toJson(key);
  return typeof json === "string" ? json : JSON.stringify(json);
}

const isByte = (value: unknown) =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < 256;

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function hex(bytes: ArrayLike<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
