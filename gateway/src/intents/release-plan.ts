/** What an intent's type and release type mean on chain. */

export const INTENT_TYPES = ["CONSENTED_PULL", "DELIVERY_VS_PAYMENT"] as const;

/** Type of a payment intent. */
export type IntentType = (typeof INTENT_TYPES)[number];

export const RELEASE_TYPES = [
  "TIME_LOCKED",
  "MILESTONE_LOCKED",
  "DELIVERY_PROOF",
  "AUTO_RELEASE",
] as const;

/** What releases the money of an escrow order. */
export type ReleaseType = (typeof RELEASE_TYPES)[number];

/** Funding and release condition of an intent's policies. */
export interface ReleasePlan {
  /** `delegated`: the payer's consent to one pull. `held`: a vault. */
  funding: "delegated" | "held";
  /** 0: anyone. 2: the gateway. 3: the gateway, from the due date on. 4: the payer, or their silence. 5: 4 from the due date on. */
  releaseCondition: 0 | 2 | 3 | 4 | 5;
}

/** Input of `planRelease`. */
export interface ReleaseChoice {
  type: IntentType;
  /** Null for a consented pull. */
  releaseType: ReleaseType | null;
  autoRelease: boolean;
  /**
   * True where the key's account receives the money itself. The gateway then never signs on its word alone: the payer
   * approves, or their silence does.
   */
  isPayeeKey: boolean;
}

/**
 * Returns the plan of an intent.
 * @example
 * planRelease({ type: "DELIVERY_VS_PAYMENT", releaseType: "MILESTONE_LOCKED", autoRelease: true, isPayeeKey: false });
 * // { funding: "held", releaseCondition: 2 }
 */
export function planRelease({
  type,
  releaseType,
  autoRelease,
  isPayeeKey,
}: ReleaseChoice): ReleasePlan {
  if (type === "CONSENTED_PULL") return { funding: "delegated", releaseCondition: 0 };
  if (releaseType === "TIME_LOCKED") {
    return { funding: "held", releaseCondition: isPayeeKey ? 5 : 3 };
  }
  return { funding: "held", releaseCondition: autoRelease && !isPayeeKey ? 2 : 4 };
}

/** Returns true when the gateway's own signature releases. */
export const isGatewayRelease = (releaseCondition: number): boolean =>
  releaseCondition === 2 || releaseCondition === 3;
