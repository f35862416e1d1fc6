/** Answers of several RPCs, without waiting long for one that hangs. */
import { type Pause, systemPause } from "./pause";

/** So much later than the first answer, the others may come. */
const GRACE_MS = 1_000;

/**
 * Resolves with what each has answered: as soon as all have, or a second after the first answer. Undefined for what has
 * failed or is still under way. Never rejects.
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
  // Of no answer at all, there is none to wait after.
  const first = Promise.any(calls).then(
    () => grace(GRACE_MS, over.signal),
    () => undefined,
  );
  await Promise.race([all, first]);
  over.abort();
  return [...answers];
}

/** What each has answered, however long it takes; undefined for what has failed. */
export async function answersOfAll<T>(calls: readonly Promise<T>[]): Promise<(T | undefined)[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((each) => (each.status === "fulfilled" ? each.value : undefined));
}
