/** Runs `milepost-keeper status` on the database, or through the keeper that has it open. */
import { createContext } from "@milepost/sdk";
import { DatabaseInUseError } from "@milepost/database";
import { ChainClock } from "../clock/chain-clock";
import { systemTimers } from "../clock/timers";
import type { CommonConfig } from "../config/config";
import { readStatus, renderStatus } from "../status/status";
import { findUnderfunded } from "../coverage/underfunded";
import { Keypair } from "@solana/web3.js";
import { openChain, openStore } from "./open";
import { askKeeper } from "./running-keeper";

/** Returns the view as text. Rejects when neither the database nor a running keeper answers. */
export async function status(config: CommonConfig): Promise<string> {
  const { connections, genesisHash } = await openChain(config);
  const connection = connections.any;
  let database;
  try {
    database = await openStore(config, genesisHash, () => undefined);
  } catch (error) {
    // One process at a time has the embedded database; the keeper that has it answers.
    if (error instanceof DatabaseInUseError) return askKeeper(config, error, "/status");
    throw error;
  }
  try {
    const clock = new ChainClock({ connection, timers: systemTimers });
    const { now: chainNow } = await clock.time();
    // Nothing is signed, so any wallet works.
    const context = createContext(connection, Keypair.generate(), { programId: config.programId });
    const { found } = await findUnderfunded({ database, context, chainNow });
    const rpcs = connections.pool.health.views();
    const view = await readStatus({ database, chainNow, underfunded: found, rpcs });
    return renderStatus(view, new Date());
  } finally {
    await database.close();
  }
}
