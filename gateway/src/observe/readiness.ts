/** Answers whether a process can serve requests. */

/** Result per check. */
export interface Readiness {
  isReady: boolean;
  checks: Readonly<Record<string, boolean>>;
}

/** Longest time in milliseconds that a check may take. */
const CHECK_MS = 3_000;

/** Age in milliseconds up to which an answer is shared, so that a flood of probes costs one query per second. */
const SHARED_MS = 1_000;

/**
 * Returns a function that runs the checks side by side. A check that rejects or takes too long is not met.
 * @example
 * const readiness = readinessOf({ database: () => database.query("SELECT 1") });
 */
export function readinessOf(
  checks: Readonly<Record<string, () => Promise<unknown>>>,
  now: () => number = () => performance.now(),
): () => Promise<Readiness> {
  let shared: { at: number; answer: Promise<Readiness> } | null = null;
  return () => {
    if (!shared || now() - shared.at >= SHARED_MS) shared = { at: now(), answer: run(checks) };
    return shared.answer;
  };
}

async function run(checks: Readonly<Record<string, () => Promise<unknown>>>): Promise<Readiness> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await isMet(check)] as const),
  );
  return { isReady: results.every(([, met]) => met), checks: Object.fromEntries(results) };
}

function isMet(check: () => Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), CHECK_MS);
    const end = (met: boolean): void => {
      clearTimeout(timer);
      resolve(met);
    };
    // A check may throw before it returns a promise.
    Promise.resolve()
      .then(check)
      .then(
        () => end(true),
        () => end(false),
      );
  });
}

/** Returns the text of `/readyz`: a line per check. */
export const readinessText = ({ checks }: Readiness): string =>
  Object.entries(checks)
    .map(([name, met]) => `${met ? "ok" : "NO"}  ${name}\n`)
    .join("");
