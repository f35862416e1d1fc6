export * from "./constants";
export * from "./context/context";
export { type MilestoneWallet } from "./context/wallet";
export { type SendClock } from "./context/clock";
export * from "./types";
export * from "./pdas";
export { createMemoBuffer, decodeMemo } from "./input/memo";
export {
  type AddressWarning,
  checkWallet,
  requireWallets,
  type WalletHints,
  type WalletRole,
} from "./accounts/check-wallet";
export { type IntegerInput } from "./input/numbers";
export { toMilestoneSchedule, type MilestoneSchedule } from "./input/milestones";
export {
  buildInstruction,
  type InstructionAccounts,
  type InstructionName,
} from "./actions/build-instruction";
export { type AccountKind, type AccountKinds, decodeAccount } from "./accounts/decode";
export {
  getEscrow,
  getPaymentGateway,
  getPaymentPolicy,
  getProgramConfig,
  getUserPayment,
} from "./accounts/fetch";
export {
  listEscrowsByMediator,
  listPoliciesByGateway,
  listPoliciesByOwner,
  listPoliciesByRecipient,
  listPoliciesByUserPayment,
  listUserPaymentsByOwner,
} from "./accounts/list";
export { type ReadOptions } from "./accounts/read-accounts";
export { withMinContextSlot } from "./context/context";
export {
  ASSOCIATED_TOKEN_PROGRAM_ID,
  NATIVE_MINT,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
} from "./constants";
export { type DuePoliciesQuery, listDuePolicies } from "./accounts/list-due";
export * from "./accounts/offsets";
export * from "./actions/config";
export * from "./actions/create-milestone";
export type {
  CreateMilestoneArgs,
  CreateMilestoneOptions,
  PreparedMilestone,
} from "./actions/milestone-args";
export type { MilestoneWarning } from "./actions/milestone-warnings";
export * from "./actions/execute-payment";
export * from "./actions/gateway";
export * from "./actions/policy";
export * from "./actions/receiving-account";
export {
  closeUserPayment,
  type CloseUserPaymentArgs,
  createUserPayment,
  type CreateUserPaymentArgs,
  syncDelegation,
  type SyncDelegationArgs,
} from "./actions/user-payment";
export { acceptEscrow, type AcceptEscrowArgs } from "./actions/accept-escrow";
export * from "./actions/close-escrow";
export * from "./actions/create-held-milestone";
export * from "./rules/escrow-timing";
export * from "./actions/disputes";
export * from "./actions/endings";
export { type EndingArgs } from "./actions/prepare-ending";
export { type MilestonesToFund } from "./actions/funding";
export { fundMilestones, type FundMilestonesArgs } from "./actions/fund-milestones";
export { type DocumentInput, hashDocument, hashFile } from "./input/hash";
export { type HeldMilestoneArgs, type HeldPolicyArgs } from "./actions/held-policy";
export * from "./rules/milestone-state";
export { type ActionWindow, type PartyRole } from "./next-actions/milestone-ways";
export * from "./actions/move-to-escrow";
export * from "./next-actions/decide-next-actions";
export * from "./next-actions/next-actions";
export { openEscrow, type OpenEscrowArgs } from "./actions/open-escrow";
export * from "./rules/payout";
export * from "./actions/submit-milestone";
export { toEscrowTerms } from "./input/escrow-terms";
export { TERM_FIELDS } from "./rules/escrow-terms";
export * from "./rules/transitions";
export { type UpcomingChange, type UpcomingChangeName } from "./next-actions/upcoming-changes";
export { getVaultAddress } from "./tokens/vault";
export * from "./rules/release-condition";
export { type AmountSplit, keeperReward, splitAmount } from "./rules/fees";
export * from "./actions/build-execution";
export * from "./release/snapshot";
export * from "./release/load-snapshots";
export * from "./release/decide";
export type {
  BlockedAccount,
  ForeignErrorName,
  Requirement,
  RequirementName,
} from "./release/requirement";
export type { ReleaseHints } from "./release/accounts-to-read";
export type { KeeperAccount, KeeperOverrides } from "./release/keeper-account";
export type { PolicyReference } from "./release/policy-reference";
export {
  type Destination,
  type DestinationOption,
  payingAccount,
  type ReceivingProblem,
} from "./release/receiving";
export * from "./release/explain";
export { getChainTime } from "./accounts/chain-time";
export * from "./delegation/coverage";
export type { HeldPayment, VaultCoverage } from "./delegation/vault-coverage";
export { delegationCoverage } from "./delegation/delegation-coverage";
export * from "./batch/lookup-table";
export * from "./batch/pack";
export { transactionSize } from "./batch/size";
export * from "./events/decode";
export * from "./send/prepare-transaction";
export * from "./send/send";
export * from "./send/send-signed";
export type { SendOptions } from "./send/settings";
export { type SignedTransaction } from "./send/confirm";
export { type TransactionVersion } from "./send/message";
export { type PriorityFeeOptions } from "./send/priority-fee";
export { SendError } from "./errors/send";
export { RpcError } from "./errors/rpc";
export { MilepostError, type MilepostErrorOptions } from "./errors/base";
export { MilepostErrorCode } from "./errors/codes";
export { type InvalidInput, InvalidInputError } from "./errors/input";
export * from "./errors/accounts";
export {
  ForeignProgramError,
  MilestoneProgramError,
  type MilestoneErrorName,
  programErrorText,
  type ProgramErrorText,
  TransactionRuntimeError,
} from "./errors/program";
export { parseTransactionError, type ParseErrorOptions } from "./errors/parse";
export {
  decodeInstruction,
  type DecodedInstruction,
  type RawInstruction,
} from "./codec/decode-instruction";
export { type JsonValue, toJson } from "./codec/to-json";
export { parseMint } from "./tokens/mint";
export type { MintState } from "./tokens/mint-state";
export { parseTokenAccount, type TokenAccountState } from "./tokens/account";
export { associatedTokenAddress, createAssociatedTokenAccount } from "./tokens/associated";
export { IDL, type Milestone as MilestoneIdl } from "./generated/milestone";
export { MilestoneClient, type ExecutePaymentOptions } from "./client/milestone-client";
/** The name spec 003 uses for `MilestoneClient`. */
export { MilestoneClient as Tributary } from "./client/milestone-client";
