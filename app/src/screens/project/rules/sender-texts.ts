/** Rule: texts of a sender that a manifest covers as files, as the gateway writes them: JSON with sorted keys. */
import type { Dispute, Submission } from "./types";

const jsonOf = (content: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1))));

/** Returns the text of a delivery without files. */
export const reportText = ({ note }: Pick<Submission, "note">): string => jsonOf({ note });

/**
 * Returns the text of a dispute.
 * @example
 * disputeText({ type: "quality_issue", text: "It leaks." }); // '{"text":"It leaks.","type":"quality_issue"}'
 */
export const disputeText = ({ type, text }: Pick<Dispute, "type" | "text">): string =>
  jsonOf({ type, text });
