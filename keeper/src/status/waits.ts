/** Says in a sentence what an unpaid policy waits for. */

/** The party that can end a wait, and the obstacle, per reason. The keeper notices the change by itself. */
const WAITS: Readonly<Record<string, string>> = {
  InsufficientFunds: "the owner: the balance is below the amount",
  TokenInsufficientFunds: "the owner: the balance is below the amount",
  InsufficientDelegation: "the owner: the allowance is below the amount",
  DelegationRevoked: "the owner: the allowance was revoked",
  DelegationReplaced: "the owner: the allowance went to another program",
  InvalidTokenAccount: "the owner: the token account is missing or another's",
  TokenOwnerMismatch: "the owner: the token account is missing or another's",
  InvalidOwnerTokenAccount: "the owner: no token account can receive the refund",
  TokenAccountCpiGuarded: "the owner: the token account's CPI guard is on",
  TokenAccountCpiGuard: "the owner: the token account's CPI guard is on",
  TokenCpiGuardTransferBlocked: "the owner: the token account's CPI guard is on",
  PolicyPaused: "the owner: the policy is paused",
  OwnerMustSign: "the owner: their signature is required",
  RecipientMustSign: "the recipient: their signature is required",
  GatewayMustSign: "the gateway: its signature is required",
  MilestoneAlreadyReleased: "the chain to show the next milestone",
  InvalidEscrow: "the RPC to show its escrow",
  InvalidSigner: "a signature that this keeper does not have",
  MilestoneNotFunded: "the owner: the milestone is not funded",
  EscrowNotAccepted: "the recipient: the terms are not accepted",
  MilestoneNotSubmitted: "the recipient: nothing was submitted",
  MilestoneInDispute: "the parties: the milestone is disputed",
  MilestoneInMediation: "the mediator: the milestone is in mediation",
  ProgramPaused: "the program's authority: everything is paused",
  TokenAccountFrozen: "the mint's freeze authority: a token account is frozen",
  UnsupportedMint: "the mint's authority: the mint has an extension that is not supported",
  MintUnsupported: "the mint's authority: the mint has an extension that is not supported",
  TokenAccountMissing: "another party to create the token account, because this keeper may not",
  InvalidRecipientTokenAccount: "the recipient: no token account can be paid",
  TokenUninitializedState: "the owner or the recipient: a token account was closed",
  InvalidVault: "the owner: the vault cannot pay",
  MilestoneNotDisputed: "the parties: the milestone is not in dispute",
  TokenNonConfidentialTransfersDisabled:
    "the recipient: the token account takes only confidential transfers",
  TokenNoMemo: "the recipient: the token account requires memos",
  InvalidGatewayFeeAccount: "the gateway: no token account can take its fee",
  InvalidProtocolFeeAccount: "the protocol: no token account can take its fee",
};

/** Returns the sentence with the reason's name, as in logs and metrics. */
export function waitSentence(reason: string): string {
  const known = WAITS[reason];
  return known
    ? `waiting for ${known} (${reason})`
    : `waiting for an account to change: ${reason || "unknown"}`;
}
