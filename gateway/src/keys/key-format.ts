/** Keys as text: prefix, id, secret. Only the SHA-256 of the whole text is stored. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Mode } from "../caller/mode";

/** Parts of a key that say what it is, without being secret. */
export interface KeyParts {
  /** Public part, which finds the row: 16 characters. */
  id: string;
  mode: Mode;
  isRestricted: boolean;
}

const SHAPE = /^(sk|rk)_(test|live)_([0-9a-f]{16})([0-9a-f]{64})$/;

/** Returns a new key of 256 random bits. Its id starts with the milliseconds, so that lists sort by time. */
export function createKeyText(
  { mode, isRestricted }: Omit<KeyParts, "id">,
  now: Date,
): { id: string; text: string } {
  const id = now.getTime().toString(16).padStart(12, "0") + randomBytes(2).toString("hex");
  const secret = randomBytes(32).toString("hex");
  return { id, text: `${isRestricted ? "rk" : "sk"}_${mode}_${id}${secret}` };
}

/** Returns the parts of a key, or null for any other text. */
export function parseKeyText(text: string): KeyParts | null {
  const [, kind, mode, id] = SHAPE.exec(text) ?? [];
  return id === undefined ? null : { id, mode: mode as Mode, isRestricted: kind === "rk" };
}

/** Returns the SHA-256 that is stored, in hex. A key has 256 random bits, so a slow hash would add nothing. */
export const hashKey = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Compares in constant time. */
export function isSameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, "hex"), Buffer.from(b, "hex")];
  return left.length === right.length && timingSafeEqual(left, right);
}
