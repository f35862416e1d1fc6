/** One chain of random commands as one run of a fast-check property. */
import fc from "fast-check";

/**
 * Runs `property` once with the seed of the chain. `SHRINK=1` makes fast-check look for a smaller failure, which takes
 * minutes. Throws an error that names the seed.
 */
export const runOnce = <T>(
  property: fc.IAsyncProperty<T>,
  seed: number,
  chain: number,
): Promise<void> =>
  fc.assert(property, {
    seed: seed + chain,
    numRuns: 1,
    endOnFailure: process.env["SHRINK"] !== "1",
    // The list of commands is too long for a message: the failed step says what it did.
    reporter: ({ failed, errorInstance }) => {
      if (!failed) return;
      const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
      throw new Error(`SEED=${seed}, chain ${chain}: ${why}`, { cause: errorInstance });
    },
  });
