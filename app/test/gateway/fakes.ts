/** Timers, channels and answers that a test controls. */
import type { Timers } from "../../src/gateway/reachability";
import type { TabChannel } from "../../src/gateway/session";

/** Timers that run when a test says so. */
export function manualTimers(): Timers & { waits(): number[]; run(): void } {
  const pending = new Map<number, { callback: () => void; milliseconds: number }>();
  let next = 1;
  return {
    set(callback, milliseconds) {
      pending.set(next, { callback, milliseconds });
      return next++;
    },
    clear: (timer) => void pending.delete(timer),
    waits: () => [...pending.values()].map(({ milliseconds }) => milliseconds),
    run() {
      const due = [...pending.values()];
      pending.clear();
      for (const { callback } of due) callback();
    },
  };
}

/** Channels of tabs of one browser. */
export function tabChannels(): () => TabChannel {
  const listeners = new Set<(address: string | null) => void>();
  return () => {
    let own: ((address: string | null) => void) | null = null;
    return {
      postMessage(address) {
        for (const listener of listeners) if (listener !== own) listener(address);
      },
      listen(listener) {
        own = listener;
        listeners.add(listener);
      },
    };
  };
}

/** Lets everything that is ready run. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Returns an answer of the API. */
export const jsonAnswer = (status: number, body: unknown, headers = {}): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
