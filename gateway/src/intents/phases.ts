/** The steps of an intent that Finternet's API shows. */

export const PHASES = [
  "SIGNATURE_VERIFICATION",
  "BLOCKCHAIN_CONFIRMATION",
  "ESCROW_LOCKED",
  "AWAITING_DELIVERY_PROOF",
  "SETTLEMENT",
] as const;

/** Name of a step. */
export type PhaseName = (typeof PHASES)[number];

export const PHASE_STATUSES = ["IN_PROGRESS", "COMPLETED", "FAILED"] as const;

/** State of a step. */
export type PhaseStatus = (typeof PHASE_STATUSES)[number];

/** A step with its state, and when it got there. */
export interface Phase {
  phase: PhaseName;
  status: PhaseStatus;
  /** Unix seconds. */
  timestamp: number;
}

/** Returns the phases with one of them set, in their order. A completed phase stays completed. */
export function withPhase(
  phases: readonly Phase[],
  phase: PhaseName,
  status: PhaseStatus,
  timestamp: number,
): Phase[] {
  const before = phases.find((each) => each.phase === phase);
  if (before?.status === "COMPLETED" || before?.status === status) return [...phases];
  return [...phases.filter((each) => each !== before), { phase, status, timestamp }].sort(
    (a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase),
  );
}
