/** The room that knows Solana: what the services may call of it. */
export type { Address } from "./address";
export type { Build } from "./build";
export {
  buildAccept,
  buildApprove,
  buildCloseEscrow,
  buildDispute,
  buildExpireMediation,
  buildFundMilestones,
  buildReclaim,
  buildRelease,
  buildRequestMediation,
  buildResolve,
  buildSettle,
  buildSubmit,
  buildWithdrawDispute,
  type MilestoneRef,
} from "./build-actions";
export {
  buildFunding,
  buildFundings,
  type FundingBuild,
  type FundingRequest,
} from "./build-funding";
export { buildPull, type PullBuild, type PullRequest } from "./build-pull";
export { chainProof } from "./chain-proof";
export type { ChainRuntime, Currency, CurrencyMint, SandboxRole } from "./chain-runtime";
export { type ChainRequirement, explainPolicy, type PolicyExplanation } from "./explain-policy";
export { findFunded } from "./find-funded";
export { connectRpc } from "./connect";
export { createLiveChain, type LiveChainOptions } from "./live-chain";
export { createReadOnlyChain } from "./read-only-chain";
export { ChainSetupError } from "./setup-error";
export { memoOf } from "./memo";
export { isAddress, isTextSignedBy } from "./message-signature";
export { requireSignedChallenge } from "./signed-challenge";
export { MAX_INTENT_MILESTONES, type Part, placeOf, planParts } from "./parts";
export type { EscrowState, PolicyMilestone, PolicyState } from "./policy-state";
export { type FoundMoney, readMoney } from "./read-money";
export { type PayerFunds, readPayerFunds } from "./payer-funds";
export { readPolicy } from "./read-policy";
export { chainError, readBlockHeight } from "./rpc";
export { advanceSandboxTime } from "./sandbox-clock";
export {
  createSandboxChain,
  type SandboxChainOptions,
  type SandboxLocalnet,
} from "./sandbox-chain";
export {
  changedMessage,
  collectSignatures,
  missingSigners,
  readReturned,
  type Signatures,
  type SignedBytes,
  signLast,
  toPartlySigned,
} from "./signed";
export { buildUnsigned, buildUnsignedChain, type UnsignedTransaction } from "./unsigned";
export {
  comparePull,
  type ExpectedPull,
  type VerifiedFunding,
  verifyFunding,
  verifyPull,
} from "./verify-funding";
export { comparePolicy, type ExpectedPolicy, type Mismatch, requirePolicy } from "./verify-policy";
export { findNewest, findSignature, type FoundSignature } from "./find-signature";
export { signMessageBytes, signTransactionBytes } from "./sandbox-sign";
export { keysFor } from "./sandbox-signers";
export { policyIdKey } from "./serial-keys";
