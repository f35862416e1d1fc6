import type { PublicKey } from "@solana/web3.js";
import { RELEASE_DUE_DATE, RELEASE_GATEWAY, RELEASE_OWNER, RELEASE_RECIPIENT } from "../protocol";

/** Role that has to sign a release. */
export type SignerRole = "gateway" | "owner" | "recipient";

/**
 * Returns the role whose signature a release condition requires; null when anyone may release.
 * @example
 * requiredRole(3); // "gateway"
 */
export function requiredRole(releaseCondition: number): SignerRole | null {
  switch (releaseCondition & ~RELEASE_DUE_DATE) {
    case RELEASE_GATEWAY:
      return "gateway";
    case RELEASE_OWNER:
      return "owner";
    case RELEASE_RECIPIENT:
      return "recipient";
    default:
      return null;
  }
}

/** Parties of a policy that a condition can name. */
export interface ReleaseParties {
  /** `signer` of the gateway account, not its address. */
  gatewaySigner: PublicKey;
  /** Wallet that pays, `UserPayment.owner`. */
  owner: PublicKey;
  /** Wallet that receives, `PaymentPolicy.recipient`. */
  recipient: PublicKey;
}

/** Returns the key that has to sign; null when anyone may release. */
export function requiredSigner(
  releaseCondition: number,
  parties: ReleaseParties,
): {
  /** Role of the party that has to sign. */
  role: SignerRole;
  /** Address that has to sign. */
  address: PublicKey;
} | null {
  const role = requiredRole(releaseCondition);
  if (!role) return null;
  const address = {
    gateway: parties.gatewaySigner,
    owner: parties.owner,
    recipient: parties.recipient,
  }[role];
  return { role, address };
}

/** Returns true when the milestone's timestamp must be reached. */
export function hasDueDate(releaseCondition: number): boolean {
  return (releaseCondition & RELEASE_DUE_DATE) !== 0;
}
