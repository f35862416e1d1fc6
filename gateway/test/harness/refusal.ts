/** Returns the `GatewayError` that a rule throws; fails when it accepts. */
import { GatewayError } from "../../src/errors/gateway-error";

export function refusal(work: () => unknown): GatewayError {
  try {
    work();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error("accepted");
}
