/** The workers of a keeper, and the lookup tables they share. */
import type { MilestoneContext } from "@milepost/sdk";
import type { ChainClock } from "./clock/chain-clock";
import type { KeeperOptions } from "./keeper-options";
import type { ExecuteQueue } from "./queue/execute-queue";
import { neverRelease } from "./rules";
import { answeredInTime } from "./rules/time-limit";
import { LookupTables } from "./send/lookup-table";
import { systemPause } from "./send/pause";
import type { KeeperEvents } from "./types";
import { RentBudget } from "./work/rent-budget";
import { Worker } from "./work/worker";

export interface Crew {
  workers: readonly Worker[];
  tables: LookupTables;
  rentBudget: RentBudget;
}

export function createCrew(
  options: KeeperOptions,
  queue: ExecuteQueue,
  context: MilestoneContext,
  events: KeeperEvents,
  clock: Pick<ChainClock, "slot">,
): Crew {
  const { database, feePayer, gateway, connection, concurrency = 2, resendEveryMs } = options;
  const { programId, commitment } = context;
  const rpcs = options.connections ?? [connection];
  const pause = options.pause ?? systemPause;
  const { percentile, cap } = options.priority ?? { percentile: 75, cap: 200_000 };
  const priorityFee = { percentile, max: cap };
  const tables = new LookupTables({
    context,
    database,
    payer: feePayer,
    rpcs,
    programId,
    commitment,
    pause,
    resendEveryMs,
    priorityFee,
    // Without a table a transaction takes fewer executions, and that is all.
    onProblem: (error) => options.log.debug({ err: error }, "no lookup table"),
  });
  const rentBudget = new RentBudget({
    database,
    limit: options.rentBudget,
    onSpent: (limit) =>
      options.log.warn(
        { rentBudget: limit },
        "the rent budget of this hour is spent: payments to missing token accounts are put off",
      ),
  });
  const settings = {
    context,
    rpcs,
    database,
    queue,
    payer: feePayer,
    rewardOwner: options.rewardOwner,
    gatewaySigners: gateway ? [gateway.signer] : [],
    rule: answeredInTime(gateway?.rule ?? neverRelease),
    events,
    pause,
    random: options.random ?? Math.random,
    tables,
    priorityFee,
    createAccounts: options.createAccounts,
    rentBudget,
    resendEveryMs,
    silentBlocks: options.silentBlocks,
    newestSlot: () => clock.slot,
    crash: options.crash,
  };
  const workers = Array.from({ length: concurrency }, () => new Worker(settings));
  return { workers, tables, rentBudget };
}
