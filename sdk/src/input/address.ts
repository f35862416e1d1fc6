import { PublicKey } from "@solana/web3.js";
import { InvalidInputError } from "../errors/input";
import { MilepostErrorCode } from "../errors/codes";

/**
 * Refuses what is no address. Another copy of `@solana/web3.js` in the bundle makes other `PublicKey`
 * objects, so this goes by shape and hands back one of ours.
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

/** `toAddress`, and not the all-zero one, which the program keeps for "none". Throws `InvalidInputError`. */
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
