/** Compares a file with the hashes that a policy's escrow has on chain. */
import type { Escrow } from "@milepost/sdk";

/** Hash on chain, and what it is the hash of. */
export interface ChainHash {
  kind: "submission" | "dispute";
  milestoneIndex: number;
  /** 64 hexadecimal digits. */
  hash: string;
  /** Unix seconds. */
  at: number;
}

/** Answer about one file: which hash of the chain it has, or that it has none of them. */
export type Verdict = { isMatch: true; found: ChainHash } | { isMatch: false };

/** Returns bytes as hexadecimal digits. */
export const hexOf = (bytes: ArrayLike<number>): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Returns the newest submission's and dispute's hash of each milestone. The chain keeps only the newest. */
export function chainHashes(escrow: Escrow, totalMilestones: number): ChainHash[] {
  return escrow.milestones.slice(0, totalMilestones).flatMap((milestone, milestoneIndex) => {
    const { submittedAt, disputedAt, evidenceHash, reasonHash } = milestone;
    const submission = { kind: "submission" as const, at: submittedAt, bytes: evidenceHash };
    const dispute = { kind: "dispute" as const, at: disputedAt, bytes: reasonHash };
    return [submission, dispute]
      .filter(({ at }) => !at.isZero())
      .map(({ kind, at, bytes }) => ({
        kind,
        milestoneIndex,
        hash: hexOf(bytes),
        at: at.toNumber(),
      }));
  });
}

/** Compares the hash of a file with those on chain. */
export function compareHash(hash: ArrayLike<number>, known: readonly ChainHash[]): Verdict {
  const text = hexOf(hash);
  const found = hash.length === 32 ? known.find((one) => one.hash === text) : undefined;
  return found ? { isMatch: true, found } : { isMatch: false };
}
