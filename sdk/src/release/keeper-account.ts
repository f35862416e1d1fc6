/** Chooses the token account that receives the reward that a gateway may pay out of its fee. */
import type { PublicKey } from "@solana/web3.js";
import { type TokenAccountState } from "../tokens/account";
import { associatedTokenAddress } from "../tokens/associated";
import { type Receiving, receivingProblem } from "./receiving";

/** Token account of any owner that receives the keeper's reward; `state` is null when it does not exist. */
export interface KeeperAccount {
  /** Address of the token account. */
  address: PublicKey;
  /** Account as it was read; null when the address has no token account. */
  state: TokenAccountState | null;
}

/** Account that receives the keeper's reward, which a gateway may pay out of its fee. */
export interface KeeperOverrides {
  /**
   * Existing token account of the policy's mint, of any owner. Default: none, and no reward is paid. While it is frozen, the
   * program refuses an execution that names it.
   */
  keeperTokenAccount?: PublicKey;
}

/** Candidates for many policies. */
export interface KeeperCandidates extends KeeperOverrides {
  /**
   * Token accounts of different mints; each policy takes the first of its mint that can receive, or none.
   * `keeperTokenAccount` takes precedence.
   */
  keeperTokenAccounts?: readonly PublicKey[];
  /**
   * Wallet whose associated token account of the policy's mint is used when none of the named ones is, if it can receive:
   * for callers that do not know the mints beforehand. It is read with the rest if the gateway pays a reward.
   */
  keeperOwner?: PublicKey;
}

/** Returns the named account, or the first listed one that can receive this mint, the owner's last. */
export function keeperAccountOf(
  { keeperTokenAccount, keeperTokenAccounts = [], keeperOwner }: KeeperCandidates,
  receiving: Receiving & { tokenProgram: PublicKey },
  read: (address: PublicKey) => TokenAccountState | null,
): KeeperAccount | null {
  if (keeperTokenAccount) return { address: keeperTokenAccount, state: read(keeperTokenAccount) };
  const canReceive = (account: KeeperAccount) => keeperProblem(account, receiving) === null;
  const listed = keeperTokenAccounts.map((address) => ({ address, state: read(address) }));
  const first = listed.find(canReceive);
  if (first || !keeperOwner) return first ?? null;
  const address = associatedTokenAddress(receiving.mint, keeperOwner, receiving.tokenProgram);
  const own = { address, state: read(address) };
  // An associated account may belong to another wallet by now.
  return canReceive(own) && own.state!.owner.equals(keeperOwner) ? own : null;
}

/** Returns why the account can't receive the reward. It is never created, and may have any owner. */
export function keeperProblem({ address, state }: KeeperAccount, receiving: Receiving) {
  const owner = state?.owner ?? address;
  return receivingProblem({ address, owner, state, isAssociated: false }, receiving);
}
