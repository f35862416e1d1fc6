import type { Buffer } from "buffer";
import {
  AccountState,
  ExtensionType,
  getDefaultAccountState,
  type Mint,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
  unpackMint,
} from "@solana/spl-token";
import type { AccountInfo, PublicKey } from "@solana/web3.js";
import { AccountKindError, UnsupportedMintError } from "../errors/accounts";

/** Extensions that neither change what a transfer delivers nor who may move the tokens (decision 0001). */
const SUPPORTED: ReadonlySet<number> = new Set([
  ExtensionType.MintCloseAuthority,
  ExtensionType.ConfidentialTransferMint,
  ExtensionType.InterestBearingConfig,
  ExtensionType.MetadataPointer,
  ExtensionType.TokenMetadata,
  ExtensionType.GroupPointer,
  ExtensionType.TokenGroup,
  ExtensionType.GroupMemberPointer,
  ExtensionType.TokenGroupMember,
  ExtensionType.ScaledUiAmountConfig,
]);

export interface MintState {
  address: PublicKey;
  /** SPL Token or Token-2022, whichever owns the mint. */
  tokenProgram: PublicKey;
  decimals: number;
  /** Names of the extensions that milestone payments refuse; empty when the mint can be used. */
  unsupportedExtensions: string[];
}

/** Whether `program` is SPL Token or Token-2022. */
export function isTokenProgram(program: PublicKey): boolean {
  return program.equals(TOKEN_PROGRAM_ID) || program.equals(TOKEN_2022_PROGRAM_ID);
}

/** Reads a mint of either token program. Throws `AccountKindError`. */
export function parseMint(address: PublicKey, info: AccountInfo<Buffer>): MintState {
  if (!isTokenProgram(info.owner)) {
    throw new AccountKindError("mint", address, `it belongs to program ${info.owner.toBase58()}`);
  }
  let mint: Mint;
  try {
    mint = unpackMint(address, info, info.owner);
  } catch (cause) {
    throw new AccountKindError(
      "mint",
      address,
      `${info.data.length} bytes that are no mint`,
      cause,
    );
  }
  if (!mint.isInitialized) throw new AccountKindError("mint", address, "it is not initialized");
  return {
    address,
    tokenProgram: info.owner,
    decimals: mint.decimals,
    unsupportedExtensions: unsupportedExtensions(mint),
  };
}

/** Throws `UnsupportedMintError` when the mint has an extension that milestone payments refuse. */
export function requireSupported(mint: MintState): void {
  if (mint.unsupportedExtensions.length > 0) {
    throw new UnsupportedMintError(mint.address, mint.unsupportedExtensions);
  }
}

function unsupportedExtensions(mint: Mint): string[] {
  return extensionTypes(mint.tlvData)
    .filter((type) => !isSupported(type, mint))
    .map((type) => ExtensionType[type] ?? `unknown extension ${type}`);
}

function isSupported(type: number, mint: Mint): boolean {
  // Harmless while it says what accounts are anyway; `Frozen` would freeze a recipient's new account.
  if (type === ExtensionType.DefaultAccountState) {
    return getDefaultAccountState(mint)?.state === AccountState.Initialized;
  }
  return SUPPORTED.has(type);
}

/** The types of a TLV list up to its padding; spl-token's own reader reports the padding as extensions. */
function extensionTypes(tlv: Buffer): number[] {
  const types: number[] = [];
  let at = 0;
  while (at + 4 <= tlv.length) {
    const type = tlv.readUInt16LE(at);
    if (type === ExtensionType.Uninitialized) break;
    types.push(type);
    at += 4 + tlv.readUInt16LE(at + 2);
  }
  return types;
}
