/** Waits in tests for what another process or the outbox does. */

/** Milliseconds after which a wait fails: longer than a busy machine needs, shorter than mocha's limit. */
const LIMIT_MS = 90_000;
/** Interval between two looks, in milliseconds. */
const LOOK_EVERY_MS = 25;

/** Waits until a condition holds; a test's clock of the chain may stand still meanwhile. Throws after 90 seconds. */
export async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
