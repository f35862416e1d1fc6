/** Checks a draft: what is missing or wrong, field by field. */
import { PublicKey } from "@solana/web3.js";
import { MEMO_LENGTH, RELEASE_CONDITIONS, toEscrowTerms } from "@milepost/sdk";
import { parseAmount } from "../../format/amount";
import { checkTerms, type Note } from "./check-terms";
import type { CreateValues } from "./create-values";
import { conditionOf, type Draft } from "./draft";

/** Result of a check. `values` is there when `errors` is empty. */
export interface CheckedDraft {
  /** Error per field: `recipient`, `amount.0`, `terms.reviewDays`. */
  errors: Readonly<Record<string, string>>;
  values: CreateValues | null;
}

/** Facts that a check needs besides the draft. */
export interface DraftFacts {
  /** Decimals of the mint; null while they are unknown. */
  decimals: number | null;
  /** Address of the connected wallet; null without one. */
  owner: string | null;
}

/** Checks every field of a draft. */
export function checkDraft(draft: Draft, facts: DraftFacts): CheckedDraft {
  const errors: Record<string, string> = {};
  const note = (field: string, error: string | undefined) => {
    if (error) errors[field] = error;
  };
  const isHeld = draft.funding === "held";
  const parties = checkParties(draft, facts, note);
  const amounts = draft.milestones.map((milestone, index) => {
    const { units, error } = parseAmount(milestone.amount, facts.decimals ?? 0);
    if (facts.decimals !== null || milestone.amount.trim() === "") note(`amount.${index}`, error);
    return units ?? 0n;
  });
  if (facts.decimals === null) note("mint", errors.mint ?? "Choose a token that exists.");
  const times = checkDates(draft, note);
  const memo = memoOf(draft);
  if (memoBytes(memo) > MEMO_LENGTH) {
    note("memo", `Shorten the descriptions by ${memoBytes(memo) - MEMO_LENGTH} bytes.`);
  }
  const terms = isHeld ? checkTerms(draft.terms, note) : toEscrowTerms();
  const condition = conditionOf(draft);
  const { mint, recipient, gateway, mediator } = parties;
  const isComplete = mint && recipient && gateway && terms && (mediator || !isHeld);
  if (Object.keys(errors).length > 0 || !isComplete || !RELEASE_CONDITIONS.includes(condition)) {
    return { errors, values: null };
  }
  const values: CreateValues = {
    funding: draft.funding,
    ...{ mint, recipient, gateway, amounts, memo, terms },
    mediator: isHeld ? mediator : null,
    timestamps: times.some((time) => time > 0) ? times : [],
    descriptions: draft.milestones.map(({ description }) => description.trim()),
    releaseCondition: condition,
    fund: isHeld && draft.fund !== "none" ? draft.fund : undefined,
  };
  return { errors, values };
}

/** Returns the address, or null with its error noted. */
function toKey(text: string, field: string, whose: string, note: Note): PublicKey | null {
  const trimmed = text.trim();
  if (trimmed === "") {
    note(field, `Enter the address of ${whose}.`);
    return null;
  }
  try {
    return new PublicKey(trimmed);
  } catch {
    note(field, "Expected a Solana address of 32 to 44 letters and digits.");
    return null;
  }
}

function checkParties(draft: Draft, { owner }: DraftFacts, note: Note) {
  const mint = toKey(draft.mint, "mint", "a token's mint", note);
  const recipient = toKey(draft.recipient, "recipient", "the recipient's wallet", note);
  const gateway = toKey(draft.gateway, "gateway", "the platform's gateway account", note);
  const mediator =
    draft.funding === "held"
      ? toKey(draft.mediator, "mediator", "the mediator's wallet", note)
      : null;
  if (recipient && recipient.toBase58() === owner) {
    note("recipient", "This is your own wallet. Enter the wallet that is paid.");
  }
  if (mediator && mediator.toBase58() === owner) {
    note("mediator", "You cannot mediate your own payment. Enter a third wallet.");
  }
  if (mediator && recipient && mediator.equals(recipient)) {
    note("mediator", "The recipient cannot mediate. Enter a third wallet.");
  }
  return { mint, recipient, gateway, mediator };
}

/** Returns Unix seconds per milestone, 0 without a date. */
function checkDates(draft: Draft, note: Note): number[] {
  const times = draft.milestones.map(({ dueAt }) => localSeconds(dueAt));
  times.forEach((time, index) => {
    const before = times.slice(0, index).reduce((latest, earlier) => Math.max(latest, earlier), 0);
    if (draft.hasDueDate && time === 0) note(`dueAt.${index}`, "Enter a due date.");
    else if (time > 0 && time < before) {
      note(
        `dueAt.${index}`,
        "Milestones are paid in order. Choose a date on or after the previous milestone's date.",
      );
    }
  });
  return times;
}

/** Returns the Unix seconds of a `datetime-local` value in the user's zone; 0 for none. */
export function localSeconds(value: string): number {
  const milliseconds = value === "" ? NaN : new Date(value).getTime();
  return Number.isNaN(milliseconds) ? 0 : Math.floor(milliseconds / 1000);
}

/** Returns the note that the policy keeps on chain: the descriptions in their order. */
export function memoOf({ milestones }: Pick<Draft, "milestones">): string {
  const texts = milestones.map(({ description }) => description.trim());
  return texts.join("; ").replace(/[; ]+$/, "");
}

/** Returns the bytes that a memo takes. */
export function memoBytes(memo: string): number {
  return new TextEncoder().encode(memo).length;
}
