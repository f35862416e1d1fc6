/** A request's parameters, checked as they are read. */
import { decodeBase58 } from "../chain/base58";
import { invalidParams } from "./errors";

export type Config = Record<string, unknown>;

export type Filter = { dataSize: number } | { offset: number; bytes: Buffer };

export class Params {
  constructor(private readonly list: unknown[]) {}

  /** Reads a base58 address. */
  address(index: number): string {
    return asAddress(this.required(index));
  }

  addresses(index: number, max: number): string[] {
    return asList(this.required(index), max).map(asAddress);
  }

  signatures(index: number, max: number): string[] {
    return asList(this.required(index), max).map(asSignature);
  }

  signature(index: number): string {
    return asSignature(this.required(index));
  }

  text(index: number): string {
    return asText(this.required(index));
  }

  integer(index: number): number {
    return asInteger(this.required(index));
  }

  integerOr<T>(index: number, absent: T): number | T {
    const value = this.list[index] ?? null;
    return value === null || typeof value === "object" ? absent : asInteger(value);
  }

  /** Reads a u64, in lamports. */
  lamports(index: number): bigint {
    return BigInt(this.integer(index));
  }

  listOr<T>(index: number, present: () => T, absent: T): T {
    return (this.list[index] ?? null) === null ? absent : present();
  }

  any(index: number): unknown {
    return this.required(index);
  }

  /** Reads the configuration object; empty when it is missing, or a bare commitment, as the oldest clients send it. */
  config(index: number): Config {
    const value = this.list[index] ?? {};
    return typeof value === "string" ? {} : asObject(value);
  }

  private required(index: number): unknown {
    const value = this.list[index];
    if (value === undefined) {
      throw invalidParams("`params` should have at least " + `${index + 1} argument(s)`);
    }
    return value;
  }
}

export function asObject(value: unknown): Config {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidParams("Invalid params: expected an object.");
  }
  return value as Config;
}

export function asText(value: unknown): string {
  if (typeof value !== "string") throw invalidParams("Invalid params: expected a string.");
  return value;
}

export function asInteger(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw invalidParams("Invalid params: expected a whole number that is not negative.");
  }
  return value as number;
}

/** Reads a u64 from a decimal string, or from a number that is exact. */
export function asU64(value: unknown): bigint {
  const amount =
    typeof value === "string" && /^\d{1,20}$/.test(value)
      ? BigInt(value)
      : BigInt(asInteger(value));
  if (amount > MAX_U64) throw invalidParams(`Invalid param: ${amount} is above the largest u64`);
  return amount;
}

const MAX_U64 = 0xffff_ffff_ffff_ffffn;

export function asFlag(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== "boolean") throw invalidParams("Invalid params: expected true or false.");
  return value;
}

export const asAddress = (value: unknown): string => asBase58(asText(value), 32);

export const asSignature = (value: unknown): string => asBase58(asText(value), 64);

function asBase58(text: string, size: number): string {
  // A longer text cannot be an address, and decoding it would take long.
  const bytes = text.length <= 2 * size ? decodeBase58(text) : Buffer.alloc(0);
  if (!bytes) throw invalidParams("Invalid param: Invalid");
  if (bytes.length !== size) throw invalidParams("Invalid param: WrongSize");
  return text;
}

function asList(value: unknown, max: number): unknown[] {
  if (!Array.isArray(value)) throw invalidParams("Invalid params: expected a list.");
  if (value.length > max) throw invalidParams(`Too many inputs provided; max ${max}`);
  return value;
}

const MAX_FILTERS = 4;
const MAX_MEMCMP_BYTES = 128;

/** The `filters` of a program's accounts. */
export function asFilters(value: unknown): Filter[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.length > MAX_FILTERS) {
    throw invalidParams(`Too many filters provided; max ${MAX_FILTERS}`);
  }
  return asList(value, MAX_FILTERS).map(asFilter);
}

function asFilter(value: unknown): Filter {
  const { dataSize, memcmp } = asObject(value);
  if (dataSize !== undefined) return { dataSize: asInteger(dataSize) };
  const { offset, bytes, encoding } = asObject(memcmp);
  const wanted = memcmpBytes(bytes, encoding);
  if (!wanted) throw invalidParams("Invalid param: memcmp bytes are not in their encoding");
  if (wanted.length > MAX_MEMCMP_BYTES) {
    throw invalidParams("encoded binary data should be less than 129 bytes");
  }
  return { offset: asInteger(offset), bytes: wanted };
}

function memcmpBytes(bytes: unknown, encoding: unknown): Buffer | null {
  if (Array.isArray(bytes)) return Buffer.from(bytes.map(asInteger));
  const text = asText(bytes);
  if (text.length > 4 * MAX_MEMCMP_BYTES) return null;
  return encoding === "base64" ? decodeBase64(text) : decodeBase58(text);
}

/** Returns null for a text that is not base64. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}

export const isMatch = (data: Buffer, filters: Filter[]): boolean =>
  filters.every((filter) =>
    "dataSize" in filter
      ? data.length === filter.dataSize
      : data.subarray(filter.offset, filter.offset + filter.bytes.length).equals(filter.bytes),
  );
