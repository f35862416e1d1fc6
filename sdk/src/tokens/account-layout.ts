/** Reads the bytes of a token account, without web3.js: the caller says what an address is. */
import { EXTENSION, readExtensions } from "./extensions";

/** Facts about a token account that its bytes hold. Amounts are base units. `A` is the type of an address. */
export interface TokenAccountFields<A> {
  /** Wallet that owns the tokens. */
  owner: A;
  /** Mint of the tokens. */
  mint: A;
  /** Balance of the account. */
  amount: bigint;
  /** Address that may transfer out of the account, up to `delegatedAmount`; null when none may. */
  delegate: A | null;
  /** Allowance that the delegate has left; 0 without a delegate. */
  delegatedAmount: bigint;
  /** True while the mint's freeze authority blocks every transfer, in and out. */
  isFrozen: boolean;
  /** True while the owner's CPI guard refuses that a program approves a delegate. */
  isCpiGuarded: boolean;
  /** True while the account takes no transfer without a memo before it. */
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
 * Reads the bytes of an account that either token program owns; null when they are not those of a token account.
 * `toAddress` gets the 32 bytes of an address.
 * @example
 * readTokenAccount(data, (bytes) => getAddressDecoder().decode(bytes))?.amount; // base units, a bigint
 */
export function readTokenAccount<A>(
  data: Uint8Array,
  toAddress: (bytes: Uint8Array) => A,
): TokenAccountFields<A> | null {
  const extensions = readExtensions(data, "account");
  if (!extensions || data[OFFSET.state] === STATE.uninitialized) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const addressAt = (offset: number) => toAddress(data.subarray(offset, offset + 32));
  const isDelegated = view.getUint32(OFFSET.delegateTag, true) !== 0;
  const valueOf = (wanted: number) => extensions.find(({ type }) => type === wanted)?.value;
  // Both extensions hold one byte, a bool.
  const isOn = (wanted: number) => (valueOf(wanted)?.[0] ?? 0) !== 0;
  const confidential = valueOf(EXTENSION.confidentialTransferAccount);
  return {
    owner: addressAt(OFFSET.owner),
    mint: addressAt(OFFSET.mint),
    amount: view.getBigUint64(OFFSET.amount, true),
    delegate: isDelegated ? addressAt(OFFSET.delegate) : null,
    delegatedAmount: isDelegated ? view.getBigUint64(OFFSET.delegatedAmount, true) : 0n,
    isFrozen: data[OFFSET.state] === STATE.frozen,
    isCpiGuarded: isOn(EXTENSION.cpiGuard),
    isMemoRequired: isOn(EXTENSION.memoTransfer),
    isConfidentialOnly: confidential?.[ALLOW_NON_CONFIDENTIAL_CREDITS] === 0,
  };
}
