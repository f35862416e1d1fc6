/** Tells what a failure of a sending means for the bytes. */
import { MilepostError, MilepostErrorCode } from "@milepost/sdk";
import { problemIn } from "../problems/problem";

/** Returns true for a clear refusal by a gateway: a problem other than an unreachable server, or an HTTP status from 400 to 499. */
export function isRefusal(error: unknown): boolean {
  const carried = problemIn(error);
  if (carried) return !/unreachable/.test(carried.code);
  const { status } = (error ?? {}) as { status?: unknown };
  return typeof status === "number" && status >= 400 && status < 500;
}

/** Returns true for an error after which nothing landed and nothing can: building again is safe. */
export function isExpiry(error: unknown): boolean {
  const carried = problemIn(error);
  if (carried) return carried.code === "wallet.expired";
  if (!(error instanceof MilepostError)) return false;
  const { SendBlockhashExpired, SendExpiredUnsent } = MilepostErrorCode;
  return error.code === SendBlockhashExpired || error.code === SendExpiredUnsent;
}
