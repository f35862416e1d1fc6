/** Rule: what an event of the program means for a project. Pure. */
import type { PolicyStep } from "../../chain/policy-history";
import type { Payout } from "../rows";

/** Meaning of an event. Indexes are within the policy. */
export type StepEffect =
  | { kind: "funded"; index: number; units: bigint }
  | { kind: "accepted" }
  | { kind: "submitted"; index: number; evidenceHash: string; at: bigint }
  | { kind: "disputed"; index: number; reasonHash: string; at: bigint; mediationAt: bigint }
  | { kind: "dispute_withdrawn"; index: number; at: bigint }
  | { kind: "mediation_requested"; index: number; mediationAt: bigint }
  | { kind: "ended"; index: number; payout: Payout }
  | { kind: "closed"; returned: bigint; at: bigint };

/** Returns the effects of an event; none for events that only prepare others. */
export function effectsOf({ name, data, signature }: PolicyStep): StepEffect[] {
  const big = (field: string): bigint => BigInt(data[field] as string);
  const index = Number(data["milestoneIndex"]);
  switch (name) {
    case "MilestonesFunded":
      return fundedEffects(data);
    case "EscrowAccepted":
      return [{ kind: "accepted" }];
    case "MilestoneSubmitted": {
      const evidenceHash = data["evidenceHash"] as string;
      return [{ kind: "submitted", index, evidenceHash, at: big("submittedAt") }];
    }
    case "MilestoneDisputed": {
      const reasonHash = data["reasonHash"] as string;
      const [at, mediationAt] = [big("disputedAt"), big("mediationAt")];
      return [{ kind: "disputed", index, reasonHash, at, mediationAt }];
    }
    case "DisputeWithdrawn":
      return [{ kind: "dispute_withdrawn", index, at: big("withdrawnAt") }];
    case "MediationRequested":
      return [{ kind: "mediation_requested", index, mediationAt: big("mediationAt") }];
    case "MilestoneFinalized":
      return [
        {
          kind: "ended",
          index,
          payout: {
            ending: Object.keys(data["ending"] as object)[0] as Payout["ending"],
            amount: big("amount"),
            recipientAmount: big("recipientAmount"),
            gatewayFee: big("gatewayFee"),
            protocolFee: big("protocolFee"),
            platformFee: big("platformFee"),
            refunded: big("refunded"),
            signature,
            at: big("finalizedAt"),
          },
        },
      ];
    case "EscrowClosed":
      return [{ kind: "closed", returned: big("refunded"), at: big("closedAt") }];
    default:
      return [];
  }
}

function fundedEffects(data: PolicyStep["data"]): StepEffect[] {
  const first = Number(data["firstMilestone"]);
  const funded = data["funded"] as string[];
  return Array.from({ length: Number(data["count"]) }, (_, offset) => ({
    kind: "funded" as const,
    index: first + offset,
    // The list has the four slots of the policy.
    units: BigInt(funded[first + offset]!),
  }));
}
