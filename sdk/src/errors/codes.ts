/**
 * Codes of the errors this SDK throws, by domain: 1xxx input, 2xxx accounts, 3xxx programs, 4xxx sending, 5xxx batches,
 * 6xxx reads from an RPC.
 * Append-only: a code is never renumbered and never used a second time.
 */
export const MilepostErrorCode = {
  InputInvalid: 1000,
  InputAmount: 1001,
  InputTimestamp: 1002,
  InputReleaseCondition: 1003,
  InputMemo: 1004,
  InputMilestoneCount: 1005,
  InputAddress: 1006,
  InputFeeBps: 1007,
  InputStatus: 1008,
  InputPeriod: 1009,
  InputHash: 1010,

  AccountNotFound: 2000,
  AccountWrongKind: 2001,
  AccountMismatch: 2002,
  MintUnsupported: 2003,
  TokenAccountCpiGuard: 2004,
  TokenAccountRefusesTransfer: 2005,

  ProgramError: 3000,
  TokenProgramError: 3001,
  FrameworkError: 3002,
  RuntimeError: 3003,
  UnknownProgramError: 3004,

  SendMissingSigner: 4000,
  SendBlockhashExpired: 4001,
  SendRejected: 4002,
  SendTooLarge: 4003,
  SendUnconfirmed: 4004,
  SendWalletRejected: 4005,
  SendWalletTimeout: 4006,
  SendWalletFailed: 4007,
  SendWalletDisconnected: 4008,
  SendWalletUnsigned: 4009,
  SendWalletWrongAccount: 4010,
  SendWalletChangedTransaction: 4011,
  SendWalletVersion: 4012,
  SendExpiredUnsent: 4013,

  RpcUnreachable: 6000,
  RpcFailed: 6001,
  RpcBehind: 6002,
} as const;

export type MilepostErrorCode = (typeof MilepostErrorCode)[keyof typeof MilepostErrorCode];
