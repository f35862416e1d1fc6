/** Which token account claims the reward that a gateway may pay out of its fee. */
import type { PublicKey } from "@solana/web3.js";
import { associatedTokenAddress, type TokenAccountState } from "../tokens/account";
import { type Receiving, receivingProblem } from "./destination";

/** A token account that claims the keeper's reward, whoever owns it; `state` is null where there is none. */
export interface KeeperAccount {
  /** Address of the token account. */
  address: PublicKey;
  /** Account as it was read; null where there is no token account at the address. */
  state: TokenAccountState | null;
}

/** Who claims the reward that a gateway may pay out of its fee to whoever executes. */
export interface KeeperOverrides {
  /**
   * A token account of the policy's mint that exists already; anyone may own it. Default: nobody claims. While it is frozen,
   * an execution that names it is refused.
   */
  keeperTokenAccount?: PublicKey;
}

/** The candidates of many policies. */
export interface KeeperCandidates extends KeeperOverrides {
  /**
   * Token accounts of different mints; each policy takes the first of its mint that can receive, and none where none can.
   * `keeperTokenAccount` goes before them.
   */
  keeperTokenAccounts?: readonly PublicKey[];
  /**
   * Whose associated token account of the policy's mint claims where none of the named ones does and it can receive: for
   * whoever does not know the mints beforehand. It is read with the rest, where the gateway pays a reward.
   */
  keeperOwner?: PublicKey;
}

/** The account that is named, or the first of the listed ones that can receive this mint, the owner's last. */
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
  // Whoever owned an associated account may have given it away.
  return canReceive(own) && own.state!.owner.equals(keeperOwner) ? own : null;
}

/** Why the account can't receive the reward. It is never created, and anyone may own it. */
export function keeperProblem({ address, state }: KeeperAccount, receiving: Receiving) {
  const owner = state?.owner ?? address;
  return receivingProblem({ address, owner, state, isAssociated: false }, receiving);
}
