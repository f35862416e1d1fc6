import { type PublicKey, SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import { fetchAccountInfos, type MaybeInfo } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context/context";
import { AccountKindError } from "../errors/accounts";
import { parseTokenAccount, type TokenAccountState } from "../tokens/account";
import { associatedTokenAddress, createAssociatedTokenAccount } from "../tokens/associated";
import type { MintState } from "../tokens/mint-state";

export interface OwnerTokenAccount {
  address: PublicKey;
  /** Null while it does not exist. */
  state: TokenAccountState | null;
  /** Instructions that create it when it is the associated one and missing. */
  setup: TransactionInstruction[];
}

/**
 * Reads the token account that payments are pulled from, and builds its creation when it is missing.
 * Throws `AccountKindError` when the address holds no token account and none can be created there.
 */
export async function prepareOwnerTokenAccount(
  context: MilestoneContext,
  args: {
    owner: PublicKey;
    payer: PublicKey;
    mint: MintState;
    /** Default: the associated token account. */
    tokenAccount?: PublicKey;
    skipChecks?: boolean;
  },
): Promise<OwnerTokenAccount> {
  const { owner, payer, mint } = args;
  const associated = associatedTokenAddress(mint.address, owner, mint.tokenProgram);
  const address = args.tokenAccount ?? associated;
  const [info] = await fetchAccountInfos(context, [address]);
  return ownerTokenAccount({ address, info, owner, payer, mint, skipChecks: args.skipChecks });
}

/**
 * Returns the owner's token account as it was read, with the instruction that creates it when it is missing: it was never
 * created, or it was closed, as front ends do when they unwrap SOL.
 * Throws `AccountKindError` when the address holds no token account and none can be created there.
 */
export function ownerTokenAccount(args: {
  address: PublicKey;
  info: MaybeInfo;
  owner: PublicKey;
  payer: PublicKey;
  mint: MintState;
  skipChecks?: boolean;
}): OwnerTokenAccount {
  const { address, info, owner, payer, mint } = args;
  const state = parseTokenAccount(address, info);
  if (state) return { address, state, setup: [] };
  const associated = associatedTokenAddress(mint.address, owner, mint.tokenProgram);
  // An address that received SOL belongs to the System program; an account can still be created there.
  const isFree = !info || info.owner.equals(SystemProgram.programId);
  if (address.equals(associated) && isFree) {
    const create = createAssociatedTokenAccount(payer, mint.address, owner, mint.tokenProgram);
    return { address, state: null, setup: [create] };
  }
  if (!args.skipChecks) {
    const actual = isFree
      ? "it was closed or not created yet, and only its own key can create it again"
      : `it belongs to program ${info.owner.toBase58()}`;
    const hint = `Hint: the owner's associated token account, ${associated.toBase58()}, needs no key`;
    throw new AccountKindError("token account", address, actual, undefined, [hint]);
  }
  return { address, state: null, setup: [] };
}
