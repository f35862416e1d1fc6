import BN from "bn.js";
import { MAX_TIMESTAMP } from "../protocol";
import { MilepostErrorCode } from "../errors/codes";
import { InvalidInputError } from "../errors/input";

/** Types of an amount or a timestamp. A `number` has to be a safe integer. */
export type IntegerInput = BN | bigint | number;

type InputCode = ConstructorParameters<typeof InvalidInputError>[0]["code"];

const U64_MAX = (1n << 64n) - 1n;

/**
 * Returns an amount of base units as `BN`.
 * Throws `InvalidInputError` for negative, fractional, unsafe and larger than 64-bit values.
 */
export function toU64(value: IntegerInput, field: string): BN {
  return toInteger(
    value,
    field,
    U64_MAX,
    "an unsigned 64-bit integer of base units",
    MilepostErrorCode.InputAmount,
  );
}

/**
 * Returns Unix seconds as `BN`.
 * Throws `InvalidInputError` before 1970 or after the year 2200, which includes milliseconds.
 */
export function toTimestamp(value: IntegerInput, field: string): BN {
  const expected = `Unix seconds from 0 to ${MAX_TIMESTAMP} (year 2200)`;
  const seconds = toInteger(value, field, U64_MAX, expected, MilepostErrorCode.InputTimestamp);
  if (seconds.gtn(0) && seconds.gt(new BN(MAX_TIMESTAMP))) {
    throw new InvalidInputError({
      field,
      expected,
      received: value,
      hint: "this looks like milliseconds; divide by 1000, as in Math.floor(Date.now() / 1000)",
      code: MilepostErrorCode.InputTimestamp,
    });
  }
  return seconds;
}

/** Returns an unsigned 32-bit `number`. Throws `InvalidInputError`. */
export function toU32(value: IntegerInput, field: string): number {
  return toInteger(value, field, 0xffff_ffffn, "an unsigned 32-bit integer").toNumber();
}

/** Returns an unsigned 8-bit `number`. Throws `InvalidInputError`. */
export function toU8(value: IntegerInput, field: string): number {
  return toInteger(value, field, 0xffn, "an unsigned 8-bit integer").toNumber();
}

/** Returns basis points up to `max`. Throws `InvalidInputError`. */
export function toBps(value: number, field: string, max: number): number {
  const expected = `basis points from 0 to ${max}`;
  return toInteger(value, field, BigInt(max), expected, MilepostErrorCode.InputFeeBps).toNumber();
}

function toInteger(
  value: IntegerInput,
  field: string,
  max: bigint,
  expected: string,
  code?: InputCode,
): BN {
  const refuse = (hint?: string) =>
    new InvalidInputError({ field, expected, received: value, hint, code });
  let integer: bigint;
  if (BN.isBN(value)) {
    integer = BigInt(value.toString(10));
  } else if (typeof value === "bigint") {
    integer = value;
  } else if (typeof value === "number") {
    if (!Number.isInteger(value)) throw refuse();
    if (!Number.isSafeInteger(value)) {
      throw refuse("a number above 2^53 - 1 has lost digits; pass a bigint or a BN");
    }
    integer = BigInt(value);
  } else {
    throw refuse("pass a BN, a bigint or a number");
  }
  if (integer < 0n || integer > max) throw refuse();
  return new BN(integer.toString(10), 10);
}
