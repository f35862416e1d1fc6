export * from "./constants";
export * from "./context";
export * from "./types";
export * from "./pdas";
export { createMemoBuffer, decodeMemo } from "./input/memo";
export {
  type AddressWarning,
  checkWallet,
  requireWallets,
  type WalletHints,
  type WalletRole,
} from "./input/wallet";
export { type IntegerInput } from "./input/numbers";
export { toMilestoneSchedule, type MilestoneSchedule } from "./input/milestones";
export { buildInstruction, type InstructionAccounts, type InstructionName } from "./instruction";
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
export { type ReadOptions, withMinContextSlot } from "./accounts/read-accounts";
export { type DuePoliciesQuery, listDuePolicies } from "./accounts/list-due";
export * from "./accounts/offsets";
export * from "./actions/config";
export * from "./actions/create-milestone";
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
export { acceptEscrow, type AcceptEscrowArgs } from "./escrow/accept-escrow";
export * from "./escrow/close-escrow";
export * from "./escrow/create-held-milestone";
export * from "./escrow/deadlines";
export * from "./escrow/disputes";
export * from "./escrow/endings";
export { type EndingArgs } from "./escrow/ending";
export { type MilestonesToFund } from "./escrow/funding";
export { fundMilestones, type FundMilestonesArgs } from "./escrow/fund-milestones";
export { type DocumentInput, hashDocument, hashFile } from "./escrow/hash";
export { type HeldMilestoneArgs, type HeldPolicyArgs } from "./escrow/held-policy";
export * from "./escrow/milestone-state";
export { type ActionWindow, type PartyRole } from "./escrow/milestone-ways";
export * from "./escrow/move-to-escrow";
export * from "./escrow/next-actions";
export { openEscrow, type OpenEscrowArgs } from "./escrow/open-escrow";
export * from "./escrow/payout";
export * from "./escrow/submit-milestone";
export * from "./escrow/terms";
export * from "./escrow/transitions";
export { type UpcomingChange, type UpcomingChangeName } from "./escrow/upcoming-changes";
export { getVaultAddress } from "./escrow/vault";
export * from "./release/condition";
export * from "./release/fees";
export * from "./release/execution";
export * from "./release/snapshot";
export * from "./release/decide";
export type { BlockedAccount, ForeignErrorName } from "./release/requirement";
export * from "./release/explain";
export { getChainTime } from "./release/clock";
export * from "./delegation/coverage";
export { delegationCoverage } from "./delegation/delegation-coverage";
export * from "./batch/lookup-table";
export * from "./batch/pack";
export { transactionSize } from "./batch/size";
export * from "./events/decode";
export * from "./send/send";
export { type SignedTransaction } from "./send/confirm";
export { type SendClock } from "./rpc/clock";
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
  TransactionRuntimeError,
} from "./errors/program";
export { parseTransactionError, type ParseErrorOptions } from "./errors/parse";
export { type JsonValue, toJson } from "./to-json";
export { parseMint, type MintState } from "./tokens/mint";
export { parseTokenAccount, type TokenAccountState } from "./tokens/account";
export { associatedTokenAddress, createAssociatedTokenAccount } from "./tokens/associated";
export {
  ASSOCIATED_TOKEN_PROGRAM_ID,
  NATIVE_MINT,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
} from "./tokens/programs";
export { IDL, type Milestone as MilestoneIdl } from "./generated/milestone";
export { MilestoneClient, type ExecutePaymentOptions } from "./milestone-client";
/** The name spec 003 uses for `MilestoneClient`. */
export { MilestoneClient as Tributary } from "./milestone-client";
