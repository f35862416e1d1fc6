/** What a person has typed so far. It stays in this tab across a reload, and nowhere else. */
import { RELEASE_DUE_DATE, RELEASE_GATEWAY, RELEASE_OWNER, RELEASE_RECIPIENT } from "@milepost/sdk";

/** Where the money waits: in escrow, or with the payer. */
export type Funding = "held" | "delegated";

/** Party whose signature releases a milestone; `none` needs no signature. */
export type Approver = "owner" | "gateway" | "recipient" | "none";

/** A milestone as it is typed. */
export interface DraftMilestone {
  /** Key of the row in the form. */
  id: number;
  amount: string;
  description: string;
  /** Value of a `datetime-local` control in the user's zone; empty for no date. */
  dueAt: string;
}

/** Terms of an escrow as they are typed: periods in days, shares in percent. */
export interface DraftTerms {
  reviewDays: string;
  disputeDays: string;
  mediationDelayDays: string;
  mediationTimeoutDays: string;
  deliveryGraceDays: string;
  timeoutRecipientPercent: string;
  platformFeePercent: string;
}

/** Everything that the form holds. */
export interface Draft {
  funding: Funding;
  mint: string;
  recipient: string;
  mediator: string;
  gateway: string;
  milestones: DraftMilestone[];
  approver: Approver;
  hasDueDate: boolean;
  terms: DraftTerms;
  /** Milestones that the creation puts into escrow at once. */
  fund: "none" | "next" | "all";
}

/** Returns the draft of a new payment. */
export function emptyDraft({ mint = "", gateway = "" } = {}): Draft {
  return {
    funding: "held",
    mint,
    recipient: "",
    mediator: "",
    gateway,
    milestones: [{ id: 1, amount: "", description: "", dueAt: "" }],
    approver: "owner",
    hasDueDate: false,
    terms: {
      reviewDays: "7",
      disputeDays: "5",
      mediationDelayDays: "3",
      mediationTimeoutDays: "14",
      deliveryGraceDays: "7",
      timeoutRecipientPercent: "50",
      platformFeePercent: "0",
    },
    fund: "next",
  };
}

const SIGNERS: Readonly<Record<Approver, number>> = {
  none: 0,
  gateway: RELEASE_GATEWAY,
  owner: RELEASE_OWNER,
  recipient: RELEASE_RECIPIENT,
};

/** Returns the release condition of the program, one of `RELEASE_CONDITIONS`. */
export function conditionOf({ approver, hasDueDate }: Pick<Draft, "approver" | "hasDueDate">) {
  return SIGNERS[approver] | (hasDueDate ? RELEASE_DUE_DATE : 0);
}

const KEY = "milepost:create-draft";

/** Keeps the draft for this tab. A browser that forbids storage loses it at a reload, and nothing else. */
export function saveDraft(storage: Pick<Storage, "setItem">, draft: Draft): void {
  try {
    storage.setItem(KEY, JSON.stringify(draft));
  } catch {
    // The form works without it.
  }
}

/** Returns the kept draft, or `fallback` where there is none or another version of the page wrote it. */
export function loadDraft(storage: Pick<Storage, "getItem">, fallback: Draft): Draft {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEY) ?? "null");
    return hasShapeOf(kept, fallback) ? kept : fallback;
  } catch {
    return fallback;
  }
}

/** Forgets the draft, once its policy exists. */
export function forgetDraft(storage: Pick<Storage, "removeItem">): void {
  try {
    storage.removeItem(KEY);
  } catch {
    // There was nothing to forget.
  }
}

function hasShapeOf(value: unknown, shape: Draft): value is Draft {
  if (typeof value !== "object" || value === null) return false;
  const draft = value as Draft;
  const isList = Array.isArray(draft.milestones) && draft.milestones.length >= 1;
  const hasFields = Object.entries(shape).every(
    ([name, field]) => typeof draft[name as keyof Draft] === typeof field,
  );
  const hasTerms =
    hasFields &&
    Object.keys(shape.terms).every(
      (name) => typeof draft.terms?.[name as keyof DraftTerms] === "string",
    );
  return isList && draft.milestones.length <= 4 && hasTerms && draft.milestones.every(isMilestone);
}

function isMilestone(value: DraftMilestone | null): boolean {
  return (
    typeof value?.id === "number" &&
    [value.amount, value.description, value.dueAt].every((text) => typeof text === "string")
  );
}
