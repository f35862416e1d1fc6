/** Checks the answer to a challenge: a text that one wallet signs, once and in time. */
import { GatewayError } from "../errors/gateway-error";
import { isTextSignedBy } from "./message-signature";

/** What a challenge asked, and whether it was answered. */
export interface GivenChallenge {
  /** Wallet that was asked, base58. */
  address: string;
  /** Text that it signs. */
  message: string;
  expiresAt: Date;
  isUsed: boolean;
}

/**
 * Checks that a challenge is new, in time and signed by its wallet; the caller marks it as used.
 * Throws `GatewayError`: `conflict` for a challenge that was used, `signature_verification_failed`.
 */
export function requireSignedChallenge(
  { address, message, expiresAt, isUsed }: GivenChallenge,
  signature: string,
  now: Date,
): void {
  if (isUsed) {
    throw new GatewayError("conflict", "This challenge has already been used. Request a new one.");
  }
  const refuse = (param: string, text: string): never => {
    throw new GatewayError("signature_verification_failed", `${param}: ${text}`, { param });
  };
  if (expiresAt <= now) {
    refuse("challenge", `expired at ${expiresAt.toISOString()}. Request a new one.`);
  }
  if (!isTextSignedBy(address, message, signature)) {
    refuse(
      "signature",
      `expected a signature by ${address} of the challenge's message, in base64 or base58`,
    );
  }
}
