import type { Timers } from "../../src/clock/timers";

/** Timers whose time passes only through `pass`. */
export class ManualTimers implements Timers {
  private time = 0;
  private readonly timers = new Set<{ at: number; milliseconds: number; work: () => void }>();

  now(): number {
    return this.time;
  }

  every(milliseconds: number, work: () => void): () => void {
    const timer = { at: this.time + milliseconds, milliseconds, work };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /** Lets time pass, and runs every timer that falls into it. */
  pass(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const next = [...this.timers].sort((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) break;
      this.time = next.at;
      next.at += next.milliseconds;
      next.work();
    }
    this.time = end;
  }
}
