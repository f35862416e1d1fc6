/** Rule: what comes next for the mediator. */
import { activeMilestone, type Card, type CardSource } from "./card";
import { percentWords } from "./terms-words";

/** Returns the mediator's card about the active milestone. */
export function mediatorCard({ project, view }: CardSource): Card {
  const { id, status, mediationStarts, mediationEnds } = activeMilestone(project)!;
  const actions: Card["actions"] = [
    { name: "decide", kind: "primary" },
    { name: "write_message", kind: "normal" },
  ];
  const about = { milestoneId: id, actions };
  if (status === "disputed") {
    const sentences = [
      ["Mediation starts on ", { at: mediationStarts! }, ", or when a party asks."],
    ];
    return {
      kind: "wait_mediation",
      title: "A dispute is open",
      sentences,
      isOwnTurn: false,
      ...about,
    };
  }
  if (status !== "in_mediation") {
    const sentences = [["No milestone of this project is in dispute. You need to do nothing."]];
    const title = "There is nothing to decide";
    return { kind: "nothing", title, sentences, milestoneId: id, actions: [], isOwnTurn: false };
  }
  if (view.now >= mediationEnds!) {
    const sentences = [["The split set in the terms is paid automatically within minutes."]];
    const title = "The time for a decision is over";
    return { kind: "timeout_is_over", title, sentences, isOwnTurn: false, ...about };
  }
  return {
    kind: "decide",
    title: "Decide the dispute",
    sentences: [
      ["Read both sides, then decide before ", { at: mediationEnds! }, "."],
      [timeoutSentence(project.terms.timeoutRecipientBps, "contractor", "homeowner")],
    ],
    isOwnTurn: true,
    ...about,
  };
}

/** Returns what happens when the mediator stays away. */
export function timeoutSentence(recipientBps: number, recipient: string, payer: string): string {
  const back = percentWords(10_000 - recipientBps);
  return `If you do not decide, the split set in the terms is paid: ${percentWords(recipientBps)} to the ${recipient} and ${back} to the ${payer}.`;
}
