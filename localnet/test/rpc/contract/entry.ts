/** The types and builders of the contract's entries. */
import { Keypair, type PublicKey } from "@solana/web3.js";
import type { Testnet } from "../../harness/testnet";

/** Checks of the answers by method, as web3.js reads them. */
export type Contracts = Record<string, (net: Testnet) => Promise<void>>;

export const base58 = (key: PublicKey): string => key.toBase58();

/** Creates an owner with 1.5 tokens, of which a delegate may move 5 units. */
export async function holder(net: Testnet) {
  const owner = await net.funded();
  const mint = await net.mint(owner, 6);
  const delegate = Keypair.generate().publicKey;
  const account = await net.tokens(mint, owner, 1_500_000n, { delegate, amount: 5n });
  return { owner, mint, delegate, account };
}
