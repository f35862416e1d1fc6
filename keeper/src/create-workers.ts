/** The workers of a keeper, and the lookup tables they share. */
import type { MilestoneContext } from "@milepost/sdk";
import type { ChainClock, ChainTime } from "./clock/chain-clock";
import type { KeeperOptions } from "./keeper-options";
import type { ExecuteQueue } from "./queue/leases";
import { neverRelease } from "./approval";
import { answeredInTime } from "./approval/time-limit";
import { FeesAndBlockhash } from "./send/fees-and-blockhash";
import { LookupTables } from "./send/lookup-table";
import { systemPause } from "./send/pause";
import type { KeeperEvents } from "./observe/events";
import { RentBudget } from "./work/rent-budget";
import { Worker } from "./work/worker";

export interface Workers {
  all: readonly Worker[];
  tables: LookupTables;
  rentBudget: RentBudget;
}

export function createWorkers(
  options: KeeperOptions,
  queue: ExecuteQueue,
  context: MilestoneContext,
  events: KeeperEvents,
  clock: Pick<ChainClock, "slot" | "sawTime">,
): Workers {
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
    knownSlot: () => clock.slot,
    // Without a table, a transaction holds fewer executions. Nothing else changes.
    onProblem: (error) => options.log.debug({ err: error }, "no lookup table"),
  });
  const rentBudget = new RentBudget({
    database,
    limit: options.rentBudget,
    onSpent: (limit) =>
      options.log.warn(
        { rentBudget: limit },
        "the rent budget of this hour is spent: payments to missing token accounts are postponed",
      ),
  });
  const workerOptions = {
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
    network: new FeesAndBlockhash(context, priorityFee),
    createAccounts: options.createAccounts,
    rentBudget,
    resendEveryMs,
    silentBlocks: options.silentBlocks,
    newestSlot: () => clock.slot,
    sawTime: (time: ChainTime) => clock.sawTime(time),
    crash: options.crash,
  };
  const all = Array.from({ length: concurrency }, () => new Worker(workerOptions));
  return { all, tables, rentBudget };
}
