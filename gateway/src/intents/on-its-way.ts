/** Refuses a second transaction for a part while the first one may land. */
import { GatewayError } from "../errors/gateway-error";
import type { PartDetails } from "./intent";
import { isOnItsWay } from "./parts-store";

/** Refuses while a transaction of the intent is on its way: two for one part could both land. Throws `GatewayError` (`conflict`). */
export function requireNothingOnItsWay(parts: readonly PartDetails[]): void {
  if (!parts.some(isOnItsWay)) return;
  throw new GatewayError(
    "conflict",
    "A signed transaction of this intent is on its way. Read the intent for its state; repeat the request if it failed.",
    { retryAfter: 2 },
  );
}
