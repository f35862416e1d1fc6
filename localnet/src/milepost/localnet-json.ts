/** `localnet.json`: the addresses and URLs that other programs need, without secrets. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { WalletName } from "./wallets";

export const DESCRIPTION_FILE = "localnet.json";

/** Default directory of a localnet, below the working directory. */
export const DEFAULT_DIRECTORY = ".milepost-localnet";

/** Content of `localnet.json` in the ledger directory; it holds no secret. */
export interface LocalnetDescription {
  /** Version of the file's format; later versions only add fields. */
  version: 1;
  /** URL of JSON-RPC over HTTP. */
  url: string;
  /** URL of the subscriptions (`ws://`). */
  wsUrl: string;
  /** Hash of the genesis, base58; it tells this chain from another one behind the same URL. */
  genesisHash: string;
  /** Address of the Milepost program, base58. */
  programId: string;
  /** SHA-256 of the program's ELF file, in lower-case hex. */
  programSha256: string;
  /** Address of the program's config account, base58. */
  config: string;
  /** Address of the gateway of the wallet `gatewayAuthority`, base58. */
  gateway: string;
  /** Address of the test mint, base58. */
  mint: string;
  /** Decimals of the test mint: one token is 10 to this power in base units. */
  mintDecimals: number;
  /** Funded wallets by name. */
  wallets: Record<
    WalletName,
    {
      /** Public key of the wallet, base58. */
      address: string;
      /** Path of the key pair's file, absolute, in the format of `solana-keygen`. */
      keypair: string;
      /** Part that the wallet plays in Milepost, one English phrase. */
      purpose: string;
    }
  >;
}

/** Replaces the file atomically, so that a reader finds the old one or the new one. */
export function writeDescription(directory: string, description: LocalnetDescription): void {
  const file = path.join(directory, DESCRIPTION_FILE);
  writeFileSync(`${file}.new`, `${JSON.stringify(description, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** Returns null when no readable file is there. */
export function readDescription(directory: string): LocalnetDescription | null {
  try {
    const text = readFileSync(path.join(directory, DESCRIPTION_FILE), "utf8");
    const read = JSON.parse(text) as LocalnetDescription | null;
    return read?.version === 1 ? read : null;
  } catch {
    return null;
  }
}

/** Returns true when the chain that `description` names answers at its URL. */
export async function isRunning({ url, genesisHash }: LocalnetDescription): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "getGenesisHash" }),
      signal: AbortSignal.timeout(2_000),
    });
    const { result } = (await answer.json()) as { result?: unknown };
    return result === genesisHash;
  } catch {
    return false;
  }
}
