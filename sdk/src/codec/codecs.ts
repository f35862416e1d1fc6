import BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";
import { InvalidInputError } from "../errors/input";
import { type ByteReader, type ByteWriter, DecodeError } from "./bytes";
import { CachedPublicKey } from "../cached-public-key";

/**
 * Reads and writes one type of the IDL in Borsh, with the values that Anchor's clients use: `BN` for 64 bits,
 * `number[]` for bytes, `{ variant: fields }` for an enum, `null` for an absent option.
 */
export interface Codec<T> {
  /** Reads a value. Throws `DecodeError`. */
  read(reader: ByteReader): T;
  /** Writes a value. Throws `InvalidInputError`, which calls it `field`. */
  write(writer: ByteWriter, value: unknown, field: string): void;
}

/** Returns the codec of an unsigned integer that a `number` can hold. */
function uint(size: 1 | 2 | 4, read: (reader: ByteReader) => number): Codec<number> {
  const bits = size * 8;
  return {
    read,
    write(writer, value, field) {
      const number = BN.isBN(value) || typeof value === "bigint" ? Number(value) : value;
      if (!Number.isInteger(number) || (number as number) < 0 || (number as number) >= 2 ** bits) {
        throw refuse(field, `an unsigned ${bits}-bit integer`, value);
      }
      writer.push(littleEndian(BigInt(number as number), size));
    },
  };
}

/** Returns the codec of a 64-bit integer as `BN`; it also writes a `bigint` or a safe `number`. */
function int64(isSigned: boolean): Codec<BN> {
  const max = isSigned ? 2n ** 63n - 1n : 2n ** 64n - 1n;
  const min = isSigned ? -(2n ** 63n) : 0n;
  return {
    read(reader) {
      const integer = new BN(reader.take(8), "le");
      return isSigned ? integer.fromTwos(64) : integer;
    },
    write(writer, value, field) {
      const integer = toBigInt(value);
      if (integer === null || integer < min || integer > max) {
        throw refuse(field, `${isSigned ? "a signed" : "an unsigned"} 64-bit integer`, value);
      }
      writer.push(littleEndian(integer, 8));
    },
  };
}

export const u8: Codec<number> = /* @__PURE__ */ uint(1, (reader) => reader.u8());
export const u16: Codec<number> = /* @__PURE__ */ uint(2, (reader) => reader.u16());
export const u32: Codec<number> = /* @__PURE__ */ uint(4, (reader) => reader.u32());
export const u64: Codec<BN> = /* @__PURE__ */ int64(false);
export const i64: Codec<BN> = /* @__PURE__ */ int64(true);

export const bool: Codec<boolean> = {
  read(reader) {
    const byte = reader.u8();
    if (byte > 1) throw new DecodeError(`${byte} is not a bool`);
    return byte === 1;
  },
  write(writer, value, field) {
    if (typeof value !== "boolean") throw refuse(field, "a boolean", value);
    writer.push([Number(value)]);
  },
};

export const pubkey: Codec<PublicKey> = {
  read: (reader) => new CachedPublicKey(reader.take(32)),
  write(writer, value, field) {
    // Not `instanceof`: an application may have a second copy of web3.js.
    const bytes = (value as PublicKey | null | undefined)?.toBytes?.();
    if (bytes?.length !== 32) throw refuse(field, "a PublicKey", value);
    writer.push(bytes);
  },
};

/** Returns the codec of a fixed number of bytes as `number[]`; it also writes a `Uint8Array`. */
export function bytes(length: number): Codec<number[]> {
  return {
    // Several times as fast as a spread, and every account has 64 bytes of memo.
    read(reader) {
      const taken = reader.take(length);
      const values = new Array<number>(length);
      for (let index = 0; index < length; index += 1) values[index] = taken[index]!;
      return values;
    },
    write(writer, value, field) {
      const given = value as ArrayLike<number> | null | undefined;
      const isBytes =
        given?.length === length &&
        Array.prototype.every.call(
          given,
          (byte) => Number.isInteger(byte) && byte >= 0 && byte < 256,
        );
      if (!isBytes) throw refuse(field, `${length} bytes`, value);
      writer.push(given);
    },
  };
}

/** Returns the codec of a fixed number of items. */
export function array<T>(item: Codec<T>, length: number): Codec<T[]> {
  return {
    read: (reader) => Array.from({ length }, () => item.read(reader)),
    write(writer, value, field) {
      if (!Array.isArray(value) || value.length !== length) {
        throw refuse(field, `an array of ${length}`, value);
      }
      value.forEach((entry, index) => item.write(writer, entry, `${field}[${index}]`));
    },
  };
}

/** Returns the codec of a value that may be absent: it reads `null`, and writes `null` or `undefined`. */
export function option<T>(inner: Codec<T>): Codec<T | null> {
  return {
    read: (reader) => (bool.read(reader) ? inner.read(reader) : null),
    write(writer, value, field) {
      const isPresent = value !== null && value !== undefined;
      writer.push([Number(isPresent)]);
      if (isPresent) inner.write(writer, value, field);
    },
  };
}

/** Returns the codec of fields one after the other, in the order of the keys. */
export function struct<T extends object>(fields: { [K in keyof T]: Codec<T[K]> }): Codec<T> {
  const entries = Object.entries<Codec<unknown>>(fields);
  return {
    read(reader) {
      const value: Record<string, unknown> = {};
      for (const [name, codec] of entries) value[name] = codec.read(reader);
      return value as T;
    },
    write(writer, value, field) {
      if (typeof value !== "object" || value === null) throw refuse(field, "an object", value);
      const prefix = field === "" ? "" : `${field}.`;
      for (const [name, codec] of entries) {
        codec.write(writer, (value as Record<string, unknown>)[name], prefix + name);
      }
    },
  };
}

const unit: Codec<object> = { read: () => ({}), write: () => undefined };

/** Returns the codec of a tag byte and the variant's fields, as `{ name: fields }`; a variant without fields has `{}`. */
export function enumeration<T extends object>(
  variants: readonly (readonly [name: string, fields?: Codec<object>])[],
): Codec<T> {
  return {
    read(reader) {
      const tag = reader.u8();
      const variant = variants[tag];
      if (!variant) {
        const names = variants.map(([name]) => name).join(", ");
        throw new DecodeError(`${tag} is not the tag of a variant (${names})`);
      }
      const [name, fields = unit] = variant;
      return { [name]: fields.read(reader) } as T;
    },
    write(writer, value, field) {
      const given = (typeof value === "object" && value !== null ? value : {}) as Record<
        string,
        unknown
      >;
      const tag = variants.findIndex(([name]) => given[name] !== undefined);
      const variant = variants[tag];
      if (!variant) {
        const names = variants.map(([name]) => `{ ${name}: {} }`);
        throw refuse(field, names.join(" or "), value);
      }
      const [name, fields = unit] = variant;
      writer.push([tag]);
      fields.write(writer, given[name], `${field}.${name}`);
    },
  };
}

function toBigInt(value: unknown): bigint | null {
  if (BN.isBN(value)) return BigInt(value.toString(10));
  if (typeof value === "bigint") return value;
  return Number.isSafeInteger(value) ? BigInt(value as number) : null;
}

function littleEndian(integer: bigint, size: number): number[] {
  const out: number[] = [];
  for (let index = 0; index < size; index += 1) {
    out.push(Number((integer >> BigInt(8 * index)) & 0xffn));
  }
  return out;
}

function refuse(field: string, expected: string, received: unknown): InvalidInputError {
  return new InvalidInputError({ field, expected, received });
}
