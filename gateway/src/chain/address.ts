/** Addresses as they come: a `PublicKey` in the process, base58 from the database and the wire. */
import { PublicKey } from "@solana/web3.js";
import { GatewayError } from "../errors/gateway-error";

/** Address in either form. */
export type Address = PublicKey | string;

/** Returns the address as a `PublicKey`. Throws `GatewayError` (`invalid_request`), which names `param`. */
export function toAddress(address: Address, param: string): PublicKey {
  if (typeof address !== "string") return address;
  try {
    return new PublicKey(address);
  } catch {
    throw new GatewayError(
      "invalid_request",
      `${param}: expected a Solana address (base58, 32 bytes), received ${JSON.stringify(address)}`,
      { param },
    );
  }
}
