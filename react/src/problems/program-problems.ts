/** The program's errors for people: what happened, and what to do. Their names are those of `docs/errors.md`. */
import type { MilestoneErrorName } from "@milepost/sdk";

const READ_AGAIN = "Look at the current state of the payment, then decide again.";
const REPORT = "Report this to the page's operator with the code below.";
const NOTHING = "Nothing to do.";

/** Sentences about the errors a person can meet: what happened, and the next step. */
const TEXTS: Partial<Record<MilestoneErrorName, readonly [text: string, nextStep: string]>> = {
  PaymentNotDue: [
    "This milestone is not due yet.",
    "Wait until the date shown, by the chain's clock.",
  ],
  InvalidSigner: [
    "Another party has to sign this step.",
    "Connect the wallet of the party that may take this step.",
  ],
  InvalidAmount: ["An amount is zero.", "Give every milestone an amount above zero."],
  MilestoneAlreadyReleased: ["This milestone has already ended.", READ_AGAIN],
  MilestoneNotCurrent: [
    "An earlier milestone has not ended yet.",
    "Finish the earlier milestone first; they go in order.",
  ],
  PolicyPaused: ["The payer paused this payment.", "Ask the payer to resume it."],
  PolicyCompleted: ["All milestones of this payment have ended.", NOTHING],
  ProgramPaused: [
    "The program is paused by its authority.",
    "Try again later; deleting and pausing still work.",
  ],
  InsufficientFunds: [
    "The payer's token account does not hold enough.",
    "Ask the payer to add tokens to the account, then try again.",
  ],
  InsufficientDelegation: [
    "The payer's permission covers less than this payment.",
    "Ask the payer to renew the permission.",
  ],
  DelegationRevoked: [
    "The payer withdrew the permission to pull payments.",
    "Ask the payer to renew the permission.",
  ],
  DelegationReplaced: [
    "The payer gave the permission on this token account to another program.",
    "Ask the payer to renew the permission, which takes it from the other program.",
  ],
  DelegateInUse: [
    "Another program has the permission on this token account.",
    "Use another token account, or agree to replace the other program's permission.",
  ],
  InvalidMilestoneCount: ["A payment has 1 to 4 milestones.", "Change the number of milestones."],
  InvalidTimestamp: ["A date is not possible.", "Choose another date."],
  TimestampsNotOrdered: [
    "The dates are not in order.",
    "Give each milestone a date on or after the one before it.",
  ],
  InvalidRecipient: [
    "The recipient's address cannot be paid.",
    "Enter the address of the recipient's wallet, not of a token account.",
  ],
  AmountOverflow: ["The amounts are too large.", "Lower the amounts."],
  UnsupportedMint: ["This token could tax, freeze or reroute payments.", "Choose another token."],
  TokenAccountFrozen: [
    "A token account is frozen by the token's issuer.",
    "The token's issuer has to thaw the account.",
  ],
  InvalidOwner: ["Only the payer may take this step.", "Connect the payer's wallet."],
  InvalidAuthority: ["Only the operator may take this step.", "Connect the operator's wallet."],
  InvalidFeeBps: ["A fee is above its limit.", "Lower the fee."],
  GatewayHasOpenPolicies: [
    "The gateway still has open payments.",
    "Close the gateway after its payments are deleted.",
  ],
  UserPaymentHasOpenPolicies: ["There are still open payments.", "Delete the payments first."],
  PolicyIdsAheadOfSlot: ["It is too early to close this account.", "Try again in seven minutes."],
  InvalidFirstPolicyId: [
    "The signature came too late for the first payment on this token.",
    "Build it again and sign within seven minutes.",
  ],
  AccountAlreadyExists: ["This was created already.", READ_AGAIN],
  FeeAboveMaximum: [
    "The fee was raised since you looked.",
    "Look at the new fee, and try again if you agree.",
  ],
  TokenAccountCpiGuarded: [
    "The token account does not let programs act on it (its CPI guard is on).",
    "Switch its CPI guard off in your wallet, or use another account.",
  ],
  PolicyHasEscrow: ["A held payment cannot be paused.", NOTHING],
  EscrowClosed: ["The escrow of this payment is closed.", "Create another payment for more work."],
  EscrowNotAccepted: [
    "The recipient has not accepted the terms yet.",
    "Ask the recipient to accept the terms.",
  ],
  EscrowAlreadyAccepted: ["The terms are accepted already.", NOTHING],
  EscrowHoldsMoney: [
    "The escrow still holds money.",
    "Approve, settle or take back the funded milestones first.",
  ],
  InvalidMediator: [
    "The mediator's address is not possible here.",
    "Name a wallet other than the payer's and the recipient's.",
  ],
  InvalidParty: [
    "Only the payer or the recipient may take this step.",
    "Connect the wallet of one of them.",
  ],
  InvalidRecipientAmount: [
    "The recipient's share is above the milestone's amount.",
    "Lower the share.",
  ],
  MilestoneNotFunded: [
    "This milestone is not funded yet.",
    "Ask the payer to fund it and the milestones before it.",
  ],
  MilestoneAlreadyFunded: ["This milestone is funded already.", READ_AGAIN],
  MilestoneNotSubmitted: [
    "Nothing was delivered for this milestone yet.",
    "Wait for the recipient to deliver.",
  ],
  MilestoneAlreadySubmitted: [
    "This milestone was delivered already and is under review.",
    "Wait for the review; silence counts as approval at the date shown.",
  ],
  MilestoneInDispute: [
    "This milestone is disputed.",
    "Settle, withdraw the dispute, or wait for mediation.",
  ],
  MilestoneInMediation: ["The mediator is deciding.", "Wait for the mediator, or settle."],
  MilestoneNotDisputed: ["There is no dispute any more.", READ_AGAIN],
  DisputeWindowClosed: [
    "The time to dispute this delivery is over.",
    "Agree on a settlement; otherwise the milestone is paid at the date shown.",
  ],
  MediationNotStarted: [
    "Mediation has not started.",
    "Ask for mediation, or wait until it starts automatically.",
  ],
  MediationTimedOut: [
    "The mediator's time is over.",
    "Anyone may now pay out the split that the terms name.",
  ],
  MediationNotTimedOut: ["The mediator still has time.", "Wait until the date shown."],
  DeliveryNotOverdue: [
    "The delivery is not overdue yet.",
    "Wait until the date shown, or ask the recipient to agree.",
  ],
  TermsMismatch: [
    "The terms changed since you read them.",
    "Read the terms again, and accept them only if you agree.",
  ],
  EvidenceMismatch: [
    "The recipient delivered again since you looked.",
    "Look at the newest delivery and approve that one.",
  ],
};

/** Returns the sentences for an error of the program. An error of a wrongly built transaction gets a general one. */
export function programTexts(name: string): readonly [text: string, nextStep: string] {
  return TEXTS[name as MilestoneErrorName] ?? [`The program refused this step (${name}).`, REPORT];
}
