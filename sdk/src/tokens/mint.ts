import type { AccountInfo, PublicKey } from "@solana/web3.js";
import { AccountKindError, UnsupportedMintError } from "../errors/accounts";
import { type Extension, EXTENSION, extensionName, readExtensions } from "./extensions";
import { isTokenProgram } from "./programs";

/** Extensions that neither change what a transfer delivers nor who may move the tokens (decision 0001). */
const SUPPORTED: ReadonlySet<number> = /* @__PURE__ */ new Set([
  EXTENSION.mintCloseAuthority,
  EXTENSION.confidentialTransferMint,
  EXTENSION.interestBearingConfig,
  EXTENSION.metadataPointer,
  EXTENSION.tokenMetadata,
  EXTENSION.groupPointer,
  EXTENSION.tokenGroup,
  EXTENSION.groupMemberPointer,
  EXTENSION.tokenGroupMember,
  EXTENSION.scaledUiAmountConfig,
]);

/** Offsets of a mint's fields; authorities and supply are not read. */
const OFFSET = { decimals: 44, isInitialized: 45 } as const;
/** `AccountState::Initialized` of the token program. */
const STATE_INITIALIZED = 1;

/** Facts about a mint that decide whether and how it is paid in. */
export interface MintState {
  /** Address of the mint. */
  address: PublicKey;
  /** SPL Token or Token-2022, whichever owns the mint. */
  tokenProgram: PublicKey;
  /** Number of decimals: one token is 10 to this power base units. */
  decimals: number;
  /** Names of the extensions that milestone payments refuse; empty when the mint can be used. */
  unsupportedExtensions: string[];
}

/**
 * Reads a mint of either token program. Throws `AccountKindError`.
 * @example
 * const { decimals } = parseMint(mint, await connection.getAccountInfo(mint));
 */
export function parseMint(address: PublicKey, info: AccountInfo<Uint8Array>): MintState {
  if (!isTokenProgram(info.owner)) {
    throw new AccountKindError("mint", address, `it belongs to program ${info.owner.toBase58()}`);
  }
  const extensions = readExtensions(info.data, "mint");
  if (!extensions) {
    const size = info.data.length;
    throw new AccountKindError("mint", address, `its ${size} bytes are not the layout of a mint`);
  }
  if (info.data[OFFSET.isInitialized] === 0) {
    throw new AccountKindError("mint", address, "it is not initialized");
  }
  return {
    address,
    tokenProgram: info.owner,
    decimals: info.data[OFFSET.decimals]!,
    unsupportedExtensions: extensions
      .filter((extension) => !isSupported(extension))
      .map(({ type }) => extensionName(type)),
  };
}

/** Throws `UnsupportedMintError` when the mint has an extension that milestone payments refuse. */
export function requireSupported(mint: MintState): void {
  if (mint.unsupportedExtensions.length > 0) {
    throw new UnsupportedMintError(mint.address, mint.unsupportedExtensions);
  }
}

function isSupported({ type, value }: Extension): boolean {
  // Harmless while it says what accounts are anyway; `Frozen` would freeze a recipient's new account.
  if (type === EXTENSION.defaultAccountState) return value[0] === STATE_INITIALIZED;
  return SUPPORTED.has(type);
}

export { isTokenProgram } from "./programs";
