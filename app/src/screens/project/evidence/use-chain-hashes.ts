/** The hashes of a milestone's evidence as the chain has them, read from the RPC. */
import { usePolicy } from "@milepost/react";
import type { EscrowMilestone } from "@milepost/sdk";
import type { ProjectMilestone } from "../rules/types";

/** Hashes of the newest submission and dispute, hexadecimal; null where the chain has none. */
export interface ChainHashes {
  evidenceHash: string | null;
  reasonHash: string | null;
  isLoading: boolean;
}

/** Reads the hashes of a milestone. A milestone without a policy has none. */
export function useChainHashes({ chain }: Pick<ProjectMilestone, "chain">): ChainHashes {
  const { data, status } = usePolicy(chain?.policy ?? null);
  const milestone = chain && data?.snapshot.escrow?.account.milestones[chain.index];
  if (!milestone) {
    const isLoading = chain !== null && status === "loading";
    return { evidenceHash: null, reasonHash: null, isLoading };
  }
  return { ...hashesOf(milestone), isLoading: false };
}

/** Returns the hashes of an escrow's milestone. */
export const hashesOf = (milestone: EscrowMilestone): Omit<ChainHashes, "isLoading"> => ({
  evidenceHash: milestone.submittedAt.isZero() ? null : hexOf(milestone.evidenceHash),
  reasonHash: milestone.disputedAt.isZero() ? null : hexOf(milestone.reasonHash),
});

const hexOf = (bytes: ArrayLike<number>): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
