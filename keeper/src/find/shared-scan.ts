/** Shares scans with the other keepers of a database: a keeper that starts beside living ones need not scan at once. */
import type { Database } from "@milepost/database";
import type { Timers } from "../clock/timers";
import type { Pause } from "../send/pause";
import { databaseTime, recordWork, renewWork, workOf } from "../store/shared-work";
import { type LoadedRules, nameOfRules } from "./plan-rules";

/** Age up to which a keeper relies on another one's scan, in milliseconds. Its own scan comes at that age. */
export const RECENT_MS = 60_000;
/** Interval between two statements of a keeper that the store is up to date, in milliseconds. */
const TELL_MS = 1_000;
/** Interval between two reads of such a statement, in milliseconds, and their number. */
const ASK_MS = 250;
const QUESTIONS = 12;

export interface SharedScansOptions {
  database: Database;
  timers: Pick<Timers, "now">;
  pause: Pause;
  signal: AbortSignal;
}

const nameOf = (rules: LoadedRules) => `scan ${nameOfRules(rules)}`;

export class SharedScans {
  private nextTellAt = -Infinity;
  /** Time from which this keeper hears all news, by the database's clock. */
  private since: string | null = null;

  constructor(private readonly options: SharedScansOptions) {}

  /** Returns the start of a scan, for `ended`. */
  begun(): Promise<string> {
    return databaseTime(this.options.database);
  }

  /** Notes that a scan is complete: of every page, by these rules. */
  async ended(rules: LoadedRules, begunAt: string): Promise<void> {
    await recordWork(this.options.database, nameOf(rules), begunAt);
  }

  /**
   * Returns the time as of which the store will be up to date once the news heard so far is stored, for `tell`. Null when
   * it is not time for another statement.
   */
  async heard(): Promise<string | null> {
    const { timers, database } = this.options;
    if (timers.now() < this.nextTellAt) return null;
    this.nextTellAt = timers.now() + TELL_MS;
    return databaseTime(database);
  }

  /** Tells the other keepers that all news up to the time is stored. Call it only after a scan, with no news missed since. */
  async tell(rules: LoadedRules, heardAt: string): Promise<void> {
    await renewWork(this.options.database, nameOf(rules), heardAt);
  }

  /**
   * Call it once this keeper hears all news. When another keeper scanned by the same rules within the last minute, and
   * has stored all news up to now, resolves with the milliseconds after which this keeper scans by itself. Resolves
   * with null otherwise, at once when no other keeper seems to be alive.
   */
  async rely(rules: LoadedRules): Promise<number | null> {
    const { database, pause, signal } = this.options;
    this.since = await databaseTime(database);
    for (let left = QUESTIONS; left > 0; left -= 1) {
      const scan = await workOf(database, nameOf(rules), this.since);
      if (!scan?.isRenewing || scan.ageMs > RECENT_MS) return null;
      if (scan.isRenewed) return RECENT_MS - scan.ageMs;
      await pause(ASK_MS, signal);
    }
    return null;
  }

  /** Returns the milliseconds since another keeper began a scan that shows all that this one has not heard; null without one. */
  async newerScan(rules: LoadedRules): Promise<number | null> {
    if (this.since === null) return null;
    const scan = await workOf(this.options.database, nameOf(rules), this.since);
    return scan?.isLater ? scan.ageMs : null;
  }
}
