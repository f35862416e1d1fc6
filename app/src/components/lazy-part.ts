/** Parts of the page that are loaded when they are first shown, also while the page's server is down for a moment. */
import { type ComponentType, lazy, type LazyExoticComponent } from "react";

/** Milliseconds after which a part that could not be loaded is asked for again. */
const RETRY_MS = 2_000;

let waiting = 0;
const listeners = new Set<() => void>();

function countWaiting(change: number): void {
  waiting += change;
  for (const listener of listeners) listener();
}

/** Parts that could not be loaded yet. */
export const waitingParts = {
  /** Returns true while a part is asked for again and again. */
  get: () => waiting > 0,
  /** Returns a function that ends the subscription. */
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- React's own bound of `lazy`
type AnyComponent = ComponentType<any>;

/**
 * Returns a component that is loaded when it is first rendered, below a `Suspense`. `lazy` keeps a failure for the life of the
 * page and gives it to the error boundary, so that a screen with its entries would be gone. This one asks again.
 * @example
 * const Demo = lazyPart(() => import("./demo/demo"));
 */
export function lazyPart<Part extends AnyComponent>(
  load: () => Promise<{ default: Part }>,
): LazyExoticComponent<Part> {
  return lazy(() => untilLoaded(load));
}

/**
 * Returns what `load` loads, and asks again while it fails.
 * @example
 * const { register } = await untilLoaded(() => import("./register"));
 */
export async function untilLoaded<Loaded>(load: () => Promise<Loaded>): Promise<Loaded> {
  const first = await load().catch(() => null);
  if (first !== null) return first;
  countWaiting(1);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    const loaded = await load().catch(() => null);
    if (loaded === null) continue;
    countWaiting(-1);
    return loaded;
  }
}
