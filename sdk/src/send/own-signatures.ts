import type { Connection } from "@solana/web3.js";

/** More than what one process sends within the life of a blockhash. */
const MOST_REMEMBERED = 10_000;

const sentBy = new WeakMap<Connection, Set<string>>();

/** Records that this process sends the transaction. Returns whether it did so before: the same bytes, one transaction. */
export function isSentTwice(connection: Connection, signature: string): boolean {
  const signatures = sentBy.get(connection) ?? new Set<string>();
  sentBy.set(connection, signatures);
  if (signatures.has(signature)) return true;
  signatures.add(signature);
  if (signatures.size > MOST_REMEMBERED) {
    for (const oldest of signatures) {
      signatures.delete(oldest);
      break;
    }
  }
  return false;
}
