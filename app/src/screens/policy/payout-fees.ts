import type { PayoutFees, ReleaseSnapshot } from "@milepost/sdk";

/** Returns the fees that divide a milestone of a policy. */
export function payoutFees({ policy, escrow }: ReleaseSnapshot): PayoutFees {
  return {
    gatewayFeeBps: policy.gatewayFeeBps,
    protocolFeeBps: policy.protocolFeeBps,
    platformFeeBps: escrow?.account.platformFeeBps ?? 0,
  };
}
