import { PublicKey } from "@solana/web3.js";
import { addressKey } from "./address-key";
import { CachedPublicKey } from "../cached-public-key";

/** Deriving one takes a third of a millisecond, and the same few are asked for again and again. */
const MAX_DERIVED = 16_384;
const derived = /* @__PURE__ */ new Map<string, readonly [PublicKey, number]>();

/** ASCII text, an address, or bytes. */
export type Seed = string | PublicKey | Uint8Array;

/**
 * Returns the program address of the seeds and its bump, and remembers the last few thousand. Throws as
 * `PublicKey.findProgramAddressSync` does.
 */
export function deriveAddress(seeds: readonly Seed[], programId: PublicKey): [PublicKey, number] {
  const key = [programId, ...seeds].map(keyOf).join("");
  const [address, bump] = derived.get(key) ?? find(seeds, programId);
  // A map keeps the order of insertion: the longest unused is the first.
  derived.delete(key);
  derived.set(key, [address, bump]);
  if (derived.size > MAX_DERIVED) derived.delete(derived.keys().next().value!);
  return [address, bump];
}

function find(seeds: readonly Seed[], programId: PublicKey): [PublicKey, number] {
  const [address, bump] = PublicKey.findProgramAddressSync(seeds.map(toBytes), programId);
  return [new CachedPublicKey(address), bump];
}

/** Returns a text that begins with its length, so that no two lists of seeds have the same texts joined. */
function keyOf(seed: Seed): string {
  const text =
    typeof seed === "string"
      ? seed
      : seed instanceof Uint8Array
        ? String.fromCharCode(...seed)
        : addressKey(seed);
  return `${text.length} ${text}`;
}

function toBytes(seed: Seed): Uint8Array {
  if (typeof seed === "string") return new TextEncoder().encode(seed);
  return seed instanceof Uint8Array ? seed : seed.toBytes();
}
