/** Unix seconds from a client. */
import { GatewayError } from "../errors/gateway-error";

/** 2200-01-01T00:00:00Z in Unix seconds: the program takes no later date. */
export const MAX_TIMESTAMP = 7_258_118_400;

/**
 * Returns Unix seconds as a bigint. Refuses milliseconds, and says which seconds were probably meant.
 * Throws `GatewayError` (`invalid_request`), which names `param`.
 * @example
 * parseTimestamp(1_735_689_600, "dueDate"); // 1_735_689_600n
 */
export function parseTimestamp(value: number, param: string): bigint {
  if (Number.isSafeInteger(value) && value > 0 && value <= MAX_TIMESTAMP) return BigInt(value);
  const seconds = Math.floor(value / 1000);
  const looksLikeMilliseconds =
    Number.isSafeInteger(value) && value >= 1e11 && seconds <= MAX_TIMESTAMP;
  throw new GatewayError(
    "invalid_request",
    looksLikeMilliseconds
      ? `${param}: expected Unix seconds, received ${value}, which looks like milliseconds: did you mean ${seconds}?`
      : `${param}: expected Unix seconds from 1 to ${MAX_TIMESTAMP}, received ${value}`,
    { param },
  );
}
