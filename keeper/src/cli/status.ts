/** `milepost-keeper status`: from the database, or from the keeper that has it. */
import { createContext } from "@milepost/sdk";
import { ChainClock } from "../clock/chain-clock";
import { systemTimers } from "../clock/timers";
import type { CommonConfig } from "../config/config";
import { DatabaseInUseError } from "../database/errors";
import { readStatus, renderStatus } from "../show/status";
import { findUnderfunded } from "../show/underfunded";
import { Keypair } from "@solana/web3.js";
import { openChain, openStore } from "./open";

/** The view as text. Rejects when neither the database nor a running keeper can be asked. */
export async function status(config: CommonConfig): Promise<string> {
  const { connections, genesisHash } = await openChain(config);
  const connection = connections.any;
  let database;
  try {
    database = await openStore(config, genesisHash, () => undefined);
  } catch (error) {
    // The embedded database is for one process; the keeper that has it answers for it.
    if (error instanceof DatabaseInUseError) return askKeeper(config, error);
    throw error;
  }
  try {
    const clock = new ChainClock({ connection, timers: systemTimers });
    const { now: chainNow } = await clock.time();
    // Nothing is signed, so any wallet will do.
    const context = createContext(connection, Keypair.generate(), { programId: config.programId });
    const { found } = await findUnderfunded({ database, context, chainNow });
    const view = await readStatus({ database, chainNow, underfunded: found });
    return renderStatus(view, new Date());
  } finally {
    await database.close();
  }
}

async function askKeeper(config: CommonConfig, cause: DatabaseInUseError): Promise<string> {
  const { metricsHost, metricsPort } = config;
  const isEverywhere = metricsHost === "0.0.0.0" || metricsHost === "::";
  const host = isEverywhere ? "127.0.0.1" : metricsHost;
  const shown = host.includes(":") ? `[${host}]` : host;
  try {
    if (!metricsPort) throw cause;
    const response = await fetch(`http://${shown}:${metricsPort}/status`, {
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`it answers ${response.status}`);
    return await response.text();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `a running keeper has ${cause.directory} and does not answer on --metrics-port (${why})`,
      { cause: error },
    );
  }
}
