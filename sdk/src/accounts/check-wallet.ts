/**
 * Defines what a wallet is, for every address that receives tokens or signs.
 *
 * A wallet is an address that can own token accounts and sign. It is either on the Ed25519 curve (a person can hold its
 * private key) or off the curve (a program signs for it, as for the vault of a multisig). It has no account yet, or one
 * of the System program without data, or one of a program that signs for its own accounts.
 *
 * Token accounts, mints, programs, sysvars, the native programs' accounts (lookup tables, stake, vote and nonce
 * accounts), reserved addresses such as the incinerator, and Milepost's own accounts are not wallets.
 */
import type { Buffer } from "buffer";
import { type AccountInfo, PublicKey, SystemProgram } from "@solana/web3.js";
import { ACCOUNT_SIZE } from "../constants";
import type { MilestoneContext } from "../context/context";
import { AccountKindError } from "../errors/accounts";
import { parseTokenAccount } from "../tokens/account";
import { associatedTokenAddress } from "../tokens/associated";
import { parseMint } from "../tokens/mint";
import { isTokenProgram } from "../tokens/programs";
import { fetchAccountInfos, type MaybeInfo } from "./read-accounts";

/** Address and the purpose it is given for. */
export interface WalletRole {
  /** Name of the argument or flag, as errors show it: `feeRecipient`, `--reward-owner`. */
  field: string;
  /** Address that has to be a wallet. */
  address: PublicKey;
  /**
   * `sign`: the address signs at some time. `receive`: it only owns token accounts, which the account of an SPL Token
   * multisig can do as well.
   */
  must: "receive" | "sign";
}

/** Facts that help to recognize a token account that does not exist at the moment. */
export interface WalletHints {
  /** Mint whose associated token accounts are to be recognized. Default: none. */
  mint?: {
    /** Address of the mint. */
    address: PublicKey;
    /** Program that owns the mint: SPL Token or Token-2022. */
    tokenProgram: PublicKey;
  };
  /** Wallets whose associated token account of `mint` may have been given instead. */
  owners?: readonly {
    /** Role of the wallet as the error names it, such as `owner`. */
    name: string;
    /** Address of the wallet. */
    address: PublicKey;
  }[];
}

/** Address that is allowed, although money or a right may be lost if it is a mistake. */
export interface AddressWarning {
  /**
   * `ADDRESS_WITHOUT_ACCOUNT`: off the curve, without an account. `ADDRESS_OF_PROGRAM`: an account of another
   * program.
   */
  code: "ADDRESS_WITHOUT_ACCOUNT" | "ADDRESS_OF_PROGRAM";
  /** Message that says what is at the address, and what to make sure of. */
  message: string;
  /** Name of the argument, such as `recipient`. */
  field: string;
  /** Address that the warning is about. */
  address: PublicKey;
}

/**
 * Checks that each address is a wallet, with one read for all of them. Returns a warning per address to verify.
 * Throws `AccountKindError`.
 * @example
 * import { createContext, requireWallets } from "@milepost/sdk";
 *
 * const warnings = await requireWallets(createContext(connection, wallet), [
 *   { field: "feeRecipient", address: feeRecipient, must: "receive" },
 * ]);
 */
export async function requireWallets(
  context: MilestoneContext,
  roles: readonly WalletRole[],
): Promise<AddressWarning[]> {
  if (roles.length === 0) return [];
  const infos = await fetchAccountInfos(
    context,
    roles.map(({ address }) => address),
  );
  return roles.flatMap(
    (role, index) => checkWallet(role, infos[index], { programId: context.programId }) ?? [],
  );
}

/**
 * Checks that an address whose account was read is a wallet. Returns a warning, or null.
 * Throws `AccountKindError`, which says what the address is and what to pass instead.
 * @example
 * import { checkWallet, PROGRAM_ID } from "@milepost/sdk";
 *
 * const info = await connection.getAccountInfo(address);
 * checkWallet({ field: "signer", address, must: "sign" }, info, { programId: PROGRAM_ID });
 */
export function checkWallet(
  role: WalletRole,
  info: MaybeInfo,
  context: WalletHints & { programId: PublicKey },
): AddressWarning | null {
  const { address, field } = role;
  const actual =
    reservedAddress(address) ??
    (info ? otherThanWallet(role, info, context.programId) : null) ??
    missingTokenAccount(address, info, context);
  if (actual) {
    throw new AccountKindError("wallet", address, actual, undefined, [`Argument: ${field}`]);
  }
  const shown = `${field} ${address.toBase58()}`;
  if (!info) {
    if (isOnCurve(address)) return null;
    const message =
      `${shown} has no account, and nobody has a private key for it (it is off the curve). ` +
      "It is the vault of a multisig that was never used, or a token account that was closed or not created yet. " +
      "What a token account's address receives is lost: make sure that a program signs for this address.";
    return { code: "ADDRESS_WITHOUT_ACCOUNT", message, field, address };
  }
  const isSystemOwned = info.owner.equals(SystemProgram.programId);
  if (isSystemOwned || isTokenProgram(info.owner)) return null;
  const message =
    `${shown} is an account of program ${info.owner.toBase58()}: only that program can sign for it. ` +
    "For a multisig pass its vault, not the multisig's own account.";
  return { code: "ADDRESS_OF_PROGRAM", message, field, address };
}

