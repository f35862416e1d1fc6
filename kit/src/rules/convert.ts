/** Converts kit's values to those of the SDK's rules and back: `bigint` to `BN`, an address to an object, and both again. */
import { InvalidInputError, type PaymentPolicy } from "@milepost/sdk/rules";
import type { Address } from "@solana/kit";
import BN from "bn.js";

/** Integer of the rules, a `BN`. */
export type RulesInteger = PaymentPolicy["totalPaid"];
/** Address of the rules, typed as web3.js's `PublicKey`. */
export type RulesAddress = PaymentPolicy["recipient"];

/** Type of a rule's value in kit: a `BN` becomes a `bigint`, a `PublicKey` an `Address`. */
export type InKit<T> = T extends RulesInteger
  ? bigint
  : T extends RulesAddress
    ? Address
    : T extends readonly (infer I)[]
      ? InKit<I>[]
      : T extends object
        ? { [K in keyof T]: InKit<T[K]> }
        : T;

/** Address as the rules use it: they compare addresses and print them, and do nothing else with them. */
class RuleAddress {
  constructor(readonly address: Address) {}

  equals(other: RuleAddress): boolean {
    return this.address === other.address;
  }

  toBase58(): string {
    return this.address;
  }

  toString(): string {
    return this.address;
  }
}

/**
 * Returns the address as the rules take it. Its type claims more methods than the rules call.
 * @example
 * toRuleAddress(owner.address).toBase58();
 */
export function toRuleAddress(address: Address): RulesAddress {
  return new RuleAddress(address) as unknown as RulesAddress;
}

/**
 * Returns the integer as the rules take it. Throws `InvalidInputError`, which calls it `field`, when it is not a bigint.
 * @example
 * toRuleInteger(50_000_000n);
 */
export function toRuleInteger(value: bigint, field = "value"): RulesInteger {
  if (typeof value !== "bigint") {
    throw new InvalidInputError({ field, expected: "a bigint", received: value });
  }
  return new BN(value.toString());
}

/**
 * Returns what a rule returned, in kit's types.
 * @example
 * fromRules(splitAmount(toRuleInteger(50_000_000n), 100, 50)).recipient; // 49_250_000n
 */
export function fromRules<T>(value: T): InKit<T> {
  return convertBack(value) as InKit<T>;
}

function convertBack(value: unknown): unknown {
  if (BN.isBN(value)) return BigInt(value.toString());
  if (value instanceof RuleAddress) return value.address;
  if (Array.isArray(value)) return value.map(convertBack);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, convertBack(inner)]));
}

/**
 * Returns `value` with every `bigint`, address and byte array as the rules have them. Every string is an address in it: the
 * accounts, mints and token accounts have no other strings but the names of extensions, which `strings` lists.
 */
export function toRules<T>(value: unknown, strings: readonly string[] = []): T {
  const convert = (inner: unknown, key = ""): unknown => {
    if (typeof inner === "bigint") return toRuleInteger(inner);
    if (typeof inner === "string") {
      return strings.includes(key) ? inner : toRuleAddress(inner as Address);
    }
    if (inner instanceof Uint8Array) return [...inner];
    if (Array.isArray(inner)) return inner.map((item) => convert(item, key));
    if (typeof inner !== "object" || inner === null) return inner;
    return Object.fromEntries(
      Object.entries(inner).map(([name, one]) => [name, convert(one, name)]),
    );
  };
  return convert(value) as T;
}
