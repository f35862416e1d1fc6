/** Words for what is allowed and may go wrong later, each with a next step. */
import type { MilestoneWarning } from "@milepost/sdk";
import { formatAmount } from "../../format/amount";
import { formatPeriod } from "../../format/period";
import type { CreateValues } from "./create-values";
import type { Draft } from "./draft";

/** A warning with the step that removes it. */
export interface DraftWarning {
  code: string;
  title: string;
  text: string;
  nextStep: string;
}

const DAY = 86_400;

/** Returns what a draft alone gives reason to warn about. `now` is Unix seconds. */
export function draftWarnings(draft: Draft, values: CreateValues, now: number): DraftWarning[] {
  return [
    ...pastDates(draft, values, now),
    ...unreviewed(draft),
    ...shortReview(draft, values),
    ...undescribed(values),
  ];
}

function pastDates(draft: Draft, { timestamps }: CreateValues, now: number): DraftWarning[] {
  const late = timestamps.flatMap((time, index) => (time > 0 && time <= now ? [index + 1] : []));
  if (late.length === 0) return [];
  const which = `Milestone${late.length === 1 ? "" : "s"} ${late.join(", ")}`;
  return [
    {
      code: "DATE_IN_PAST",
      title: "A due date is in the past",
      text: draft.hasDueDate
        ? `${which} may be released at once, as far as the date is concerned.`
        : `${which} counts as late from the start, and the time to deliver is shorter.`,
      nextStep: "Choose a later date, or continue if this is intended.",
    },
  ];
}

function unreviewed({ funding, approver }: Draft): DraftWarning[] {
  if (funding !== "held" || (approver !== "none" && approver !== "recipient")) return [];
  return [
    {
      code: "PAID_WITHOUT_REVIEW",
      title: "The recipient is paid without a review",
      text: "With this release condition the payer cannot look at the work before it is paid.",
      nextStep: "Choose “The payer approves” to review each delivery.",
    },
  ];
}

function shortReview({ funding }: Draft, { terms }: CreateValues): DraftWarning[] {
  if (funding !== "held" || terms.disputeWindowSecs >= DAY) return [];
  return [
    {
      code: "SHORT_REVIEW",
      title: "There is little time to object",
      text: `The payer can dispute a delivery for ${formatPeriod(terms.disputeWindowSecs)} only.`,
      nextStep: "Allow at least one day so that the payer has time to respond.",
    },
  ];
}

function undescribed({ descriptions }: CreateValues): DraftWarning[] {
  if (descriptions.every((text) => text !== "")) return [];
  return [
    {
      code: "NOT_DESCRIBED",
      title: "A milestone has no description",
      text: "In a dispute the mediator compares the delivery with what was agreed.",
      nextStep: "Write a few words about each milestone, or agree on them elsewhere in writing.",
    },
  ];
}

/** Warns about a token that the page's host does not know: its issuer chose its name. */
export function tokenWarnings(token: {
  address: string;
  symbol: string;
  isKnown: boolean;
}): DraftWarning[] {
  if (token.isKnown) return [];
  return [
    {
      code: "UNKNOWN_TOKEN",
      title: "This page does not know the token",
      text: `It calls itself ${token.symbol}. Anybody can issue a token with that name.`,
      nextStep: `Compare its mint ${token.address} with a source that you and the recipient trust.`,
    },
  ];
}

/** Returns the SDK's warning in words. Amounts have the mint's decimals and symbol. */
export function explainWarning(
  warning: MilestoneWarning,
  { decimals, symbol }: { decimals: number; symbol: string },
): DraftWarning {
  const amount = (units: bigint) => `${formatAmount(units, decimals)} ${symbol}`;
  const whose = warning.field === "mediator" ? "mediator" : "recipient";
  switch (warning.code) {
    case "BALANCE_BELOW_COMMITTED":
      return {
        code: warning.code,
        title: "Your balance is below what you promise",
        text: `Your token account has ${amount(warning.balance)}. Your payments may pull ${amount(warning.committed)}. A payment fails while the balance is below its amount.`,
        nextStep: `Add ${amount(warning.committed - warning.balance)} before the first due date, or hold the money in escrow.`,
      };
    case "FIRST_POLICY_EXPIRES":
      return {
        code: warning.code,
        title: "Your wallet signs through a program and must be quick",
        text: "This transaction has to land within about seven minutes, because it is your first payment in this token.",
        nextStep:
          "Collect the signatures of your multisig at once, or open the payment account in a proposal of its own.",
      };
    case "ADDRESS_WITHOUT_ACCOUNT":
      return {
        code: warning.code,
        title: `Nobody has a private key for the ${whose}'s address`,
        text: "It is the vault of a multisig that was never used, or a token account that does not exist. Money sent to such a token account is lost.",
        nextStep: `Ask the ${whose} for the address that their wallet shows.`,
      };
    case "ADDRESS_OF_PROGRAM":
      return {
        code: warning.code,
        title: `The ${whose}'s address belongs to a program`,
        text: "Only that program can sign for it.",
        nextStep: "For a multisig enter its vault, not the multisig's own account.",
      };
  }
}