/** Returns true when a private key can exist for the address; false when only a program can sign for it. */
export function isOnCurve(address: PublicKey): boolean {
  return PublicKey.isOnCurve(address.toBytes());
}

/**
 * Sysvars, native programs and the incinerator have names with a tail of ones. Nobody can find a key for such an
 * address, and some of them, like the instructions sysvar, have no account to recognize them by.
 */
const RESERVED = /1{16}$/;

function reservedAddress(address: PublicKey): string | null {
  const text = address.toBase58();
  if (!RESERVED.test(text)) return null;
  if (address.equals(SystemProgram.programId)) return "it is the System program";
  if (text.startsWith("Sysvar")) return "it is a sysvar";
  if (text.startsWith("1nc1nerator"))
    return "it is the incinerator, which destroys what it receives";
  return "it is a native program or an address reserved by the runtime";
}

/** Length of a durable nonce, the only account of the System program that has data. */
const NONCE_LENGTH = 80;
/** Length of an SPL Token multisig, by which both token programs recognize one. */
const MULTISIG_LENGTH = 355;

/** Returns a description of an account that is not a wallet's; null for a wallet's. */
function otherThanWallet(
  { address, must }: WalletRole,
  info: AccountInfo<Buffer>,
  programId: PublicKey,
): string | null {
  if (info.executable) return "it is a program";
  if (info.owner.equals(SystemProgram.programId)) {
    return info.data.length === NONCE_LENGTH ? "it is a nonce account; pass its authority" : null;
  }
  if (isTokenProgram(info.owner)) return tokenProgramAccount(address, info, must);
  if (info.owner.equals(programId)) return milepostAccount(info);
  const owner = info.owner.toBase58();
  return RESERVED.test(owner) ? nativeAccount(owner) : null;
}

function tokenProgramAccount(
  address: PublicKey,
  info: AccountInfo<Buffer>,
  must: WalletRole["must"],
): string | null {
  const token = parseTokenAccount(address, info);
  if (token) {
    const owner = token.owner.toBase58();
    return `it is a token account of mint ${token.mint.toBase58()} owned by ${owner}; pass its owner ${owner}`;
  }
  if (info.data.length === MULTISIG_LENGTH) {
    return must === "receive"
      ? null
      : "it is an SPL Token multisig, which can own tokens but cannot sign for this program";
  }
  try {
    parseMint(address, info);
    return "it is a mint; pass the wallet that receives or signs";
  } catch {
    return `it is an account of the token program ${info.owner.toBase58()}`;
  }
}

/** Names Milepost's own account by its size, which no two kinds share. */
function milepostAccount({ data }: AccountInfo<Buffer>): string {
  const [kind] = Object.entries(ACCOUNT_SIZE).find(([, size]) => size === data.length) ?? [];
  const name = kind ? kind[0]!.toUpperCase() + kind.slice(1) : "closed account";
  return `it is a ${name} of the Milepost program, which nobody can spend from`;
}

function nativeAccount(owner: string): string {
  const kinds: readonly [string, string][] = [
    ["Sysvar", "it is a sysvar"],
    ["NativeLoader", "it is a native program"],
    ["BPFLoader", "it holds a program's code"],
    ["AddressLookupTab", "it is an address lookup table"],
    ["Stake", "it is a stake account; pass its authority"],
    ["Vote", "it is a vote account; pass its authority"],
  ];
  const [, what] = kinds.find(([prefix]) => owner.startsWith(prefix)) ?? [];
  return what ?? `it is an account of the native program ${owner}`;
}

/** Recognizes the associated token account of a known wallet while it does not exist. */
function missingTokenAccount(
  address: PublicKey,
  info: MaybeInfo,
  { mint, owners = [] }: WalletHints,
): string | null {
  const isFree = !info || info.owner.equals(SystemProgram.programId);
  if (!mint || !isFree || isOnCurve(address)) return null;
  const owner = owners.find((known) =>
    associatedTokenAddress(mint.address, known.address, mint.tokenProgram).equals(address),
  );
  if (!owner) return null;
  const [wallet, name] = [owner.address.toBase58(), owner.name];
  return `it is the associated token account of the ${name} ${wallet}, which does not exist at the moment; pass a wallet`;
}
