/** Opens what the command line asked for: the connections, the database, the log. */
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { utils } from "@coral-xyz/anchor";
import { systemTimers } from "../clock/timers";
import type { CommonConfig, RunConfig } from "../config/config";
import { openConnections, type Connections } from "../config/connections";
import { keepToChain } from "../config/one-chain";
import { migrate } from "../database/migrate";
import { openDatabase } from "../database/open";
import { createLog, type Logger } from "../show/log";
import { createMetrics, type KeeperMetrics } from "../show/metrics";
import { formsOf } from "../show/redact";
import { meteredFetch } from "../show/rpc-meter";
import type { Database } from "../types";

/** A log that knows every secret of the configuration. */
export function openLog(config: RunConfig): Logger {
  const base58 = (bytes: Uint8Array) => utils.bytes.bs58.encode(Buffer.from(bytes));
  const keys = [config.feePayer, ...(config.gateway ? [config.gateway.signer] : [])];
  const rule = config.gateway?.rule;
  return createLog({
    level: config.logLevel,
    secrets: [
      ...keys.flatMap(({ secretKey }) => formsOf(secretKey, base58)),
      ...(rule?.kind === "http" ? [rule.secret, ...secretsOf(rule.url)] : []),
      ...config.urls.flatMap(secretsOf),
      ...(config.wsUrl ? secretsOf(config.wsUrl) : []),
      ...("url" in config.database ? secretsOf(config.database.url) : []),
    ],
  });
}

/** What of a URL is a password or a key, as it is written and as it is meant. */
export function secretsOf(address: string): string[] {
  const { password, searchParams, search } = new URL(address);
  const found = [password, decoded(password), search.slice(1), ...searchParams.values()];
  // Short ones are versions and modes, and would be found in every other word.
  return found.filter((text) => text.length >= 6);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export interface Opened {
  connections: Connections;
  metrics: KeeperMetrics;
  genesisHash: string;
}

/** Connections and the chain they lead to. Rejects when no RPC answers. */
export async function openChain(config: CommonConfig): Promise<Opened> {
  const metrics = createMetrics();
  const connections = openConnections({
    urls: config.urls,
    wsUrl: config.wsUrl,
    fetch: meteredFetch({ fetch: globalThis.fetch, timers: systemTimers, events: metrics }),
  });
  return { connections, metrics, genesisHash: await connections.any.getGenesisHash() };
}

/** The database with its tables, made for this chain. Throws `UsageError`, `DatabaseInUseError`. */
export async function openStore(
  config: CommonConfig,
  genesisHash: string,
  onError: (error: Error) => void,
): Promise<Database> {
  const database = await openDatabase(
    "url" in config.database
      ? { url: config.database.url, onError }
      : { directory: directoryOf(config.database.directory, genesisHash) },
  );
  try {
    await migrate(database);
    await keepToChain(database, genesisHash, config.programId.toBase58());
    return database;
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
}

/** One for each chain below the home directory, unless the user chose one. */
function directoryOf(chosen: string | null, genesisHash: string): string {
  if (chosen !== null) return chosen;
  const directory = join(homedir(), ".milepost", "keeper", genesisHash.slice(0, 8));
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return directory;
}
