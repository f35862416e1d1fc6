import type { PublicKey } from "@solana/web3.js";

const known = new WeakMap<PublicKey, string>();

/**
 * The same text for the same address, for maps. It is of the bytes themselves and not to be shown: base58 takes four
 * times as long, and an address is looked up a dozen times on its way into a transaction.
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
