/** Repeats a scan's requests as the RPC asks for it. */
import type { Pause } from "../send/pause";
import { rpcVerdict } from "../send/rpc-error";
import { RpcRateLimitedError } from "../send/rpc-failures";

/** Longest pause before a request is made again, whatever the RPC asks for. */
const MAX_PAUSE_MS = 600_000;
/** Pause when the RPC names none; it doubles with each refusal. */
const FIRST_PAUSE_MS = 1_000;
/** Limit of refusals of one request; then it fails as it does by another error. */
const MAX_REFUSALS = 8;

export interface AttemptOptions {
  pause: Pause;
  signal: AbortSignal;
  /** Reports each refusal before the pause. */
  onRefused?(error: unknown): void;
}

/** Makes requests that wait when the RPC wants fewer. Rejects with the signal's reason when that aborts. */
export type Attempt = <T>(request: () => Promise<T>) => Promise<T>;

/** Returns a function that repeats a request after each refusal for its rate, as long as the RPC asks for. */
export function attempts({ pause, signal, onRefused }: AttemptOptions): Attempt {
  return async (request) => {
    for (let refusals = 1; ; refusals += 1) {
      signal.throwIfAborted();
      try {
        return await request();
      } catch (error) {
        const isRefusal = rpcVerdict(error)?.reason === "RpcRateLimited";
        if (!isRefusal || refusals >= MAX_REFUSALS) throw error;
        onRefused?.(error);
        await pause(pauseMs(error, refusals), signal);
      }
    }
  };
}

function pauseMs(error: unknown, refusals: number): number {
  const asked = error instanceof RpcRateLimitedError ? error.retryAfterMs : 0;
  return Math.min(asked || FIRST_PAUSE_MS * 2 ** (refusals - 1), MAX_PAUSE_MS);
}
