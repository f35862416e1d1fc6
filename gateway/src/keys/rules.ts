/** What a key may give to another one, and for how long. */
import { GatewayError } from "../errors/gateway-error";
import { MAX_TIMESTAMP } from "../time/timestamp";
import { SCOPES, type Scope } from "../caller/caller";

/** From here on, a number of seconds is certainly one of milliseconds. */
const MILLISECONDS_FROM = 100_000_000_000;

/**
 * Returns the scopes of a new key: null for every scope. A key gives only scopes that it has.
 * Throws `GatewayError` (`forbidden`), which names the scopes that the calling key lacks.
 */
export function scopesToGive(
  own: readonly Scope[] | null,
  asked: readonly Scope[] | undefined,
): readonly Scope[] | null {
  if (asked === undefined) return own;
  refuseWider(own, asked, "scopes");
  return SCOPES.filter((scope) => asked.includes(scope));
}

/**
 * Refuses to hand out a key that can do more than the calling one.
 * Throws `GatewayError` (`forbidden`).
 */
export function refuseWider(
  own: readonly Scope[] | null,
  given: readonly Scope[] | null,
  param: string,
): void {
  const lacking = own === null ? [] : (given ?? SCOPES).filter((scope) => !own.includes(scope));
  if (lacking.length === 0) return;
  throw new GatewayError(
    "forbidden",
    `${param}: this key lacks ${lacking.join(", ")} and cannot give it to another key`,
    { param },
  );
}

/** Returns the expiry as a date; null for never. Throws `GatewayError` for milliseconds and for a time that has passed. */
export function expiryFrom(expires: number | undefined, now: Date): Date | null {
  if (expires === undefined) return null;
  const refuse = (problem: string): never => {
    throw new GatewayError("invalid_request", `expires: ${problem}`, { param: "expires" });
  };
  if (expires >= MILLISECONDS_FROM) {
    const seconds = Math.floor(expires / 1000);
    return refuse(
      seconds <= MAX_TIMESTAMP
        ? `${expires} looks like milliseconds: did you mean ${seconds}?`
        : `expected Unix seconds up to ${MAX_TIMESTAMP}, received ${expires}`,
    );
  }
  if (expires * 1000 <= now.getTime()) {
    return refuse(`expected Unix seconds in the future, received ${expires}`);
  }
  return new Date(expires * 1000);
}

/** State of a key that decides whether it can be rolled. */
export interface KeyState {
  expires_at: Date | null;
  revoked_at: Date | null;
  replaced_by: string | null;
}

/** Refuses to roll a key that no longer works or was rolled before. Throws `GatewayError` (`invalid_status`). */
export function refuseUnusable({ expires_at, revoked_at, replaced_by }: KeyState, now: Date): void {
  const refuse = (text: string): never => {
    throw new GatewayError("invalid_status", text);
  };
  if (replaced_by !== null) refuse(`This key was rolled already: ${replaced_by} replaced it.`);
  if (revoked_at !== null) refuse("This key is revoked. Create a new one.");
  if (expires_at !== null && new Date(expires_at) <= now) {
    refuse("This key has expired. Create a new one.");
  }
}

/** Returns when a rolled key ends: after the overlap, or at its own expiry when that is earlier. */
export function endOfOverlap(expires: Date | null, overlapHours: number, now: Date): Date {
  const end = new Date(now.getTime() + overlapHours * 3_600_000);
  return expires !== null && new Date(expires) < end ? new Date(expires) : end;
}
