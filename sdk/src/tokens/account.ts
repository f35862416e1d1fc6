import { type AccountInfo, PublicKey } from "@solana/web3.js";
import { EXTENSION, readExtensions } from "./extensions";
import { isTokenProgram } from "./programs";

/** What matters about a token account here. Amounts are base units. */
export interface TokenAccountState {
  /** Address of the token account. */
  address: PublicKey;
  /** Program that owns the account: SPL Token or Token-2022. */
  tokenProgram: PublicKey;
  /** Wallet that owns the tokens. */
  owner: PublicKey;
  /** Mint of the tokens. */
  mint: PublicKey;
  /** Balance of the account. */
  amount: bigint;
  /** Address that may transfer out of the account, up to `delegatedAmount`; null when none may. */
  delegate: PublicKey | null;
  /** Allowance that the delegate has left; 0 without a delegate. */
  delegatedAmount: bigint;
  /** True while the mint's freeze authority blocks every transfer, in and out. */
  isFrozen: boolean;
  /** True while the owner's CPI guard refuses that a program approves a delegate. */
  isCpiGuarded: boolean;
  /** Takes no transfer without a memo in front of it. */
  isMemoRequired: boolean;
  /** Takes confidential transfers alone: its owner disabled all others. */
  isConfidentialOnly: boolean;
}

/** Offsets of a token account's fields; the rent of wrapped SOL and the close authority are not read. */
const OFFSET = {
  mint: 0,
  owner: 32,
  amount: 64,
  delegateTag: 72,
  delegate: 76,
  state: 108,
  delegatedAmount: 121,
} as const;
/** Offset of `allow_non_confidential_credits` in the `ConfidentialTransferAccount` extension; a bool. */
const ALLOW_NON_CONFIDENTIAL_CREDITS = 262;
const STATE = { uninitialized: 0, frozen: 2 } as const;

/**
 * Reads a token account of either token program; null when there is none at the address.
 * @example
 * parseTokenAccount(address, await connection.getAccountInfo(address))?.amount; // base units, a bigint
 */
export function parseTokenAccount(
  address: PublicKey,
  info: AccountInfo<Uint8Array> | null | undefined,
): TokenAccountState | null {
  if (!info || !isTokenProgram(info.owner)) return null;
  const { data } = info;
  const extensions = readExtensions(data, "account");
  if (!extensions || data[OFFSET.state] === STATE.uninitialized) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const key = (offset: number) => new PublicKey(data.subarray(offset, offset + 32));
  const isDelegated = view.getUint32(OFFSET.delegateTag, true) !== 0;
  const valueOf = (wanted: number) => extensions.find(({ type }) => type === wanted)?.value;
  // Both extensions hold one byte, a bool.
  const isOn = (wanted: number) => (valueOf(wanted)?.[0] ?? 0) !== 0;
  const confidential = valueOf(EXTENSION.confidentialTransferAccount);
  return {
    address,
    tokenProgram: info.owner,
    owner: key(OFFSET.owner),
    mint: key(OFFSET.mint),
    amount: view.getBigUint64(OFFSET.amount, true),
    delegate: isDelegated ? key(OFFSET.delegate) : null,
    delegatedAmount: isDelegated ? view.getBigUint64(OFFSET.delegatedAmount, true) : 0n,
    isFrozen: data[OFFSET.state] === STATE.frozen,
    isCpiGuarded: isOn(EXTENSION.cpiGuard),
    isMemoRequired: isOn(EXTENSION.memoTransfer),
    isConfidentialOnly: confidential?.[ALLOW_NON_CONFIDENTIAL_CREDITS] === 0,
  };
}

export { associatedTokenAddress, createAssociatedTokenAccount } from "./associated";
