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
import { askKeeper } from "./running-keeper";

/** The view as text. Rejects when neither the database nor a running keeper can be asked. */
export async function status(config: CommonConfig): Promise<string> {
  const { connections, genesisHash } = await openChain(config);
  const connection = connections.any;
  let database;
  try {
    database = await openStore(config, genesisHash, () => undefined);
  } catch (error) {
    // The embedded database is for one process; the keeper that has it answers for it.
    if (error instanceof DatabaseInUseError) return askKeeper(config, error, "/status");
    throw error;
  }
  try {
    const clock = new ChainClock({ connection, timers: systemTimers });
    const { now: chainNow } = await clock.time();
    // Nothing is signed, so any wallet will do.
    const context = createContext(connection, Keypair.generate(), { programId: config.programId });
    const { found } = await findUnderfunded({ database, context, chainNow });
    const rpcs = connections.pool.health.views();
    const view = await readStatus({ database, chainNow, underfunded: found, rpcs });
    return renderStatus(view, new Date());
  } finally {
    await database.close();
  }
}
