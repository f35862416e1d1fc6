/** Stands in for `uuid`, which web3.js imports to number its requests to the node. */

/**
 * Returns 128 random bits as hexadecimal digits. `crypto.randomUUID` is missing where a host has no TLS.
 * @example
 * v4(); // "9f86d081884c7d659a2feaa0c55ad015"
 */
export function v4(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
