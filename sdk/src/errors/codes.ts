/**
 * Codes of the errors that this SDK throws, by domain: 1xxx input, 2xxx accounts, 3xxx programs, 4xxx sending, 5xxx batches,
 * 6xxx reads from an RPC.
 * Append-only: a code is never renumbered and never used a second time.
 */
export const MilepostErrorCode = {
  /** Argument that no more exact code covers. */
  InputInvalid: 1000,
  /** Amount that is zero, negative, fractional or above 64 bits. */
  InputAmount: 1001,
  /** Due date that is not in Unix seconds, lies past the year 2200, or precedes the previous milestone's. */
  InputTimestamp: 1002,
  /** Release condition other than 0, 1, 2, 3, 4, 5, 8 and 9. */
  InputReleaseCondition: 1003,
  /** Memo that is neither text of at most 64 bytes nor a list of exactly 64. */
  InputMemo: 1004,
  /** List of amounts without 1 to 4 entries, or timestamps that do not match the amounts. */
  InputMilestoneCount: 1005,
  /** Address that is malformed, all zero where it may not be, or of the wrong party. */
  InputAddress: 1006,
  /** Basis points that are not an integer within their limits. */
  InputFeeBps: 1007,
  /** Status other than `{ active: {} }` and `{ paused: {} }`. */
  InputStatus: 1008,
  /** Period of an escrow outside its limits, in seconds. */
  InputPeriod: 1009,
  /** Hash that is not 32 bytes or is all zero, or a document that cannot be hashed. */
  InputHash: 1010,

  /** Account that does not exist on this cluster and commitment (`AccountNotFoundError`). */
  AccountNotFound: 2000,
  /** Account of another kind than expected (`AccountKindError`). */
  AccountWrongKind: 2001,
  /** Address that differs from the one the policy names (`AccountMismatchError`). */
  AccountMismatch: 2002,
  /** Mint with a token extension that milestone payments refuse (`UnsupportedMintError`). */
  MintUnsupported: 2003,
  /** Token account with its CPI guard on, so that no program can be approved (`CpiGuardError`). */
  TokenAccountCpiGuard: 2004,
  /** Token account that accepts only transfers with a memo or confidential ones (`TransferRefusedError`). */
  TokenAccountRefusesTransfer: 2005,

  /** Error of the Milepost program (`MilestoneProgramError`). */
  ProgramError: 3000,
  /** Error of SPL Token or Token-2022 (`ForeignProgramError`). */
  TokenProgramError: 3001,
  /** Error of Anchor's checks in the Milepost program (`ForeignProgramError`). */
  FrameworkError: 3002,
  /** Error of the Solana runtime, such as `BlockhashNotFound` (`TransactionRuntimeError`). */
  RuntimeError: 3003,
  /** Error of any other program (`ForeignProgramError`). */
  UnknownProgramError: 3004,

  /** Signature that is missing; nothing was sent. */
  SendMissingSigner: 4000,
  /** Transaction that was sent and expired without landing; it can never land. */
  SendBlockhashExpired: 4001,
  /** Failure without an error of a known program: in simulation, at the first node, or once landed. Nothing moved. */
  SendRejected: 4002,
  /** Transaction of more than 1,232 bytes, or an execution that exceeds one alone; nothing was sent. */
  SendTooLarge: 4003,
  /** Transaction that was neither confirmed nor expired when time ran out. It may still land. */
  SendUnconfirmed: 4004,
  /** Refusal of the user in the wallet; nothing was sent. */
  SendWalletRejected: 4005,
  /** Wallet that did not answer within `walletTimeoutMs`; nothing was sent. */
  SendWalletTimeout: 4006,
  /** Wallet that failed to sign; nothing was sent. */
  SendWalletFailed: 4007,
  /** Wallet that is not connected; nothing was sent. */
  SendWalletDisconnected: 4008,
  /** Wallet that returned no transaction or no signature of its own; nothing was sent. */
  SendWalletUnsigned: 4009,
  /** Wallet that uses another account than the instructions need; nothing was sent. */
  SendWalletWrongAccount: 4010,
  /** Wallet that removed, changed or reordered the caller's instructions; nothing was sent. */
  SendWalletChangedTransaction: 4011,
  /** Wallet that does not sign this transaction version; nothing was sent. */
  SendWalletVersion: 4012,
  /** Blockhash that expired before the wallet answered; nothing was sent. */
  SendExpiredUnsent: 4013,

  /** RPC that did not answer a read. */
  RpcUnreachable: 6000,
  /** RPC that refused a read, or answered in another shape. */
  RpcFailed: 6001,
  /** RPC that did not reach the requested slot within 15 seconds. */
  RpcBehind: 6002,
} as const;

/** Number that names one kind of error, for comparison with the members of the constant. */
export type MilepostErrorCode = (typeof MilepostErrorCode)[keyof typeof MilepostErrorCode];
