/** A context whose outbox works on a real chain, and the balances that it leads to. */
import type { Database } from "@milepost/database";
import { associatedTokenAddress } from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import type { ChainRuntime } from "../../src/chain";
import { readTokenBalance } from "../../src/chain/token-balance";
import type { GatewayContext } from "../../src/context";
import { createLog } from "../../src/observe/log";
import {
  createOutbox,
  type OutboxOptions,
  type RunningOutbox,
} from "../../src/outbox/create-outbox";
import { createSecrets } from "../../src/secrets/process-secrets";

/** Returns a context with a chain, of the mode that the chain says; its outbox has no handlers yet and is not started. */
export function workerContext(
  database: Database,
  chain: ChainRuntime,
  options: Partial<OutboxOptions> = {},
): { context: GatewayContext; outbox: RunningOutbox } {
  const log = createLog({ level: (process.env["LOG"] as never) ?? "silent" });
  const { now = () => new Date() } = options;
  const chains = { [chain.mode]: chain };
  const outbox = createOutbox({
    database,
    chains,
    log,
    now,
    pollMs: 250,
    // A busy machine must not change an answer.
    answerWaitMs: 60_000,
    ...options,
  });
  const context: GatewayContext = {
    database,
    chains,
    outbox,
    secrets: createSecrets([Buffer.alloc(32, 7)]),
    log,
    now,
    publicUrl: "http://127.0.0.1:8080",
  };
  return { context, outbox };
}

/** Returns the base units in a wallet's token account; 0 where it does not exist. */
export async function tokenBalance(chain: ChainRuntime, wallet: PublicKey): Promise<bigint> {
  const { mint } = chain.mints.USDC!;
  const mintInfo = await chain.connection.getAccountInfo(mint);
  return readTokenBalance(chain, associatedTokenAddress(mint, wallet, mintInfo!.owner));
}
