/** Words of the gateway's steps. */
const WORDS: Readonly<Record<string, string>> = {
  fund: "Pay into escrow",
  approve: "Approve and pay",
  submit: "Deliver",
  dispute: "Dispute the delivery",
  withdraw_dispute: "Withdraw the dispute",
  request_mediation: "Ask for mediation",
  decide: "Decide the dispute",
  settle: "Divide the milestone as agreed",
  reclaim: "Take the money back",
  accept_terms: "Accept the terms",
  close: "Close the escrow",
};

/**
 * Returns the words of a step.
 * @example
 * stepWords("settle"); // "Divide the milestone as agreed"
 */
export const stepWords = (name: string): string => WORDS[name] ?? name.replaceAll("_", " ");
