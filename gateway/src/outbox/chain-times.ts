/** Clocks of the chains, read only while a job waits for one of them. */
import type { Database } from "@milepost/database";
import type { ChainRuntime } from "../chain/chain-runtime";
import type { Mode } from "../caller/mode";
import type { Logger } from "../observe/log";
import { withDeadline } from "./deadline";
import { datedModes } from "./queue";

/** Milliseconds for which a reading counts. */
const KEEP_MS = 500;
const READ_MS = 5_000;

/** Times per mode. */
export class ChainTimes {
  private last: ReadonlyMap<Mode, bigint | null> = new Map();
  private readAt = -Infinity;

  constructor(
    private readonly database: Database,
    private readonly chains: Readonly<Partial<Record<Mode, ChainRuntime>>>,
    private readonly log: Logger,
  ) {}

  /** Returns the time of each served mode; null where no job waits for it, or the chain does not answer. */
  async read(): Promise<ReadonlyMap<Mode, bigint | null>> {
    if (performance.now() - this.readAt < KEEP_MS) return this.last;
    const dated = await datedModes(this.database);
    const modes = (["test", "live"] as const).filter((mode) => this.chains[mode]);
    const times = await Promise.all(
      modes.map(
        async (mode) => [mode, dated.includes(mode) ? await this.timeOf(mode) : null] as const,
      ),
    );
    this.last = new Map(times);
    this.readAt = performance.now();
    return this.last;
  }

  private async timeOf(mode: Mode): Promise<bigint | null> {
    try {
      return await withDeadline(this.chains[mode]!.time(), READ_MS, "the chain's time");
    } catch (error) {
      this.log.warn({ err: error, mode }, "outbox: the chain's time is not known");
      return null;
    }
  }
}
