/** Whether the gateway answers. While it does not, the page asks again until it does. */
import { createCell } from "./cell";

/** Whether the gateway answers; `back` right after it was down. */
export type Reach = "up" | "down" | "back";

/** State of the gateway's reachability. */
export interface Reachability {
  get(): Reach;
  subscribe(listener: () => void): () => void;
  noteUp(): void;
  noteDown(): void;
  /** Ends the timers. */
  close(): void;
}

/** Timers, replaced in tests. */
export interface Timers {
  set(callback: () => void, milliseconds: number): number;
  clear(timer: number): void;
}

/** Timers of the browser. */
export const browserTimers: Timers = {
  set: (callback, milliseconds) => Number(setTimeout(callback, milliseconds)),
  clear: (timer) => clearTimeout(timer),
};

const FIRST_PROBE_MS = 1_000;
const MAX_PROBE_MS = 10_000;
/** Milliseconds for which `back` is said. */
const BACK_MS = 6_000;

interface ReachabilityOptions {
  /** Resolves where the gateway answers, whatever it answers, and rejects otherwise. */
  probe(): Promise<unknown>;
  timers: Timers;
}

/** Creates the state, which begins as `up`. */
export function createReachability({ probe, timers }: ReachabilityOptions): Reachability {
  const cell = createCell<Reach>("up");
  let timer: number | null = null;
  const schedule = (callback: () => void, milliseconds: number) => {
    if (timer !== null) timers.clear(timer);
    timer = timers.set(callback, milliseconds);
  };
  const noteUp = () => {
    if (cell.get() !== "down") return;
    cell.set("back");
    schedule(() => cell.set("up"), BACK_MS);
  };
  const ask = (wait: number) => {
    probe().then(noteUp, () => {
      const next = Math.min(wait * 2, MAX_PROBE_MS);
      if (cell.get() === "down") schedule(() => ask(next), next);
    });
  };
  return {
    get: cell.get,
    subscribe: cell.subscribe,
    noteUp,
    noteDown() {
      if (cell.get() === "down") return;
      cell.set("down");
      schedule(() => ask(FIRST_PROBE_MS), FIRST_PROBE_MS);
    },
    close() {
      if (timer !== null) timers.clear(timer);
    },
  };
}
