/** Idempotency-Keys: one per intent to write, the same for every try of it. */

/** Hands out the keys of writes. */
export interface WriteKeys {
  /** Returns the key of a write, the same one until the write has an end. */
  keyFor(write: string): string;
  /** Notes an answer. After a success or a refusal, the same write again is a new one. */
  settle(write: string, status: number): void;
}

/** Statuses after which the same write may still happen, or may have happened. */
const isOpen = (status: number): boolean => status >= 500 || status === 408 || status === 429;

/**
 * Creates the keys of one page.
 * @example
 * const keys = createWriteKeys(() => crypto.randomUUID());
 * keys.keyFor("POST /v1/api-keys {}") === keys.keyFor("POST /v1/api-keys {}"); // true, until it settles
 */
export function createWriteKeys(newKey: () => string): WriteKeys {
  const open = new Map<string, string>();
  return {
    keyFor(write) {
      const key = open.get(write) ?? newKey();
      open.set(write, key);
      return key;
    },
    settle(write, status) {
      if (!isOpen(status)) open.delete(write);
    },
  };
}
