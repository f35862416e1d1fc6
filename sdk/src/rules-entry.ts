/**
 * `@milepost/sdk/rules`: the program's rules of money and time, what decides by them, and readers of bytes and logs, all
 * without web3.js. Their types name `PublicKey` and `BN`. At run time an address needs `equals` and `toBase58` alone, and
 * `@milepost/kit` reuses the rules so. A test bundles this file and finds no web3.js in it.
 */
export * from "./protocol";
export type * from "./types";
export type { IntegerInput } from "./input/numbers";
export { toMilestoneSchedule, type MilestoneSchedule } from "./input/milestones";
export { toEscrowTerms } from "./input/escrow-terms";
export { createMemoBuffer, decodeMemo } from "./input/memo";
export * from "./rules/escrow-timing";
export { type AmountSplit, keeperReward, splitAmount } from "./rules/fees";
export * from "./rules/milestone-state";
export * from "./rules/payout";
export * from "./rules/release-condition";
export * from "./rules/transitions";
export { TERM_FIELDS } from "./rules/escrow-terms";
export type { ReleaseSnapshot } from "./release/snapshot";
export { type Destination, payingAccount, type ReceivingProblem } from "./release/receiving";
export type { KeeperAccount } from "./release/keeper-account";
export { decideRelease, type DecideOptions, type ReleaseReport } from "./release/decide";
export type { Requirement, RequirementName } from "./release/requirement";
export * from "./next-actions/decide-next-actions";
export type { ActionWindow, PartyRole } from "./next-actions/milestone-ways";
export type { UpcomingChange, UpcomingChangeName } from "./next-actions/upcoming-changes";
export {
  computeCoverage,
  type CoverageInput,
  type DelegationCoverage,
} from "./delegation/coverage";
export { type MintFields, readMint } from "./tokens/mint-layout";
export type { MintState } from "./tokens/mint-state";
export { readTokenAccount, type TokenAccountFields } from "./tokens/account-layout";
export type { TokenAccountState } from "./tokens/account";
export { type ProgramData, type ProgramLogs, readProgramData } from "./events/read-logs";
export { InvalidInputError } from "./errors/input";
export { MilepostError } from "./errors/base";
export { MilepostErrorCode } from "./errors/codes";
export { type MilestoneErrorName, programErrorText, type ProgramErrorText } from "./errors/program";
