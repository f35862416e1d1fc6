export * from "./generated";
export {
  findAssociatedTokenPda,
  findPaymentPolicyPda,
  findProgramDataPda,
  findVaultPda,
  type PdaConfig,
} from "./addresses/find-pdas";
export * from "./addresses/program-addresses";
export { decodeEvents, type DecodedEvents, type MilestoneEvent } from "./events/decode-events";
export * from "./errors/milestone-error";
export * from "./rules/amounts";
export {
  toRuleConfig,
  toRuleEscrow,
  toRuleGateway,
  toRulePolicy,
  toRuleUserPayment,
} from "./rules/accounts";
export { fromRules, type InKit, toRuleAddress, toRuleInteger } from "./rules/convert";
export * from "./rules/decide";
export * from "./rules/snapshot";
export * from "./snapshots/fetch-release-snapshot";
export {
  DEFAULT_ESCROW_TERMS,
  decodeMemo,
  type EscrowTerms,
  InvalidInputError,
  MilepostError,
  MilepostErrorCode,
  RELEASE_DUE_DATE,
  RELEASE_GATEWAY,
  RELEASE_OWNER,
  RELEASE_RECIPIENT,
  toEscrowTerms,
} from "@milepost/sdk/rules";
