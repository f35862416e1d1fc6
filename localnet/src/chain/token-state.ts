/** The state of token accounts and mints: balances and supply. */
import { encodeAddress } from "./base58";
import type { AccountState } from "./svm";

export const TOKEN_PROGRAM = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
export const TOKEN_2022_PROGRAM = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb";

export const isTokenProgram = (owner: string): boolean =>
  owner === TOKEN_PROGRAM || owner === TOKEN_2022_PROGRAM;

const ACCOUNT_SIZE = 165;
const MINT_SIZE = 82;
const MULTISIG_SIZE = 355;
/** Position of the account type in accounts with extensions: the byte after the longest base. */
const KIND_OFFSET = ACCOUNT_SIZE;
const KIND = { mint: 1, account: 2 };

const STATES = ["uninitialized", "initialized", "frozen"];

export interface TokenAccountState {
  mint: string;
  owner: string;
  amount: bigint;
  delegate: string | null;
  state: string;
  /** Lamports kept as rent; set only for wrapped SOL. */
  nativeReserve: bigint | null;
  delegatedAmount: bigint;
  closeAuthority: string | null;
}

export interface MintState {
  mintAuthority: string | null;
  supply: bigint;
  decimals: number;
  isInitialized: boolean;
  freezeAuthority: string | null;
}

function isKind({ owner, data }: AccountState, kind: keyof typeof KIND): boolean {
  const size = kind === "mint" ? MINT_SIZE : ACCOUNT_SIZE;
  if (!isTokenProgram(owner)) return false;
  if (data.length === size) return true;
  const canHaveExtensions = data.length > ACCOUNT_SIZE && data.length !== MULTISIG_SIZE;
  return owner === TOKEN_2022_PROGRAM && canHaveExtensions && data[KIND_OFFSET] === KIND[kind];
}

/** Returns null unless it is an initialized token account. */
export function tokenAccountState(account: AccountState | null): TokenAccountState | null {
  if (!account || !isKind(account, "account")) return null;
  const { data } = account;
  const state = STATES[data[108] as number];
  if (state === undefined || state === "uninitialized") return null;
  return {
    mint: addressAt(data, 0),
    owner: addressAt(data, 32),
    amount: data.readBigUInt64LE(64),
    delegate: optionalAddress(data, 72),
    state,
    nativeReserve: data.readUInt32LE(109) === 1 ? data.readBigUInt64LE(113) : null,
    delegatedAmount: data.readBigUInt64LE(121),
    closeAuthority: optionalAddress(data, 129),
  };
}

/** Returns null unless it is an initialized mint. */
export function mintState(account: AccountState | null): MintState | null {
  if (!account || !isKind(account, "mint") || account.data[45] !== 1) return null;
  const { data } = account;
  return {
    mintAuthority: optionalAddress(data, 0),
    supply: data.readBigUInt64LE(36),
    decimals: data[44] as number,
    isInitialized: true,
    freezeAuthority: optionalAddress(data, 46),
  };
}

const addressAt = (data: Buffer, offset: number): string =>
  encodeAddress(data.subarray(offset, offset + 32));

const optionalAddress = (data: Buffer, offset: number): string | null =>
  data.readUInt32LE(offset) === 1 ? addressAt(data, offset + 4) : null;

/**
 * Returns an amount in the form of RPC nodes.
 * @example uiTokenAmount(1_500_000n, 6)
 *   // { amount: "1500000", decimals: 6, uiAmount: 1.5, uiAmountString: "1.5" }
 */
export function uiTokenAmount(amount: bigint, decimals: number) {
  const digits = amount.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  const uiAmountString = fraction ? `${whole}.${fraction}` : whole;
  return { amount: amount.toString(), decimals, uiAmount: Number(uiAmountString), uiAmountString };
}
