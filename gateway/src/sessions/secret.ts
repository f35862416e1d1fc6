/** Secrets of sessions: the cookie has one, the database its hash, and the page a token that proves that it may write. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Returns a new secret: 256 random bits in base64url. */
export const newSecret = (): string => randomBytes(32).toString("base64url");

/** Returns true for a text that can be a secret. */
export const isSecret = (text: string): boolean => /^[\w-]{43}$/.test(text);

/** Returns the hash that the database keeps, hex. */
export const hashSecret = (secret: string): string =>
  createHash("sha256").update(secret).digest("hex");

/** Returns the token that every write of a session sends as `X-CSRF-Token`. Nothing stores it. */
export const csrfTokenOf = (secret: string): string =>
  createHmac("sha256", secret).update("milepost csrf token").digest("base64url");

/** Compares a token with the session's in constant time. */
export function isCsrfToken(secret: string, token: string): boolean {
  const [own, given] = [Buffer.from(csrfTokenOf(secret)), Buffer.from(token)];
  return own.length === given.length && timingSafeEqual(own, given);
}
