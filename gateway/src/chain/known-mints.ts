/** Mints of the issuers on the public clusters. */
import { PublicKey } from "@solana/web3.js";
import type { Currency } from "./chain-runtime";

const CIRCLE_AND_TETHER: Readonly<Record<string, Partial<Record<Currency, string>>>> = {
  // Mainnet.
  "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d": {
    USDC: "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
    USDT: "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB",
  },
  // Devnet.
  EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG: {
    USDC: "4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU",
  },
};

/** Returns the issuers' mints on the chain with this genesis; none on any other chain. */
export function knownMints(genesisHash: string): Partial<Record<Currency, PublicKey>> {
  const entries = Object.entries(CIRCLE_AND_TETHER[genesisHash] ?? {});
  return Object.fromEntries(entries.map(([currency, text]) => [currency, new PublicKey(text)]));
}
