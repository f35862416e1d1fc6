/** Proofs as the chain holds them: 32 bytes. */
import { createHash } from "node:crypto";
import { HASH_PATTERN } from "../chain/hash";

const HASH = new RegExp(HASH_PATTERN);

/**
 * Returns 32 bytes in lower-case hex, not all zero: such a text is used as it is, with or without 0x; anything else by its SHA-256.
 * @example
 * proofHash("proof_hash_0"); // its SHA-256
 */
export function proofHash(text: string): string {
  return HASH.test(text)
    ? text.slice(-64).toLowerCase()
    : createHash("sha256").update(text, "utf8").digest("hex");
}
