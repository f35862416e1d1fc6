import type { PublicKey } from "@solana/web3.js";

const known = new WeakMap<PublicKey, string>();

/**
 * Returns a key for maps, the same text for the same address. It holds the raw bytes and is not for display: base58 takes
 * four times as long, and building a transaction looks an address up a dozen times.
 */
export function addressKey(address: PublicKey): string {
  let key = known.get(address);
  if (key === undefined) {
    key = "";
    for (const byte of address.toBytes()) key += String.fromCharCode(byte);
    known.set(address, key);
  }
  return key;
}
