import type { PublicKey } from "@solana/web3.js";
import { toAddress } from "../input/address";
import type { PaymentPolicy } from "../types";

/** Policy by its address, or as an entry of a list, which saves one round of requests. */
export type PolicyReference =
  | PublicKey
  | {
      /** Address of the policy. */
      address: PublicKey;
      /** Account of the policy as a list returned it; it is read again before anything is decided. */
      account?: PaymentPolicy;
    };

/** Checks the address. Throws `InvalidInputError`. */
export function toPolicyReference(policy: PolicyReference): PolicyReference {
  if (!("address" in policy)) return toAddress(policy, "policy");
  return { ...policy, address: toAddress(policy.address, "policy") };
}
