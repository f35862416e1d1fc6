/** A payment intent as the services see it: money in bigint base units, times as the database has them. */
import type { Mode } from "../caller/mode";
import type { Currency } from "../chain/chain-runtime";
import type { IntentSettlementStatus, IntentStatus } from "./intent-status";
import type { Phase } from "./phases";
import type { IntentType, ReleaseType } from "./release-plan";
import type { SettlementMethod } from "./schema";

/** One policy of an intent. */
export interface IntentPart {
  part: number;
  firstMilestone: number;
  milestones: number;
  /** `closed`: the escrow's accounts are gone and their rent is back. */
  state: "planned" | "funded" | "ended" | "closed";
  policy: string | null;
  escrow: string | null;
  vault: string | null;
  signature: string | null;
  slot: number | null;
}

/** What only the gateway needs to know of a part. */
export interface PartDetails extends IntentPart {
  intentId: string;
  /** Address that the newest attempt to fund it would create. */
  plannedPolicy: string | null;
  jobId: string | null;
  /** From when on the payer alone may take its current milestone back; Unix seconds of the chain. */
  reclaimableAt: bigint | null;
  /** Slot of the newest state that was written down. */
  seenSlot: number | null;
}

/** A payment intent with its parts. */
export interface Intent {
  id: string;
  accountId: string;
  mode: Mode;
  genesisHash: string;
  status: IntentStatus;
  settlementStatus: IntentSettlementStatus | null;
  /** Base units. */
  amount: bigint;
  currency: Currency;
  decimals: number;
  type: IntentType;
  releaseType: ReleaseType | null;
  autoRelease: boolean;
  releaseCondition: number;
  settlementMethod: SettlementMethod;
  settlementDestination: string;
  description: string | null;
  metadata: Record<string, unknown> | null;
  deliveryPeriodSecs: number;
  timeLockUntil: bigint | null;
  expectedDeliveryHash: string | null;
  deliveryOracle: string | null;
  payer: string | null;
  recipient: string | null;
  mediator: string | null;
  signature: string | null;
  payerAddress: string | null;
  confirmedBy: "sandbox" | "payer" | null;
  confirmedAt: Date | null;
  /** Set when the amounts of the milestones were fixed. */
  scheduledAt: Date | null;
  nextAction: string | null;
  problem: string | null;
  phases: Phase[];
  warnings: string[];
  /** How often funding was begun. */
  attempt: number;
  /** True once the chain can take none of its transactions back. */
  isFinalized: boolean;
  /** The chain's time at which a live intent's schedule was fixed; null in the sandbox, and before. */
  lockedAt: bigint | null;
  /** The payer's signature under `consentText`; evidence that is kept and not shown. */
  releaseConsent: string | null;
  parts: IntentPart[];
  createdAt: Date;
  updatedAt: Date;
}
