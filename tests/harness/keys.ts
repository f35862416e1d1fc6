/** Keys that are the same in every run, and the seed of what is random. */
import { createHash, randomInt } from "node:crypto";
import { Keypair } from "@solana/web3.js";

/** The keypair of a label; equal labels give equal keys in every run. */
export const fixedKeypair = (label: string): Keypair =>
  Keypair.fromSeed(createHash("sha256").update(label).digest());

/**
 * A family of fixed keypairs. Compute units depend on bumps and so on keys: benches must not draw them.
 * @example const key = withFixedKeys("bench"); const owner = key("owner");
 */
export const withFixedKeys =
  (seed: string) =>
  (label: string): Keypair =>
    fixedKeypair(`${seed}/${label}`);

let chosen: number | undefined;

/** `SEED`, or a random one; printed once, so that a failing run can be repeated. */
export function randomSeed(): number {
  if (chosen === undefined) {
    const given = process.env.SEED;
    chosen = given === undefined ? randomInt(2 ** 31) : Number(given);
    if (!Number.isSafeInteger(chosen)) throw new Error(`SEED must be an integer, got "${given}"`);
    console.log(`SEED=${chosen}`);
  }
  return chosen;
}
