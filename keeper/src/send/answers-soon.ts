/** Collects the answers of several RPCs, without a long wait for one that hangs. */
import { type Pause, systemPause } from "./pause";

/** Time after the first answer within which the others count. */
const GRACE_MS = 1_000;

/**
 * Resolves with the answers in order: as soon as all are there, or a second after the first. Undefined for a call
 * that failed or is still under way. Never rejects.
 * @example
 * const slots = await answersSoon(rpcs.map((rpc) => rpc.getSlot())); // [7, undefined]
 */
export async function answersSoon<T>(
  calls: readonly Promise<T>[],
  grace: Pause = systemPause,
): Promise<(T | undefined)[]> {
  const answers = calls.map((): T | undefined => undefined);
  const over = new AbortController();
  const all = Promise.allSettled(
    calls.map(async (call, index) => {
      answers[index] = await call;
    }),
  );
  // When every call fails, there is no first answer.
  const first = Promise.any(calls).then(
    () => grace(GRACE_MS, over.signal),
    () => undefined,
  );
  await Promise.race([all, first]);
  over.abort();
  return [...answers];
}

/** Resolves with every answer, however long it takes; undefined for a call that failed. */
export async function answersOfAll<T>(calls: readonly Promise<T>[]): Promise<(T | undefined)[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((each) => (each.status === "fulfilled" ? each.value : undefined));
}
