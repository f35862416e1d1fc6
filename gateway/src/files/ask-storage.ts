/** Calls of the storage: its failures are not those of the database. */
import { GatewayError } from "../errors/gateway-error";

/** Returns what the storage answers. Throws `GatewayError` (`unavailable`) where it fails. */
export async function askStorage<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new GatewayError("unavailable", "The file storage does not answer. Repeat the request.", {
      retryAfter: 1,
      cause: error,
    });
  }
}
