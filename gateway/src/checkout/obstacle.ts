/** Finds why no wallet can pay an intent now. */
import type { GatewayContext } from "../context";
import type { Intent } from "../intents/intent";
import { plannedAmounts } from "../intents/lock-schedule";
import { listParts } from "../intents/parts-store";
import { needsConsent } from "../intents/release-consent";
import type { OBSTACLES } from "./schema";

/** Reason for which a payment is not possible now. */
export interface Obstacle {
  code: (typeof OBSTACLES)[number];
  /** For the payer. */
  message: string;
}

/** Returns why no wallet can pay now, or null. */
export async function obstacleTo(
  { database }: Pick<GatewayContext, "database">,
  intent: Intent,
): Promise<Obstacle | null> {
  if (intent.status === "CANCELED") {
    return { code: "canceled", message: "This payment was canceled." };
  }
  const parts = await listParts(database, intent.id);
  if (parts.length > 0 && parts.every(({ policy }) => policy !== null)) {
    return { code: "paid", message: "This payment is already paid." };
  }
  const { amounts } = await plannedAmounts(database, intent);
  if (amounts === null) {
    const message = "The milestones of this payment are not complete yet.";
    return { code: "schedule_incomplete", message };
  }
  if (intent.releaseConsent === null && (await needsConsent(database, intent))) {
    const message =
      "The platform wants to release this payment without your approval. Agree to that on the platform's page first.";
    return { code: "consent_needed", message };
  }
  return null;
}
