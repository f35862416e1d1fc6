/** Loads something of the gateway, and keeps it fresh while the page is visible. */
import { createCell } from "./cell";
import { explainGatewayProblem, type Explanation, toProblem } from "./problem";
import type { Timers } from "./reachability";

/** State of a resource. Old data stays while a later load fails: then `isStale` is true. */
export interface ResourceState<Data> {
  status: "idle" | "loading" | "ready" | "missing" | "failed";
  data: Data | null;
  problem: Explanation | null;
  isStale: boolean;
  /** True while a load runs, the first or a later one. */
  isLoading: boolean;
}

/** A resource of the gateway. */
export interface Resource<Data> {
  get(): ResourceState<Data>;
  /** Begins to load with the first listener, and stops with the last. */
  subscribe(listener: () => void): () => void;
  /** Loads again now. */
  refresh(): Promise<void>;
  /** Puts data in place that an answer of a write brought. */
  put(data: Data): void;
  /** Sets how later loads are done. */
  setLoad(load: Load<Data>): void;
}

/** Loads the data once. */
export type Load<Data> = (signal: AbortSignal) => Promise<Data>;

/** Visibility of the page. */
export interface Visibility {
  isVisible(): boolean;
  subscribe(listener: () => void): () => void;
}

/** Visibility of the browser's tab. */
export const tabVisibility: Visibility = {
  isVisible: () => document.visibilityState === "visible",
  subscribe(listener) {
    document.addEventListener("visibilitychange", listener);
    return () => document.removeEventListener("visibilitychange", listener);
  },
};

interface ResourceOptions {
  /** Milliseconds between two loads; null for none. */
  pollMs: number | null;
  timers: Timers;
  visibility: Visibility;
}

const FIRST: ResourceState<never> = {
  status: "loading",
  data: null,
  problem: null,
  isStale: false,
  isLoading: true,
};

/** State of a resource that nobody asked for. */
export const IDLE: ResourceState<never> = { ...FIRST, status: "idle", isLoading: false };

function failedState<Data>(data: Data | null, error: unknown): ResourceState<Data> {
  const problem = toProblem(error);
  const status = problem.status === 404 ? "missing" : data === null ? "failed" : "ready";
  const kept = status === "missing" ? null : data;
  const words = explainGatewayProblem(problem);
  return { status, data: kept, problem: words, isStale: kept !== null, isLoading: false };
}

/** Returns the state of a success. */
const readyState = <Data>(data: Data): ResourceState<Data> => ({
  status: "ready",
  data,
  problem: null,
  isStale: false,
  isLoading: false,
});

/** Creates a resource. Set its load; it begins with the first listener. */
export function createResource<Data>({
  pollMs,
  timers,
  visibility,
}: ResourceOptions): Resource<Data> {
  const cell = createCell<ResourceState<Data>>(FIRST);
  let load: Load<Data> | null = null;
  let running: AbortController | null = null;
  let timer: number | null = null;
  const schedule = () => {
    if (timer !== null) timers.clear(timer);
    timer = null;
    if (pollMs === null || cell.count() === 0 || !visibility.isVisible()) return;
    timer = timers.set(() => void refresh(), pollMs);
  };
  const refresh = async () => {
    if (load === null) return;
    running?.abort();
    const mine = new AbortController();
    running = mine;
    if (!cell.get().isLoading) cell.set({ ...cell.get(), isLoading: true });
    const next = await load(mine.signal).then(readyState, (error: unknown) =>
      failedState(cell.get().data, error),
    );
    if (running !== mine) return;
    running = null;
    cell.set(next);
    schedule();
  };
  const stop = () => {
    running?.abort();
    running = null;
    schedule();
  };
  let stopWatching = () => {};
  const start = () => {
    const onChange = () => (visibility.isVisible() ? void refresh() : schedule());
    if (pollMs !== null) stopWatching = visibility.subscribe(onChange);
    void refresh();
  };
  return {
    get: cell.get,
    subscribe(listener) {
      const end = cell.subscribe(listener);
      if (cell.count() === 1) start();
      return () => {
        end();
        if (cell.count() > 0) return;
        stopWatching();
        stop();
      };
    },
    refresh,
    setLoad(next) {
      load = next;
    },
    put: (data) => cell.set(readyState(data)),
  };
}
