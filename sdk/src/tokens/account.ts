import type { Buffer } from "buffer";
import {
  ASSOCIATED_TOKEN_PROGRAM_ID,
  createAssociatedTokenAccountIdempotentInstruction,
  getAssociatedTokenAddressSync,
  getCpiGuard,
  getMemoTransfer,
  unpackAccount,
} from "@solana/spl-token";
import type { AccountInfo, PublicKey, TransactionInstruction } from "@solana/web3.js";
import { addressKey } from "../address-key";
import { isTokenProgram } from "./mint";

/** What matters about a token account here. Amounts are base units. */
export interface TokenAccountState {
  address: PublicKey;
  tokenProgram: PublicKey;
  owner: PublicKey;
  mint: PublicKey;
  amount: bigint;
  delegate: PublicKey | null;
  delegatedAmount: bigint;
  isFrozen: boolean;
  isCpiGuarded: boolean;
  /** Takes no transfer without a memo in front of it. */
  isMemoRequired: boolean;
}

/** Reads a token account of either token program; null when it is none. */
export function parseTokenAccount(
  address: PublicKey,
  info: AccountInfo<Buffer> | null | undefined,
): TokenAccountState | null {
  if (!info || !isTokenProgram(info.owner)) return null;
  try {
    const account = unpackAccount(address, info, info.owner);
    if (!account.isInitialized) return null;
    return {
      address,
      tokenProgram: info.owner,
      owner: account.owner,
      mint: account.mint,
      amount: account.amount,
      delegate: account.delegate,
      delegatedAmount: account.delegate ? account.delegatedAmount : 0n,
      isFrozen: account.isFrozen,
      isCpiGuarded: getCpiGuard(account)?.lockCpi ?? false,
      isMemoRequired: getMemoTransfer(account)?.requireIncomingTransferMemos ?? false,
    };
  } catch {
    return null;
  }
}

/** Deriving one takes a third of a millisecond, and the accounts of fees and owners are asked for again and again. */
const MAX_DERIVED = 4_096;
const derived = new Map<string, PublicKey>();

/** The associated token account of `owner`, who may be a program address (a multisig's vault). */
export function associatedTokenAddress(
  mint: PublicKey,
  owner: PublicKey,
  tokenProgram: PublicKey,
): PublicKey {
  const key = addressKey(mint) + addressKey(owner) + addressKey(tokenProgram);
  const address =
    derived.get(key) ??
    getAssociatedTokenAddressSync(mint, owner, true, tokenProgram, ASSOCIATED_TOKEN_PROGRAM_ID);
  // A map keeps the order of insertion: the longest unused is the first.
  derived.delete(key);
  derived.set(key, address);
  if (derived.size > MAX_DERIVED) derived.delete(derived.keys().next().value!);
  return address;
}

/** Creates the associated token account unless somebody was faster. */
export function createAssociatedTokenAccount(
  payer: PublicKey,
  mint: PublicKey,
  owner: PublicKey,
  tokenProgram: PublicKey,
): TransactionInstruction {
  return createAssociatedTokenAccountIdempotentInstruction(
    payer,
    associatedTokenAddress(mint, owner, tokenProgram),
    owner,
    mint,
    tokenProgram,
    ASSOCIATED_TOKEN_PROGRAM_ID,
  );
}
