/** Hashes as the chain takes them. */

/** Pattern of 32 bytes in hex, not all zero: on chain, 32 zero bytes mean that there is no hash. */
export const HASH_PATTERN = "^(0x)?(?!0{64}$)[0-9a-fA-F]{64}$";
