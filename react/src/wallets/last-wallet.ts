/** Remembers which wallet was connected last. Storage may be switched off, and then nothing is remembered. */

const KEY = "milepost:wallet";

/** Returns the name of the wallet that was connected last; null where none is remembered. */
export function lastWallet(): string | null {
  try {
    return globalThis.localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Remembers the wallet's name; null forgets it. */
export function rememberWallet(name: string | null): void {
  try {
    if (name === null) globalThis.localStorage.removeItem(KEY);
    else globalThis.localStorage.setItem(KEY, name);
  } catch {
    // A page without storage asks again next time.
  }
}
