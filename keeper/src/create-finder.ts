/** Makes the finder of a keeper, which reports to its log and metrics. */
import type { MilestoneContext } from "@milepost/sdk";
import type { ChainClock } from "./clock/chain-clock";
import type { Timers } from "./clock/timers";
import { Finder, type FinderOptions } from "./find/finder";
import type { KeeperOptions } from "./keeper-options";
import { socketErrors } from "./status/rpcs";

export interface FinderParts {
  context: MilestoneContext;
  clock: ChainClock;
  timers: Timers;
  onError: FinderOptions["onError"];
  /** Reports a complete scan or round. */
  onScanned(): void;
}

export function createFinder(options: KeeperOptions, parts: FinderParts): Finder {
  const { log, metrics, gateway, connection, database, pause } = options;
  const { connect, source, silenceMs, gapMs, reconcileMs, isShared } = options;
  const { context, clock, timers, onError, onScanned } = parts;
  const { programId, commitment } = context;
  return new Finder({
    ...{ connection, database, programId, commitment, timers, clock, pause },
    ...{ connect, source, silenceMs, gapMs, reconcileMs, isShared },
    gatewaySigners: gateway ? [gateway.signer.publicKey] : [],
    onUnreadable: (address, error) => log.warn({ address, err: error }, "unreadable account"),
    onError,
    onSocketError: socketErrors(log, timers),
    onRelied: (milliseconds) =>
      log.info({ scanInMs: Math.round(milliseconds) }, "relies on another keeper's scan"),
    onReconciled: ({ seen, removed }) => {
      onScanned();
      metrics.scanned(seen);
      log.info({ policies: seen, removed }, "chain scanned");
    },
  });
}
