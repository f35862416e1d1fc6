/** Random values of the IDL's types, each in the SDK's shape and in kit's. */
import { IDL } from "@milepost/sdk";
import { type Address, none, some } from "@solana/kit";
import { PublicKey } from "@solana/web3.js";
import BN from "bn.js";
import fc from "fast-check";

/** One value as both packages have it. */
export interface Pair {
  sdk: unknown;
  kit: unknown;
}

export interface Field {
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

/** Seed of this run: `SEED=1 npx mocha ...` repeats one. */
export const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Runs `check` on random values and prints the seed with a failure. */
export function forAll<T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => void, numRuns = 50) {
  fc.assert(fc.property(arbitrary, check), { seed: SEED, numRuns });
}

const pascal = (name: string): string => name[0]!.toUpperCase() + name.slice(1);
const same = (value: unknown): Pair => ({ sdk: value, kit: value });
const unsigned = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 }).map(same);
const wide = (min: bigint, max: bigint) =>
  fc.bigInt({ min, max }).map((kit): Pair => ({ sdk: new BN(kit.toString()), kit }));

/** Random address, as both packages have it. */
export const address: fc.Arbitrary<{ sdk: PublicKey; kit: Address }> = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => {
    const sdk = new PublicKey(bytes);
    return { sdk, kit: sdk.toBase58() as Address };
  });

const PRIMITIVES: Record<string, fc.Arbitrary<Pair>> = {
  u8: unsigned(8),
  u16: unsigned(16),
  u32: unsigned(32),
  u64: wide(0n, 2n ** 64n - 1n),
  i64: wide(-(2n ** 63n), 2n ** 63n - 1n),
  bool: fc.boolean().map(same),
  pubkey: address,
};

/** Returns random values of a type of the IDL. */
export function valueOf(type: unknown): fc.Arbitrary<Pair> {
  if (typeof type === "string") return PRIMITIVES[type]!;
  const composed = type as {
    option?: unknown;
    array?: [unknown, number];
    defined?: { name: string };
  };
  if (composed.option) {
    return fc
      .option(valueOf(composed.option))
      .map((pair) => (pair ? { sdk: pair.sdk, kit: some(pair.kit) } : { sdk: null, kit: none() }));
  }
  if (composed.defined) return definedValue(composed.defined.name);
  const [item, length] = composed.array!;
  if (item === "u8") {
    const bytes = fc.uint8Array({ minLength: length, maxLength: length });
    return bytes.map((kit) => ({ sdk: [...kit], kit }));
  }
  return fc.array(valueOf(item), { minLength: length, maxLength: length }).map((items) => ({
    sdk: items.map(({ sdk }) => sdk),
    kit: items.map(({ kit }) => kit),
  }));
}

/** Returns random objects with these fields. */
export function valueOfFields(
  fields: readonly Field[],
): fc.Arbitrary<{ sdk: object; kit: object }> {
  const records = fc.record(
    Object.fromEntries(fields.map(({ name, type }) => [name, valueOf(type)])),
  );
  const part = (record: Record<string, Pair>, which: keyof Pair) =>
    Object.fromEntries(Object.entries(record).map(([name, pair]) => [name, pair[which]]));
  return records.map((record) => ({ sdk: part(record, "sdk"), kit: part(record, "kit") }));
}

/** Returns random values of one of the IDL's named types. */
export function definedValue(name: string): fc.Arbitrary<{ sdk: object; kit: object }> {
  const definitions = IDL.types as unknown as readonly Definition[];
  const { type } = definitions.find((definition) => definition.name === name)!;
  if (type.kind === "struct") return valueOfFields(type.fields!);
  const variants = type.variants!;
  const hasFields = variants.some(({ fields }) => fields);
  const values = variants.map((variant, index) =>
    valueOfFields(variant.fields ?? []).map(({ sdk, kit }) => ({
      sdk: { [variant.name]: sdk },
      // Codama has an enum of numbers where no variant has fields.
      kit: (hasFields ? { __kind: pascal(variant.name), ...kit } : index) as object,
    })),
  );
  return fc.oneof(...values);
}

/** Returns a value of either package as one text: addresses in base58, integers in decimal, bytes as a list. */
export function plain(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, shown: unknown) {
    const own = this[key];
    if (BN.isBN(own) || typeof own === "bigint") return own.toString();
    if (own instanceof Uint8Array) return [...own];
    const { toBase58 } = (own ?? {}) as { toBase58?: () => string };
    return toBase58 ? toBase58.call(own) : shown;
  });
}
