/** The memo of a policy names what it was created for, so that a crash never leads to a second one. */
import { createHash } from "node:crypto";
import { createMemoBuffer, decodeMemo } from "@milepost/sdk";

/**
 * Returns the memo's text of an object's part: the first 60 hex digits of a SHA-256, which say nothing about the platform
 * on a public chain. Parts are numbered from 0.
 * @example
 * memoOf("intent_01jdx3...", 0); // "mp1:6b86b273ff34..."
 */
export function memoOf(objectId: string, part: number): string {
  const digest = createHash("sha256").update(`milepost-gateway/${objectId}/${part}`).digest("hex");
  return `mp1:${digest.slice(0, 60)}`;
}

/** Returns the 64 bytes that the program stores. */
export const toMemoBytes = (memo: string): number[] => createMemoBuffer(memo, 64);

/** Returns the text of stored bytes. */
export const fromMemoBytes = (bytes: ArrayLike<number>): string => decodeMemo(bytes);
