/** `localnet.json`: what other programs need to use a localnet, without a secret in it. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { WalletName } from "./wallets";

export const DESCRIPTION_FILE = "localnet.json";

/** Where the command keeps a localnet, below the working directory, unless told otherwise. */
export const DEFAULT_DIRECTORY = ".milepost-localnet";

export interface LocalnetDescription {
  /** Of this file's format; a later one only adds. */
  version: 1;
  url: string;
  wsUrl: string;
  /** Base58; tells this chain from another one behind the same URL. */
  genesisHash: string;
  programId: string;
  /** Lower-case hex, of the program's ELF file. */
  programSha256: string;
  config: string;
  gateway: string;
  /** The test mint. */
  mint: string;
  mintDecimals: number;
  /** `keypair` is the absolute path of a file as solana-keygen writes it. */
  wallets: Record<WalletName, { address: string; keypair: string; purpose: string }>;
}

/** Replaces the file whole, so that a reader finds the one of before or this one. */
export function writeDescription(directory: string, description: LocalnetDescription): void {
  const file = path.join(directory, DESCRIPTION_FILE);
  writeFileSync(`${file}.new`, `${JSON.stringify(description, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** Null when there is none that can be read. */
export function readDescription(directory: string): LocalnetDescription | null {
  try {
    const read = JSON.parse(readFileSync(path.join(directory, DESCRIPTION_FILE), "utf8"));
    return read?.version === 1 ? (read as LocalnetDescription) : null;
  } catch {
    return null;
  }
}

/** True when the chain that `description` describes answers at its URL. */
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
