/** Says in words when money moves: the release condition and the terms of an escrow. */
import type { EscrowTerms } from "@milepost/sdk";
import { formatBps, formatPeriod } from "../../format/period";
import type { Approver, Funding } from "./draft";

/** A choice with its consequence. */
export interface Choice<Value extends string> {
  value: Value;
  label: string;
  text: string;
}

/** Returns the ways in which a milestone can be released, the safest for the payer first. */
export function approverChoices(funding: Funding): Choice<Approver>[] {
  const isHeld = funding === "held";
  return [
    {
      value: "owner",
      label: "The payer approves",
      text: isHeld
        ? "The payer looks at each delivery. Silence counts as approval when the review ends."
        : "The payer signs each payment. Without that signature nothing is paid.",
    },
    {
      value: "gateway",
      label: "The platform confirms",
      text: "The platform's gateway releases each milestone once it is done. It cannot change who is paid.",
    },
    {
      value: "none",
      label: "Nobody has to approve",
      text: isHeld
        ? "Each milestone is paid without a review, as soon as it is in escrow and accepted."
        : "Anyone may trigger each payment. Together with due dates this is a standing order.",
    },
    {
      value: "recipient",
      label: "The recipient collects",
      text: "The recipient takes each payment with their own signature, without a review.",
    },
  ];
}

/**
 * Says in one sentence when a milestone is paid.
 * @example
 * describeRelease({ approver: "owner", hasDueDate: true, funding: "delegated" });
 */
export function describeRelease(choice: {
  approver: Approver;
  hasDueDate: boolean;
  funding: Funding;
}): string {
  const after = choice.hasDueDate ? ", from its due date on" : "";
  switch (choice.approver) {
    case "owner":
      return choice.funding === "held"
        ? `A milestone is paid when the payer approves it, or when the review ends without an objection${after}.`
        : `A milestone is paid when the payer signs its release${after}.`;
    case "gateway":
      return `A milestone is paid when the platform's gateway confirms it${after}.`;
    case "recipient":
      return `A milestone is paid when the recipient collects it${after}.`;
    default:
      return choice.hasDueDate
        ? "A milestone is paid on its due date. Nobody has to approve it."
        : "A milestone may be paid at any time. Nobody has to approve it.";
  }
}

/** Says what each term of an escrow means for payer and recipient, in the order in which they come up. */
export function describeTerms(terms: EscrowTerms, approver: Approver): string[] {
  const period = (name: keyof EscrowTerms) => formatPeriod(terms[name]);
  const sentences = [
    "Until the recipient accepts the terms, the payer can take everything back.",
    `If nothing is delivered within ${period("deliveryGraceSecs")} after the due date, or after work can start if that is later, the payer may take the money back.`,
  ];
  if (approver !== "none") {
    sentences.push(
      `If the payer stays silent for ${period("reviewPeriodSecs")} after a delivery, the recipient is paid.`,
    );
  }
  sentences.push(
    `The payer may dispute a delivery for ${period("disputeWindowSecs")}. A dispute freezes the money.`,
    terms.mediationDelaySecs === 0
      ? "A dispute goes to the mediator at once."
      : `A dispute that lasts ${period("mediationDelaySecs")} goes to the mediator automatically. Either side may call the mediator earlier.`,
    `If the mediator does not decide within ${period("mediationTimeoutSecs")}, the recipient gets ${formatBps(terms.timeoutRecipientBps)} and the payer the rest.`,
  );
  if (terms.platformFeeBps > 0) {
    sentences.push(
      `The payer pays the platform ${formatBps(terms.platformFeeBps)} on top of each milestone. A refund returns this fee in proportion.`,
    );
  }
  return sentences;
}
