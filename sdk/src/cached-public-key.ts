import { PublicKey } from "@solana/web3.js";

/**
 * A `PublicKey` that keeps its base58 text. web3.js encodes an address again at each call, and compiling a transaction asks
 * for the text of every account three times.
 */
export class CachedPublicKey extends PublicKey {
  #text: string | undefined;

  override toBase58(): string {
    return (this.#text ??= super.toBase58());
  }
}
