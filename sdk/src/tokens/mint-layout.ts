/** Reads the bytes of a mint, without web3.js. */
import { type Extension, EXTENSION, extensionName, readExtensions } from "./extensions";

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

/** Facts about a mint that its bytes hold. */
export interface MintFields {
  /** Number of decimals: one token is 10 to this power base units. */
  decimals: number;
  /** Names of the extensions that milestone payments refuse; empty when the mint can be used. */
  unsupportedExtensions: string[];
}

/**
 * Reads the bytes of a mint of either token program. Returns what is wrong with them as text when they are not a mint's.
 * @example
 * const fields = readMint(data);
 * if (typeof fields === "string") throw new Error(fields);
 */
export function readMint(data: Uint8Array): MintFields | string {
  const extensions = readExtensions(data, "mint");
  if (!extensions) return `its ${data.length} bytes are not the layout of a mint`;
  if (data[OFFSET.isInitialized] === 0) return "it is not initialized";
  return {
    decimals: data[OFFSET.decimals]!,
    unsupportedExtensions: extensions
      .filter((extension) => !isSupported(extension))
      .map(({ type }) => extensionName(type)),
  };
}

function isSupported({ type, value }: Extension): boolean {
  // Harmless while it says what accounts are anyway; `Frozen` would freeze a recipient's new account.
  if (type === EXTENSION.defaultAccountState) return value[0] === STATE_INITIALIZED;
  return SUPPORTED.has(type);
}
