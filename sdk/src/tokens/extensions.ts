/** Extensions of Token-2022 by their type; the gaps have no name in the program's clients. */
const EXTENSION_NAMES: Readonly<Record<number, string>> = {
  1: "TransferFeeConfig",
  2: "TransferFeeAmount",
  3: "MintCloseAuthority",
  4: "ConfidentialTransferMint",
  5: "ConfidentialTransferAccount",
  6: "DefaultAccountState",
  7: "ImmutableOwner",
  8: "MemoTransfer",
  9: "NonTransferable",
  10: "InterestBearingConfig",
  11: "CpiGuard",
  12: "PermanentDelegate",
  13: "NonTransferableAccount",
  14: "TransferHook",
  15: "TransferHookAccount",
  18: "MetadataPointer",
  19: "TokenMetadata",
  20: "GroupPointer",
  21: "TokenGroup",
  22: "GroupMemberPointer",
  23: "TokenGroupMember",
  25: "ScaledUiAmountConfig",
  26: "PausableConfig",
  27: "PausableAccount",
  28: "PermissionedBurn",
};

/** Types of the extensions that this SDK looks at. */
export const EXTENSION = {
  mintCloseAuthority: 3,
  confidentialTransferMint: 4,
  confidentialTransferAccount: 5,
  defaultAccountState: 6,
  memoTransfer: 8,
  interestBearingConfig: 10,
  cpiGuard: 11,
  metadataPointer: 18,
  tokenMetadata: 19,
  groupPointer: 20,
  tokenGroup: 21,
  groupMemberPointer: 22,
  tokenGroupMember: 23,
  scaledUiAmountConfig: 25,
} as const;

/** Returns the extension's name in the token program's clients. */
export function extensionName(type: number): string {
  return EXTENSION_NAMES[type] ?? `unknown extension ${type}`;
}

/** Bytes of a token account without extensions; a mint with extensions is padded to as many. */
export const TOKEN_ACCOUNT_SIZE = 165;
/** Bytes of a mint without extensions. */
export const MINT_SIZE = 82;
/** Bytes of a multisig of the token program, which no account with extensions ever has. */
const MULTISIG_SIZE = 355;
const ACCOUNT_TYPE = { mint: 1, account: 2 } as const;

/** One entry of the list behind an account: type, length, value. */
export interface Extension {
  type: number;
  value: Uint8Array;
}

/**
 * Returns the extensions of a mint or of a token account; null when the bytes are not of that layout, with or without a
 * complete list of extensions.
 */
export function readExtensions(
  data: Uint8Array,
  kind: keyof typeof ACCOUNT_TYPE,
): Extension[] | null {
  const baseSize = kind === "mint" ? MINT_SIZE : TOKEN_ACCOUNT_SIZE;
  if (data.length === baseSize) return [];
  if (data.length <= TOKEN_ACCOUNT_SIZE || data.length === MULTISIG_SIZE) return null;
  if (data[TOKEN_ACCOUNT_SIZE] !== ACCOUNT_TYPE[kind]) return null;
  return readList(data.subarray(TOKEN_ACCOUNT_SIZE + 1));
}

function readList(list: Uint8Array): Extension[] | null {
  const view = new DataView(list.buffer, list.byteOffset, list.byteLength);
  const found: Extension[] = [];
  let at = 0;
  while (at + 4 <= list.length) {
    const type = view.getUint16(at, true);
    // Type 0 is padding: the token program stops here as well.
    if (type === 0) break;
    const end = at + 4 + view.getUint16(at + 2, true);
    if (end > list.length) return null;
    found.push({ type, value: list.subarray(at + 4, end) });
    at = end;
  }
  return found;
}
