/** Work that is done again and again, and goes on failing quietly until it succeeds. */
import type { Timers } from "./clock/timers";

export interface BackgroundOptions {
  timers: Timers;
  /** Reports the first failure after a success, not every one: an hour without a database would fill the log. */
  onFailing(task: string, error: unknown): void;
  onRecovered(task: string): void;
  /** Reports every failure. */
  onFailed?(error: unknown): void;
}

export class Background {
  private readonly cancels: (() => void)[] = [];
  private readonly running = new Map<string, Promise<void>>();
  private readonly failing = new Set<string>();
  private isStopped = false;

  constructor(private readonly options: BackgroundOptions) {}

  every(milliseconds: number, task: string, work: () => Promise<unknown>): void {
    const cancel = this.options.timers.every(milliseconds, () => void this.run(task, work));
    this.cancels.push(cancel);
  }

  /** Runs the task now, unless it is under way. Never rejects. */
  run(task: string, work: () => Promise<unknown>): Promise<void> {
    const running = this.running.get(task);
    if (running || this.isStopped) return running ?? Promise.resolve();
    const ended = work()
      .then(
        () => this.succeeded(task),
        (error: unknown) => this.failed(task, error),
      )
      .finally(() => this.running.delete(task));
    this.running.set(task, ended);
    return ended;
  }

  /** Records the failure of a task that runs outside `run`. */
  failed(task: string, error: unknown): void {
    this.options.onFailed?.(error);
    if (this.failing.has(task)) return;
    this.failing.add(task);
    this.options.onFailing(task, error);
  }

  succeeded(task: string): void {
    if (this.failing.delete(task)) this.options.onRecovered(task);
  }

  /** Begins nothing more; resolves when the work in progress has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    for (const cancel of this.cancels.splice(0)) cancel();
    await Promise.all(this.running.values());
  }
}
