/** The terms of an escrow in sentences. */
import type { EscrowTerms } from "@milepost/sdk";
import { formatBps, formatPeriod } from "../../format/period";

/** Returns what both parties sign, in the order in which it can happen. */
export function termSentences(terms: EscrowTerms): { name: string; text: string }[] {
  const { reviewPeriodSecs, disputeWindowSecs, mediationDelaySecs } = terms;
  const { mediationTimeoutSecs, deliveryGraceSecs, timeoutRecipientBps, platformFeeBps } = terms;
  return [
    {
      name: "Silence",
      text: `The payer's silence for ${formatPeriod(reviewPeriodSecs)} after a delivery counts as approval.`,
    },
    {
      name: "Dispute",
      text: `The payer may dispute a delivery within ${formatPeriod(disputeWindowSecs)}.`,
    },
    {
      name: "Mediation",
      text: `Mediation starts ${formatPeriod(mediationDelaySecs)} after a dispute, or earlier if one party asks for it.`,
    },
    {
      name: "No decision",
      text: `Without a decision within ${formatPeriod(mediationTimeoutSecs)}, ${formatBps(timeoutRecipientBps)} goes to the recipient and the rest returns to the payer.`,
    },
    {
      name: "No delivery",
      text: `If nothing is delivered within ${formatPeriod(deliveryGraceSecs)} after the due date, or after work can start if that is later, the payer may take the money back.`,
    },
    {
      name: "Platform fee",
      text:
        platformFeeBps === 0
          ? "The payer pays no fee on top of the milestones."
          : `The payer pays ${formatBps(platformFeeBps)} to the platform on top of each milestone. A refund returns it in proportion.`,
    },
  ];
}
