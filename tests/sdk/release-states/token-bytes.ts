/** Bytes of mints and token accounts in every state that a release can meet. */
import {
  ACCOUNT_SIZE,
  AccountLayout,
  AccountState,
  AccountType,
  ExtensionType,
  MINT_SIZE,
  MintLayout,
  TOKEN_2022_PROGRAM_ID,
} from "@solana/spl-token";
import { PublicKey } from "@solana/web3.js";
import { encodeExtensions, mintExtension } from "../../harness";
import type { AccountKind, MintKind } from "./state";

/** Size of `ConfidentialTransferAccount`, and where it allows credits that are not confidential. */
const CONFIDENTIAL_SIZE = 295;
const ALLOW_NON_CONFIDENTIAL_CREDITS = 262;

const confidential = (isAllowed: boolean) => {
  const data = Buffer.alloc(CONFIDENTIAL_SIZE);
  data[ALLOW_NON_CONFIDENTIAL_CREDITS] = Number(isAllowed);
  return { type: 5, data };
};

const EXTENSIONS: Partial<Record<AccountKind, { type: number; data: Buffer }>> = {
  memoRequired: { type: ExtensionType.MemoTransfer, data: Buffer.from([1]) },
  memoOff: { type: ExtensionType.MemoTransfer, data: Buffer.from([0]) },
  cpiGuard: { type: ExtensionType.CpiGuard, data: Buffer.from([1]) },
  confidentialOnly: confidential(false),
  confidential: confidential(true),
};

export interface TokenFields {
  mint: PublicKey;
  owner: PublicKey;
  amount: bigint;
  delegate: PublicKey | null;
  delegatedAmount: bigint;
}

/** Data of a token account of `kind`; with its owner's immutability where it is an associated one of Token-2022. */
export function tokenAccountBytes(
  kind: AccountKind,
  fields: TokenFields,
  program: PublicKey,
  isAssociated: boolean,
): Buffer {
  if (kind === "garbage") return Buffer.alloc(10, 1);
  const base = Buffer.alloc(ACCOUNT_SIZE);
  if (kind === "uninitialized") return base;
  const other = PublicKey.unique();
  AccountLayout.encode(
    {
      mint: kind === "wrongMint" ? other : fields.mint,
      owner: kind === "wrongOwner" ? other : fields.owner,
      amount: fields.amount,
      delegateOption: fields.delegate ? 1 : 0,
      delegate: fields.delegate ?? PublicKey.default,
      delegatedAmount: fields.delegatedAmount,
      state: kind === "frozen" ? AccountState.Frozen : AccountState.Initialized,
      isNativeOption: 0,
      isNative: 0n,
      closeAuthorityOption: 0,
      closeAuthority: PublicKey.default,
    },
    base,
  );
  const extensions = [
    ...(isAssociated && program.equals(TOKEN_2022_PROGRAM_ID)
      ? [{ type: ExtensionType.ImmutableOwner as number, data: Buffer.alloc(0) }]
      : []),
    ...(EXTENSIONS[kind] ? [EXTENSIONS[kind]] : []),
  ];
  if (extensions.length === 0 || !program.equals(TOKEN_2022_PROGRAM_ID)) return base;
  return Buffer.concat([base, Buffer.from([AccountType.Account]), encodeExtensions(extensions)]);
}

/** Data of a mint of `kind` that exists. */
export function mintBytes(kind: MintKind): Buffer {
  const base = Buffer.alloc(kind === "plain" ? MINT_SIZE : ACCOUNT_SIZE);
  MintLayout.encode(
    {
      mintAuthorityOption: 0,
      mintAuthority: PublicKey.default,
      supply: 10n ** 15n,
      decimals: 6,
      isInitialized: true,
      freezeAuthorityOption: 0,
      freezeAuthority: PublicKey.default,
    },
    base,
  );
  const extension = {
    plain: null,
    closed: null,
    transferFee: mintExtension.transferFeeConfig(),
    transferHook: mintExtension.transferHook(),
    defaultFrozen: mintExtension.defaultAccountState(AccountState.Frozen),
    closeAuthority: mintExtension.mintCloseAuthority(),
    confidential: mintExtension.confidentialTransferMint(),
  }[kind];
  if (!extension) return base;
  const type = Buffer.from([AccountType.Mint]);
  return Buffer.concat([base, type, encodeExtensions([extension])]);
}
