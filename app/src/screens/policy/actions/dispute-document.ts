/** The document whose hash a dispute puts on chain. */

/** Kinds of dispute. */
export const DISPUTE_KINDS = [
  ["quality_issue", "The quality is not as agreed"],
  ["scope_disagreement", "It is not what was agreed"],
  ["milestone_completion", "It is not complete"],
  ["timeline_delay", "It is too late"],
  ["material_difference", "The material differs"],
  ["payment_amount", "The amount is wrong"],
  ["other", "Something else"],
] as const;

/** Name of a kind of dispute. */
export type DisputeKind = (typeof DISPUTE_KINDS)[number][0];

/** What a dispute says. */
export interface DisputeText {
  policy: string;
  milestoneIndex: number;
  kind: DisputeKind;
  text: string;
  /** Names and SHA-256 hashes of the files that support it. */
  files: readonly { name: string; hash: string }[];
}

/**
 * Writes the document. The same input gives the same bytes, so that both parties can check its hash.
 * @example
 * await hashDocument(disputeDocument({ policy, milestoneIndex: 0, kind: "other", text: "Late.", files: [] }));
 */
export function disputeDocument({
  policy,
  milestoneIndex,
  kind,
  text,
  files,
}: DisputeText): string {
  return [
    "Milepost dispute",
    `Policy: ${policy}`,
    `Milestone: ${milestoneIndex + 1}`,
    `Type: ${kind}`,
    "",
    text.replaceAll("\r\n", "\n").trim(),
    "",
    ...files.map(({ name, hash }) => `File ${hash} ${name.replaceAll(/[\r\n]/g, " ")}`),
    "",
  ].join("\n");
}
