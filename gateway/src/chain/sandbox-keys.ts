/** Keys of the sandbox, derived from a local seed: the same after every restart, and worthless on any other chain. */
import { createHmac } from "node:crypto";
import { Keypair } from "@solana/web3.js";

/** Bytes of a sandbox's seed. */
export const SEED_BYTES = 32;

/** Returns the key of a name. */
export function deriveKey(seed: Uint8Array, name: string): Keypair {
  if (seed.length !== SEED_BYTES) {
    throw new Error(`seed: expected ${SEED_BYTES} bytes, received ${seed.length}`);
  }
  return Keypair.fromSeed(createHmac("sha256", seed).update(name).digest());
}
