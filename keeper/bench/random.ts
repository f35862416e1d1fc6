/** Seeded randomness: the same seed makes the same keys, faults and kills. */
import { createHash } from "node:crypto";
import { Keypair } from "@solana/web3.js";

/** Returns Mulberry32: numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns the keypair of this name for this seed. */
export function seededKeypair(seed: number, name: string): Keypair {
  return Keypair.fromSeed(createHash("sha256").update(`${seed}/${name}`).digest());
}
