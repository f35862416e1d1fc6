/** Why a milestone is not released yet, in sentences: who or what is missing, and from when it is possible. */
import type BN from "bn.js";
import {
  mediationExpiresAt,
  milestoneStateAt,
  type ReleaseReport,
  type ReleaseSnapshot,
  type Requirement,
  type RequirementName,
} from "@milepost/sdk";

/** One requirement for people. */
export interface ReleaseSentence {
  name: RequirementName;
  isMet: boolean;
  /** Sentence; `{at}` stands for the time. */
  text: string;
  /** Unix seconds of the time in the sentence; null without one. */
  at: number | null;
  /** Address of the party that has to act; null when none can. */
  missing: string | null;
}

type Written = string | { text: string; at: BN };
type Write = (given: {
  report: ReleaseReport;
  snapshot: ReleaseSnapshot;
  need: Requirement;
}) => Written;

const ROLES = { gateway: "The gateway", owner: "The payer", recipient: "The recipient" } as const;

const MET: Readonly<Record<RequirementName, string>> = {
  escrow: "A vault holds the money.",
  milestone: "The milestone is the next one.",
  active: "The agreement is active.",
  programNotPaused: "The program is not paused.",
  accepted: "The recipient accepted the terms.",
  funded: "The milestone's money is in the vault.",
  undisputed: "The milestone is not disputed.",
  dueDate: "No due date holds it back.",
  signer: "The required signature is there, or none is needed.",
  mint: "The token can be transferred.",
  vault: "The vault has enough.",
  destination: "The recipient's token account can receive it.",
  delegation: "The payer's token account lets the program pay.",
  allowance: "The payer's allowance is high enough.",
  balance: "The payer's balance is high enough.",
  feeAccounts: "The fee accounts can receive the fees.",
};

const UNMET: Readonly<Record<RequirementName, Write>> = {
  escrow: () => "The payer closed the vault. Nothing more is paid out of it.",
  milestone: () => "Every milestone has ended.",
  active: () => "The payer paused the agreement. Only they can resume it.",
  programNotPaused: () => "The program is paused. Payments by delegation wait until it resumes.",
  accepted: () => "The recipient has not accepted the terms yet.",
  funded: () => "The payer has not put this milestone's money into the vault.",
  undisputed: ({ snapshot, report }) => disputeText(snapshot, report),
  dueDate: ({ report }) => ({ text: "It is due {at}.", at: report.dueAt! }),
  signer: ({ report }) => signerText(report),
  mint: ({ need }) => `The token cannot be transferred: ${need.message}.`,
  vault: ({ need }) => `The vault cannot pay: ${need.message}.`,
  destination: ({ need }) => sentence(need.message),
  delegation: ({ need }) =>
    need.error === "DelegationReplaced"
      ? "Another program may spend from the payer's token account instead. The payer must renew the permission."
      : need.error === "DelegationRevoked"
        ? "The payer's token account no longer lets the program pay. The payer must renew the permission."
        : sentence(need.message),
  allowance: () =>
    "The payer's allowance is lower than the milestone. The payer must renew the permission.",
  balance: () => "The payer's balance is lower than the milestone.",
  feeAccounts: ({ need }) => sentence(need.message),
};

/** Returns the requirements in words, those that are missing first. */
export function releaseSentences(
  report: ReleaseReport,
  snapshot: ReleaseSnapshot,
): ReleaseSentence[] {
  const all = report.requirements.map((need): ReleaseSentence => {
    const { name, isMet, missing } = need;
    const written = isMet ? MET[name] : UNMET[name]({ report, snapshot, need });
    const { text, at } = typeof written === "string" ? { text: written, at: null } : written;
    return { name, isMet, text, at: at?.toNumber() ?? null, missing: missing?.toBase58() ?? null };
  });
  return [...all.filter(({ isMet }) => !isMet), ...all.filter(({ isMet }) => isMet)];
}

function signerText({ requiredSigner, silentApprovalAt }: ReleaseReport): Written {
  const who = requiredSigner ? ROLES[requiredSigner.role] : "A party";
  const text = `${who} has to release it.`;
  if (!silentApprovalAt) return text;
  const silence = "Silence counts as approval, and anyone may release it, starting {at}.";
  return { text: `${text} ${silence}`, at: silentApprovalAt };
}

function disputeText({ escrow, policy }: ReleaseSnapshot, { now }: ReleaseReport): Written {
  if (!escrow) return "The milestone is disputed.";
  const { account } = escrow;
  const index = policy.policyType.milestone.currentMilestone;
  if (milestoneStateAt(account, index, now) !== "mediation") {
    const text = "The payer disputes the delivery. Mediation starts automatically on {at}.";
    return { text, at: account.mediationAt };
  }
  const at = mediationExpiresAt(account);
  return now.gte(at)
    ? "The mediator did not decide in time. Anyone may pay the split set in the terms."
    : {
        text: "The mediator may divide it until {at}. Then anyone may pay the split set in the terms.",
        at,
      };
}

/** Writes a message of the SDK as a sentence. */
function sentence(message: string): string {
  return `${message[0]!.toUpperCase()}${message.slice(1)}.`;
}
