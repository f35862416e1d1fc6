/** Opens what the command line asked for: the connections, the database, the log. */
import { homedir } from "node:os";
import { join } from "node:path";
import { type Database, DatabaseDirectoryError, isConnectionLoss } from "@milepost/database";
import { systemTimers } from "../clock/timers";
import type { CommonConfig, RunConfig } from "../config/config";
import { openConnections, type Connections } from "../config/connections";
import { UsageError } from "../config/errors";
import { keepToChain } from "../config/one-chain";
import { migrate, openDatabase } from "../store/database";
import { createLog, type Logger } from "../observe/log";
import { createMetrics, type KeeperMetrics } from "../observe/metrics";
import { withoutSecrets } from "../observe/redact";
import { meteredFetch } from "../observe/rpc-meter";
import { httpFetch } from "../send/http-fetch";
import { authorizedFetch } from "./authorized-fetch";
import { secretsIn } from "./secrets";

/** Creates a log that redacts every secret of the configuration. */
export function openLog(config: RunConfig): Logger {
  return createLog({ level: config.logLevel, secrets: secretsIn(config) });
}

export interface Opened {
  connections: Connections;
  metrics: KeeperMetrics;
  genesisHash: string;
  /** RPCs that did not answer, without their secrets. */
  silent: string[];
}

/**
 * Opens the connections and reads which chain they lead to. Rejects when no RPC answers. Throws `UsageError` when they lead
 * to several chains, or to one without the program.
 */
export async function openChain(config: CommonConfig): Promise<Opened> {
  const { urls, wsUrl, programId } = config;
  const metrics = createMetrics();
  const fetch = meteredFetch({
    fetch: authorizedFetch(httpFetch()),
    timers: systemTimers,
    events: metrics,
  });
  const connections = openConnections({ urls, wsUrl, fetch });
  const answers = await Promise.allSettled(connections.each.map((rpc) => rpc.getGenesisHash()));
  const shown = urls.map(withoutSecrets);
  const hashes = new Map<string, string>();
  const silent: string[] = [];
  answers.forEach((answer, index) => {
    if (answer.status === "fulfilled") hashes.set(answer.value, shown[index]!);
    else silent.push(`${shown[index]} (${reasonOf(answer.reason)})`);
  });
  const [genesisHash] = hashes.keys();
  if (genesisHash === undefined) {
    throw new Error(`--url: no Solana RPC answers at ${silent.join(", ")}`);
  }
  if (hashes.size > 1) {
    const chains = [...hashes].map(([hash, url]) => `${url} to ${hash}`).join(", ");
    throw new UsageError(`--url leads to several chains, ${chains}: give RPCs of one chain`);
  }
  // From now on, the pool does not ask an RPC of another chain; it checks a silent one before its first answer.
  const verified = answers.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
  connections.pool.chain.expect(genesisHash, verified);
  const program = await connections.any.getAccountInfo(programId);
  if (!program?.executable) {
    throw new UsageError(
      `--url leads to chain ${genesisHash}, and there is no program ${programId.toBase58()}: give another RPC, or --program-id`,
    );
  }
  return { connections, metrics, genesisHash, silent };
}

/** Opens the database, migrates it and checks its chain. Throws `UsageError`, `DatabaseInUseError`, `DatabaseUnusableError`. */
export async function openStore(
  config: CommonConfig,
  genesisHash: string,
  onError: (error: Error) => void,
): Promise<Database> {
  const choice = choose(config, genesisHash);
  const database = await openChoice(choice, onError);
  try {
    await migrate(database).catch(explainServer(config));
    await keepToChain(database, genesisHash, config.programId.toBase58());
    return database;
  } catch (error) {
    await database.close().catch(() => undefined);
    if ("directory" in choice && (error as { code?: unknown }).code === DISK_FULL) {
      const full = Object.assign(new Error("the disk is full"), { code: "ENOSPC", cause: error });
      throw ofFlag(new DatabaseDirectoryError(choice.directory, full));
    }
    throw error;
  }
}

/**
 * Opens connections to a server for status, readiness and metrics only. Null for an embedded database, which has one session;
 * its answers are shared for a second, so that requests use little of it.
 */
export async function openStatusDatabase(
  { database }: CommonConfig,
  onError: (error: Error) => void,
): Promise<Database | null> {
  if (!("url" in database)) return null;
  const { url } = database;
  return openDatabase({ url, connections: 2, statementTimeoutMs: STATUS_TIMEOUT_MS, onError });
}

const STATUS_TIMEOUT_MS = 10_000;

/** Opens the connection to a server by which the other keepers see that this one is alive. Null for an embedded database. */
export async function openPresence(
  { database }: CommonConfig,
  onError: (error: Error) => void,
): Promise<Database | null> {
  if (!("url" in database)) return null;
  return openDatabase({ url: database.url, connections: 1, idleTimeoutMs: 0, onError });
}

/** PostgreSQL's error code. */
const DISK_FULL = "53100";

type Choice = { url: string } | { directory: string };

function choose({ database }: CommonConfig, genesisHash: string): Choice {
  if ("url" in database) return database;
  return { directory: database.directory ?? directoryOf(genesisHash) };
}

async function openChoice(choice: Choice, onError: (error: Error) => void): Promise<Database> {
  try {
    return await openDatabase("url" in choice ? { ...choice, onError } : choice);
  } catch (error) {
    throw error instanceof DatabaseDirectoryError ? ofFlag(error) : error;
  }
}

function ofFlag(error: DatabaseDirectoryError): UsageError {
  return new UsageError(`--data-dir: ${error.message}`, { cause: error });
}

/** Explains an error of the first statement, which is the first one that a server gets. */
function explainServer({ database }: CommonConfig): (error: unknown) => never {
  return (error) => {
    if (!("url" in database) || !isFromServer(error)) throw error;
    const { host } = new URL(database.url);
    throw new Error(`--database-url: no database at ${host} (${reasonOf(error)})`, {
      cause: error,
    });
  };
}

/** Returns true when the server was not reached, or refused: its codes have five characters, of class 08, 28, 3D or 57. */
function isFromServer(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  const isRefusal = /^(08|28|3D|57)[0-9A-Z]{3}$/.test(code ?? "");
  return syscall !== undefined || isRefusal || isConnectionLoss(error);
}

/** Returns a short reason: the innermost code, or the first line of a message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof SyntaxError) return "its answer is not JSON";
  const { code } = error as NodeJS.ErrnoException;
  if (error.cause !== undefined) return reasonOf(error.cause);
  // web3.js appends the whole page of the answer.
  const [status] = /^\d{3} [A-Za-z ]+(?=: )/.exec(error.message) ?? [];
  if (status !== undefined) return status;
  const [line = ""] = error.message.split("\n");
  // Codes of system errors say more than their messages; codes of Postgres say less.
  return /^E[A-Z]+$/.test(code ?? "") ? code! : line.slice(0, 200) || error.name;
}

/** Returns the chain's directory below the home directory. A user without one, as in some containers, must pass --data-dir. */
function directoryOf(genesisHash: string): string {
  const home = homeDirectory();
  if (home === "") {
    throw new UsageError(
      "--data-dir is missing: this user has no home directory; give one, or --database-url",
    );
  }
  return join(home, ".milepost", "keeper", genesisHash.slice(0, 8));
}

function homeDirectory(): string {
  try {
    return homedir();
  } catch {
    return "";
  }
}
