import { PublicKey } from "@solana/web3.js";
import { MilepostErrorCode } from "../errors/codes";
import { InvalidInputError } from "../errors/input";

/**
 * Checks an address and returns it as this SDK's `PublicKey`. It checks the shape, because another copy of
 * `@solana/web3.js` in the bundle has another `PublicKey` class.
 * Throws `InvalidInputError`.
 */
export function toAddress(value: PublicKey, field: string): PublicKey {
  const bytes = (value as PublicKey | null | undefined)?.toBytes?.();
  if (!bytes || bytes.length !== 32) {
    throw new InvalidInputError({
      field,
      expected: "a PublicKey",
      received: value,
      code: MilepostErrorCode.InputAddress,
    });
  }
  return value instanceof PublicKey ? value : new PublicKey(bytes);
}

/** Does what `toAddress` does, and refuses the all-zero address, which means "none". Throws `InvalidInputError`. */
export function toNonZeroAddress(value: PublicKey, field: string): PublicKey {
  const address = toAddress(value, field);
  if (address.equals(PublicKey.default)) {
    throw new InvalidInputError({
      field,
      expected: "an address other than all zeros",
      received: address,
      code: MilepostErrorCode.InputAddress,
    });
  }
  return address;
}
