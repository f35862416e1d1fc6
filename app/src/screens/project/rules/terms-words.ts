/** Rule: the terms of a project in words. */
import type { Project } from "./types";

const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/**
 * Returns a period in words, exactly.
 * @example
 * periodWords(90_000); // "1 day and 1 hour"
 */
export function periodWords(seconds: number): string {
  const words: string[] = [];
  let rest = seconds;
  for (const [name, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words.push(`${count} ${name}${count === 1 ? "" : "s"}`);
  }
  if (words.length === 0) return "0 seconds";
  const last = words.pop()!;
  return words.length === 0 ? last : `${words.join(", ")} and ${last}`;
}

/**
 * Returns basis points as percent, exactly.
 * @example
 * percentWords(250); // "2.5%"
 */
export const percentWords = (bps: number): string => `${bps / 100}%`;

/** Returns each term as a title and a sentence, in the order in which they matter. */
export function termsWords(
  terms: Project["terms"],
  isAfterDueDate: boolean,
): [title: string, text: string][] {
  const recipient = percentWords(terms.timeoutRecipientBps);
  const owner = percentWords(10_000 - terms.timeoutRecipientBps);
  return [
    [
      "Review",
      `The homeowner has ${periodWords(terms.reviewPeriodSecs)} after a delivery. If they do not respond, the delivery counts as approved and is paid.`,
    ],
    ...(isAfterDueDate
      ? [["Due date", "Nothing is paid before the milestone's due date."] as [string, string]]
      : []),
    [
      "Dispute",
      `A dispute is possible for ${periodWords(terms.disputeWindowSecs)} after a delivery. It freezes the money.`,
    ],
    [
      "Mediation",
      `It starts automatically ${periodWords(terms.mediationDelaySecs)} after a dispute, or earlier when a party asks.`,
    ],
    [
      "No decision",
      `If the mediator does not decide within ${periodWords(terms.mediationTimeoutSecs)}, ${recipient} goes to the contractor and ${owner} returns to the homeowner.`,
    ],
    [
      "Late delivery",
      `If nothing is delivered within ${periodWords(terms.deliveryGraceSecs)} after the due date, or after work can start if that is later, the homeowner may take the money back.`,
    ],
    [
      "Platform fee",
      `The homeowner pays ${percentWords(terms.platformFeeBps)} on top. A refund includes the same proportion of the platform fee.`,
    ],
  ];
}
