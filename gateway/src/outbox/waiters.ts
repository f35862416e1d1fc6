/** Waits for the end of jobs: told by this process's worker, and asked of the database for the others'. */
import type { Database } from "@milepost/database";
import { endedJobs, findJob } from "./job-store";
import { toJob } from "./job-row";
import type { Job } from "./outbox";

/** Interval between two questions to the database, in milliseconds. */
const ASK_EVERY_MS = 250;

/** Waits of this process. */
export class Waiters {
  private readonly waiting = new Map<string, Set<() => void>>();
  private timer: NodeJS.Timeout | null = null;
  private isAsking = false;

  constructor(private readonly database: Database) {}

  /** Ends the waits for a job. */
  tell(id: string): void {
    for (const wake of this.waiting.get(id) ?? []) wake();
    this.waiting.delete(id);
  }

  /** Resolves with the job when it has ended, or as it is after `timeoutMs`. */
  async wait(id: string, timeoutMs: number): Promise<Job> {
    // Listens before it reads, so that an end between the two is not missed.
    const end = this.end(id, timeoutMs);
    const before = await this.read(id);
    if (before.state === "landed" || before.state === "failed") {
      this.tell(id);
      return before;
    }
    await end;
    return this.read(id);
  }

  private end(id: string, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.waiting.get(id)?.delete(wake);
        if (this.waiting.get(id)?.size === 0) this.waiting.delete(id);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      const wakes = this.waiting.get(id) ?? new Set();
      this.waiting.set(id, wakes.add(wake));
      this.timer ??= setInterval(() => void this.ask(), ASK_EVERY_MS).unref();
    });
  }

  private async read(id: string): Promise<Job> {
    const row = await findJob(this.database, id);
    if (!row) throw new Error(`no job ${id}`);
    return toJob(row);
  }

  /** Asks for all jobs in one statement. A database that does not answer now is asked again. */
  private async ask(): Promise<void> {
    if (this.isAsking) return;
    const ids = [...this.waiting.keys()];
    if (ids.length === 0) {
      if (this.timer) clearInterval(this.timer);
      this.timer = null;
      return;
    }
    this.isAsking = true;
    try {
      for (const { id } of await endedJobs(this.database, ids)) this.tell(id);
    } catch {
      // The next question may be answered.
    } finally {
      this.isAsking = false;
    }
  }
}
