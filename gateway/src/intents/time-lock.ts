/** Times on the wire, and the gate before a time-locked release. */
import { GatewayError } from "../errors/gateway-error";
import type { OrderStatus } from "../escrow-orders/order-status";

/** From here on a number is taken for milliseconds. */
const MILLISECONDS = 100_000_000_000n;
/** The program refuses later dates: 2200-01-01. */
const LATEST = 7_258_118_400n;

/**
 * Returns Unix seconds from a decimal string or an integer.
 * Throws `GatewayError` (`invalid_request`), which names `param`.
 * @example
 * parseSeconds("1735689600", "timeLockUntil"); // 1_735_689_600n
 */
export function parseSeconds(value: unknown, param: string): bigint {
  const refuse = (expected: string): never => {
    throw new GatewayError(
      "invalid_request",
      `${param}: expected ${expected}, received ${JSON.stringify(value)}`,
      { param },
    );
  };
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== "string" || !/^\d{1,20}$/.test(text)) {
    return refuse('Unix seconds as a decimal string such as "1735689600"');
  }
  const seconds = BigInt(text);
  if (seconds >= MILLISECONDS && seconds / 1000n <= LATEST) {
    throw new GatewayError(
      "invalid_request",
      `${param}: ${text} looks like milliseconds: did you mean ${seconds / 1000n}?`,
      { param },
    );
  }
  if (seconds === 0n) return refuse("Unix seconds above zero");
  if (seconds > LATEST) return refuse(`Unix seconds up to ${LATEST} (the year 2200)`);
  return seconds;
}

/** What a time-locked release waits for; null when it is due. */
export type TimeLockWait = "funding" | "dispute" | "order_status" | "time" | "ended" | null;

/**
 * Returns what a time-locked release waits for: the time alone is not enough, the order must be SHIPPED or DELIVERED.
 * @example
 * timeLockWait({ now: 10n, timeLockUntil: 10n, orderStatus: "DELIVERED" }); // null: due from that second on
 */
export function timeLockWait({
  now,
  timeLockUntil,
  orderStatus,
}: {
  /** The chain's time in Unix seconds. */
  now: bigint;
  timeLockUntil: bigint;
  orderStatus: OrderStatus;
}): TimeLockWait {
  switch (orderStatus) {
    case "PENDING":
      return "funding";
    case "DISPUTED":
      return "dispute";
    case "CREATED":
      return "order_status";
    case "COMPLETED":
    case "CANCELLED":
      return "ended";
    case "SHIPPED":
    case "DELIVERED":
      return now < timeLockUntil ? "time" : null;
  }
}
