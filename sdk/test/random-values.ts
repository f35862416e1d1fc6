import BN from "bn.js";
import fc from "fast-check";
import { PublicKey } from "@solana/web3.js";
import { IDL } from "../src/generated/milestone";

interface Field {
  name: string;
  type: unknown;
}

interface Definition {
  name: string;
  type: {
    kind: string;
    fields?: readonly Field[];
    variants?: readonly { name: string; fields?: readonly Field[] }[];
  };
}

const unsigned = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
const wide = (min: bigint, max: bigint) =>
  fc.bigInt({ min, max }).map((value) => new BN(value.toString(10), 10));

const PRIMITIVES: Record<string, fc.Arbitrary<unknown>> = {
  u8: unsigned(8),
  u16: unsigned(16),
  u32: unsigned(32),
  u64: wide(0n, 2n ** 64n - 1n),
  i64: wide(-(2n ** 63n), 2n ** 63n - 1n),
  bool: fc.boolean(),
  pubkey: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => new PublicKey(bytes)),
};

/** Values of a type of the IDL, in the shapes of Anchor's clients. */
export function valueOf(type: unknown): fc.Arbitrary<unknown> {
  if (typeof type === "string") return PRIMITIVES[type]!;
  const composed = type as {
    option?: unknown;
    array?: [unknown, number];
    defined?: { name: string };
  };
  if (composed.option) return fc.option(valueOf(composed.option), { nil: null });
  if (composed.array) {
    const [item, length] = composed.array;
    return fc.array(valueOf(item), { minLength: length, maxLength: length });
  }
  return definedValue(composed.defined!.name);
}

/** An object with these fields. */
export function valueOfFields(fields: readonly Field[]): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(Object.fromEntries(fields.map(({ name, type }) => [name, valueOf(type)])));
}

/** Values of one of the IDL's named types. */
export function definedValue(name: string): fc.Arbitrary<Record<string, unknown>> {
  const definitions = IDL.types as unknown as readonly Definition[];
  const { type } = definitions.find((definition) => definition.name === name)!;
  if (type.kind === "struct") return valueOfFields(type.fields!);
  const variants = type.variants!.map((variant) =>
    valueOfFields(variant.fields ?? []).map((fields) => ({ [variant.name]: { ...fields } })),
  );
  return fc.oneof(...variants);
}

/** A decoded value as text that two decoders share: addresses in base58, integers in decimal. */
export function plain(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, shown: unknown) {
    // `toJSON` of BN has run already on `shown`, and says hexadecimal digits.
    const own = this[key];
    if (BN.isBN(own)) return own.toString(10);
    return own instanceof PublicKey ? own.toBase58() : shown;
  });
}
