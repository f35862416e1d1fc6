/** The part of a policy's account that plans depend on, and what the SDK's decoder makes of it. */
import { type AccountInfo, PublicKey } from "@solana/web3.js";
import { ACCOUNT_SIZE, decodeAccount, IDL, type PaymentPolicy, POLICY_OFFSET } from "@milepost/sdk";
import type { PlannedPolicy } from "./plan";

/** Bytes of `reserved` at the end of a policy (`docs/accounts.md`). */
const RESERVED_LENGTH = 20;

/** From the gateway to the funding kind: without the addresses before, and the reserved bytes after. */
export const POLICY_SLICE = {
  offset: POLICY_OFFSET.gateway,
  length: ACCOUNT_SIZE.paymentPolicy - RESERVED_LENGTH - POLICY_OFFSET.gateway,
} as const;

/** What a plan needs of a whole policy account. Throws `AccountKindError`. */
export function plannedPolicy(
  address: PublicKey,
  info: AccountInfo<Buffer>,
  programId: PublicKey,
): PlannedPolicy {
  return planned(decodeAccount("paymentPolicy", address, info, programId));
}

/** What a plan needs, from `POLICY_SLICE` of an account that passed the scan's filters. Throws `AccountKindError`. */
export function plannedPolicyOfSlice(
  address: PublicKey,
  info: AccountInfo<Buffer>,
  programId: PublicKey,
): PlannedPolicy {
  const data = Buffer.alloc(ACCOUNT_SIZE.paymentPolicy);
  data.set(discriminator());
  data.set(info.data.subarray(0, POLICY_SLICE.length), POLICY_SLICE.offset);
  return plannedPolicy(address, { ...info, data }, programId);
}

/** The first bytes of every policy. */
export function discriminator(): Uint8Array {
  const account = IDL.accounts.find(({ name }) => name === "paymentPolicy")!;
  return Uint8Array.from(account.discriminator);
}

/** Without the rest, of which there is much when there are many policies. */
function planned(policy: PaymentPolicy): PlannedPolicy {
  const { gateway, policyType, status, fundingKind, updatedAt } = policy;
  return { gateway, policyType, status, fundingKind, updatedAt };
}
