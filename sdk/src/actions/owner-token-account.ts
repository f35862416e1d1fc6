import { type PublicKey, SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import { fetchAccountInfos } from "../accounts/fetch";
import type { MilestoneContext } from "../context";
import { AccountKindError } from "../errors/accounts";
import {
  associatedTokenAddress,
  createAssociatedTokenAccount,
  parseTokenAccount,
  type TokenAccountState,
} from "../tokens/account";
import type { MintState } from "../tokens/mint";

export interface OwnerTokenAccount {
  address: PublicKey;
  /** Null while it does not exist. */
  state: TokenAccountState | null;
  /** Creates it, when it is the associated one and missing. */
  setup: TransactionInstruction[];
}

/**
 * The token account that payments are pulled from, with what creates it where that is needed.
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
  const state = parseTokenAccount(address, info);
  if (state) return { address, state, setup: [] };
  // An address that somebody sent SOL to belongs to the system program and can still be created at.
  const isFree = !info || info.owner.equals(SystemProgram.programId);
  if (address.equals(associated) && isFree) {
    const create = createAssociatedTokenAccount(payer, mint.address, owner, mint.tokenProgram);
    return { address, state: null, setup: [create] };
  }
  if (!args.skipChecks) {
    const actual = info ? "it is something else" : "it does not exist";
    throw new AccountKindError("token account", address, actual);
  }
  return { address, state: null, setup: [] };
}
