/** Measures the requests to an RPC where they are sent. */
import { hostOf } from "../send/rpc-pool";
import type { Timers } from "../clock/timers";
import type { KeeperEvents } from "./events";

/** The part of `fetch` that web3.js's `Connection` uses. */
export type Fetch = typeof globalThis.fetch;

/** Options of `meteredFetch`. */
export interface MeterOptions {
  /** Function that makes the requests. */
  fetch: Fetch;
  /** Clock that the durations are taken from, in milliseconds. */
  timers: Pick<Timers, "now">;
  /** Listener for the method, the milliseconds and the success of each request. */
  events: Pick<KeeperEvents, "rpc">;
}

/** Returns a `fetch` that reports every request; an HTTP error or a missing answer counts as failed. */
export function meteredFetch({ fetch, timers, events }: MeterOptions): Fetch {
  return async (input, init) => {
    const method = methodOf(init?.body);
    const host = hostOf(input instanceof Request ? input.url : String(input));
    const start = timers.now();
    try {
      const response = await fetch(input, init);
      events.rpc(method, timers.now() - start, response.ok, host);
      return response;
    } catch (error) {
      events.rpc(method, timers.now() - start, false, host);
      throw error;
    }
  };
}

/** Returns the JSON-RPC method of a request's body; the first one of a batch. */
function methodOf(body: unknown): string {
  return (typeof body === "string" && /"method"\s*:\s*"(\w+)"/.exec(body)?.[1]) || "other";
}
