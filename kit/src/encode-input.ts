/** Checks what callers pass, where kit's encoders would cut or round it silently. */
import { InvalidInputError } from "@milepost/sdk/rules";
import {
  type AccountMeta,
  createEncoder,
  type FixedSizeEncoder,
  type ReadonlyUint8Array,
} from "@solana/kit";

/**
 * Returns an encoder of exactly `size` bytes. Kit's own cuts longer bytes and pads shorter ones, so that a hash of 33 bytes
 * would become another hash. It throws `InvalidInputError`.
 */
export function getExactBytesEncoder(
  field: string,
  size: number,
): FixedSizeEncoder<ReadonlyUint8Array> {
  return createEncoder({
    fixedSize: size,
    write(value, bytes, offset) {
      if (!(value instanceof Uint8Array) || value.length !== size) {
        const received: unknown = value instanceof Uint8Array ? value.length : value;
        throw new InvalidInputError({ field, expected: `a Uint8Array of ${size} bytes`, received });
      }
      bytes.set(value, offset);
      return offset + size;
    },
  });
}

/** Returns `encoder`, which throws `InvalidInputError` for a fraction and for NaN instead of rounding them. */
export function getIntegerEncoder<N extends FixedSizeEncoder<number>>(
  field: string,
  encoder: N,
): FixedSizeEncoder<number, N["fixedSize"]> {
  const max = 2 ** (8 * encoder.fixedSize) - 1;
  return createEncoder({
    fixedSize: encoder.fixedSize,
    write(value: number, bytes, offset) {
      if (!Number.isInteger(value) || value < 0 || value > max) {
        throw new InvalidInputError({
          field,
          expected: `an integer from 0 to ${max}`,
          received: value,
        });
      }
      return encoder.write(value, bytes, offset);
    },
  });
}

type GivenAccount = { value: unknown };

/**
 * Returns `toMeta`, which throws `InvalidInputError` for an account that is absent and not optional. Kit would put the
 * program's address in its place.
 */
export function requireAccounts<M extends AccountMeta, A extends GivenAccount>(
  toMeta: (name: string, account: A) => M | undefined,
  optional: readonly string[],
): (name: string, account: A) => M | undefined {
  return (name, account) => {
    if (!account.value && !optional.includes(name)) {
      throw new InvalidInputError({
        field: name,
        expected: "an address or a signer",
        received: account.value,
      });
    }
    return toMeta(name, account);
  };
}
