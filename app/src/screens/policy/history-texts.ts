/** Events of a policy in words. */
import type { MilestoneEvent } from "@milepost/sdk";
import { formatPeriod } from "../../format/period";
import { hexOf } from "./evidence";
import { amountText, type Token, unitsOf } from "./token";

/** Event as the history shows it. */
export interface HistoryText {
  title: string;
  details: string;
  /** Index of the milestone; null for events of the whole policy. */
  milestoneIndex: number | null;
  /** What left to the recipient, in base units; 0 where nothing did. */
  paid: bigint;
  /** What all fees took, in base units. */
  fees: bigint;
  /** What went back to the owner, in base units. */
  refunded: bigint;
}

type EventName = MilestoneEvent["name"];
type DataOf<N extends EventName> = Extract<MilestoneEvent, { name: N }>["data"];
type Describe = {
  [N in EventName]?: (data: DataOf<N>, token: Token) => Partial<HistoryText>;
};

const ENDINGS: Readonly<Record<string, string>> = {
  executed: "paid",
  approved: "approved and paid",
  resolved: "divided by the mediator",
  expired: "paid by the split set in the terms, because the mediator did not decide",
  settled: "divided as both agreed",
  reclaimed: "returned to the payer",
};

const numberOf = (index: number): string => `Milestone ${index + 1}`;

const TEXTS: Describe = {
  PolicyCreated: ({ milestone }, token) => ({
    title: "Agreement created",
    details: `${milestone.totalMilestones} milestone${milestone.totalMilestones === 1 ? "" : "s"}, ${amountText(milestone.escrowAmount, token)} in all.`,
  }),
  PaymentExecuted: (data, token) => ({
    title: `${numberOf(data.milestoneIndex)} paid`,
    details: `The recipient got ${amountText(data.recipientAmount, token)} of ${amountText(data.amount, token)}.`,
    milestoneIndex: data.milestoneIndex,
    paid: unitsOf(data.recipientAmount),
    fees: unitsOf(data.gatewayFee) + unitsOf(data.protocolFee),
  }),
  PolicyStatusChanged: ({ status }) => ({
    title: "active" in status ? "Payments resumed" : "Payments paused",
  }),
  PolicyDeleted: ({ outstanding }, token) => ({
    title: "Agreement deleted",
    details: outstanding.isZero()
      ? "Nothing was left to pay."
      : `${amountText(outstanding, token)} had not been paid.`,
  }),
  EscrowOpened: (data) => ({
    title: "Vault opened",
    details: `Silence counts as approval after ${formatPeriod(data.reviewPeriodSecs)}. Mediator: ${data.mediator.toBase58()}.`,
  }),
  EscrowAccepted: () => ({
    title: "Terms accepted",
    details: "From here on the payer cannot take the money back alone.",
  }),
  EscrowClosed: ({ refunded }, token) => ({
    title: "Vault closed",
    details: `${amountText(refunded, token)} returned to the payer.`,
    refunded: unitsOf(refunded),
  }),
  MilestonesFunded: ({ firstMilestone, count, funded }, token) => ({
    title:
      count === 1
        ? `${numberOf(firstMilestone)} funded`
        : `Milestones ${firstMilestone + 1} to ${firstMilestone + count} funded`,
    details: `${amountText(
      funded.reduce((sum, amount) => sum + unitsOf(amount), 0n),
      token,
    )} went into the vault.`,
    milestoneIndex: firstMilestone,
  }),
  MilestoneSubmitted: ({ milestoneIndex, evidenceHash }) => ({
    title: `${numberOf(milestoneIndex)} submitted`,
    details: `Hash of the delivery: ${hexOf(evidenceHash)}.`,
    milestoneIndex,
  }),
  MilestoneDisputed: ({ milestoneIndex, reasonHash }) => ({
    title: `${numberOf(milestoneIndex)} disputed`,
    details: `Hash of the reason: ${hexOf(reasonHash)}.`,
    milestoneIndex,
  }),
  DisputeWithdrawn: ({ milestoneIndex }) => ({
    title: `Dispute of milestone ${milestoneIndex + 1} withdrawn`,
    milestoneIndex,
  }),
  MediationRequested: ({ milestoneIndex, party }) => ({
    title: `Mediation of milestone ${milestoneIndex + 1} requested`,
    details: `By ${party.toBase58()}.`,
    milestoneIndex,
  }),
  MilestoneFinalized: (data, token) => ({
    title: `${numberOf(data.milestoneIndex)} ${ENDINGS[Object.keys(data.ending)[0]!] ?? "ended"}`,
    details: `To the recipient: ${amountText(data.recipientAmount, token)}. Back to the payer: ${amountText(data.refunded, token)}.`,
    milestoneIndex: data.milestoneIndex,
    paid: unitsOf(data.recipientAmount),
    fees: unitsOf(data.gatewayFee) + unitsOf(data.protocolFee) + unitsOf(data.platformFee),
    refunded: unitsOf(data.refunded),
  }),
  KeeperRewarded: ({ milestoneIndex, amount }, token) => ({
    title: "Executor rewarded",
    details: `${amountText(amount, token)} out of the gateway's fee.`,
    milestoneIndex,
  }),
};

/** Returns an event in words, or null for one that says nothing about a policy. */
export function describeEvent(event: MilestoneEvent, token: Token): HistoryText | null {
  const describe = TEXTS[event.name] as
    ((data: MilestoneEvent["data"], token: Token) => Partial<HistoryText>) | undefined;
  if (!describe) return null;
  return {
    title: "",
    details: "",
    milestoneIndex: null,
    paid: 0n,
    fees: 0n,
    refunded: 0n,
    ...describe(event.data, token),
  };
}
