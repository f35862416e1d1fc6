import type { PublicKey } from "@solana/web3.js";
import { MilepostError } from "./base";
import { MilepostErrorCode } from "./codes";

/** Error for an account that must exist and does not, on this cluster and commitment. */
export class AccountNotFoundError extends MilepostError {
  override name = "AccountNotFoundError";
  /** Kind of account that was expected, such as `PaymentPolicy` or `Mint`. */
  readonly kind: string;
  /** Address that has no account. */
  readonly address: PublicKey;

  constructor(kind: string, address: PublicKey, hint?: string) {
    super(MilepostErrorCode.AccountNotFound, `${kind} ${address.toBase58()} does not exist.`, {
      metaMessages: hint ? [`Hint: ${hint}`] : [],
    });
    this.kind = kind;
    this.address = address;
  }
}

/** Error for an account of another kind than expected. */
export class AccountKindError extends MilepostError {
  override name = "AccountKindError";
  /** Kind that was expected, such as `PaymentPolicy`, `mint` or `wallet`. */
  readonly expectedKind: string;
  /** Address of the account. */
  readonly address: PublicKey;
  /** Description of the account that was found, such as `it is a program`. */
  readonly actual: string;

  constructor(
    expectedKind: string,
    address: PublicKey,
    actual: string,
    cause?: unknown,
    metaMessages: string[] = [],
  ) {
    super(
      MilepostErrorCode.AccountWrongKind,
      `${address.toBase58()} is not a ${expectedKind}: ${actual}.`,
      { cause, metaMessages },
    );
    this.expectedKind = expectedKind;
    this.address = address;
    this.actual = actual;
  }
}

/** Error for an address that differs from the one the policy names. */
export class AccountMismatchError extends MilepostError {
  override name = "AccountMismatchError";
  /** Argument that is wrong, such as `gateway`. */
  readonly field: string;
  /** Address that the policy names. */
  readonly expected: PublicKey;
  /** Address that was passed. */
  readonly actual: PublicKey;

  constructor(field: string, expected: PublicKey, actual: PublicKey, hint?: string) {
    super(
      MilepostErrorCode.AccountMismatch,
      `Wrong ${field}: expected ${expected.toBase58()}, got ${actual.toBase58()}.`,
      { metaMessages: hint ? [`Hint: ${hint}`] : [] },
    );
    this.field = field;
    this.expected = expected;
    this.actual = actual;
  }
}

/** Error for a mint with a Token-2022 extension that milestone payments don't support. */
export class UnsupportedMintError extends MilepostError {
  override name = "UnsupportedMintError";
  /** Address of the mint. */
  readonly mint: PublicKey;
  /** Names of the extensions that rule the mint out; never empty. */
  readonly extensions: readonly string[];

  constructor(mint: PublicKey, extensions: readonly string[]) {
    super(
      MilepostErrorCode.MintUnsupported,
      `Mint ${mint.toBase58()} has unsupported token extensions: ${extensions.join(", ")}.`,
      {
        metaMessages: ["Such a mint could hold back, tax, reroute or block a payment at release."],
      },
    );
    this.mint = mint;
    this.extensions = extensions;
  }
}

/** Error for a Token-2022 account of the owner with its CPI guard on, which lets no program approve a delegate. */
export class CpiGuardError extends MilepostError {
  override name = "CpiGuardError";
  /** Address of the guarded token account. */
  readonly tokenAccount: PublicKey;

  constructor(tokenAccount: PublicKey) {
    super(
      MilepostErrorCode.TokenAccountCpiGuard,
      `Token account ${tokenAccount.toBase58()} has its CPI guard enabled.`,
      {
        metaMessages: [
          "Hint: the owner disables the guard, creates the policy and may enable it again.",
        ],
      },
    );
    this.tokenAccount = tokenAccount;
  }
}

/** Names of the token program's errors when a Token-2022 account refuses a payment. */
export type TransferRefusal = "NoMemo" | "NonConfidentialTransfersDisabled";

const REFUSALS: Readonly<Record<TransferRefusal, string>> = {
  NoMemo: "requires a memo with every transfer",
  NonConfidentialTransfersDisabled: "accepts confidential transfers only",
};

/**
 * Error for a Token-2022 account that its owner set up to refuse payments: it requires memos, which no instruction before
 * a release can provide, or it accepts confidential transfers only. Another token account of the same wallet works.
 */
export class TransferRefusedError extends MilepostError {
  override name = "TransferRefusedError";
  /** Address of the token account that refuses payments. */
  readonly tokenAccount: PublicKey;
  /** Error that the token program would return. */
  readonly tokenErrorName: TransferRefusal;

  constructor(tokenAccount: PublicKey, tokenErrorName: TransferRefusal, hint: string) {
    super(
      MilepostErrorCode.TokenAccountRefusesTransfer,
      `Token account ${tokenAccount.toBase58()} ${REFUSALS[tokenErrorName]}.`,
      { metaMessages: [`Token program: ${tokenErrorName}`, `Hint: ${hint}`] },
    );
    this.tokenAccount = tokenAccount;
    this.tokenErrorName = tokenErrorName;
  }
}
