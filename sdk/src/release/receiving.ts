/** Decides whether a token account can receive a payment, and why not. */
import type { PublicKey } from "@solana/web3.js";
import type { TransferRefusal } from "../errors/accounts";
import type { TokenAccountState } from "../tokens/account";
import type { MintState } from "../tokens/mint-state";
import type { Escrow, UserPayment, WithAddress } from "../types";

/** Token account that a release pays into; `state` is null while it does not exist. */
export interface Destination {
  /** Address of the token account. */
  address: PublicKey;
  /** Wallet that it has to belong to. */
  owner: PublicKey;
  /** Other wallet whose account is accepted: fees of a held policy may go to the authority over the fee recipient. */
  alternativeOwner?: PublicKey;
  /** Account as it was read; null when the address has no token account. */
  state: TokenAccountState | null;
  /** True when the address is the owner's associated token account, which anyone can create. */
  isAssociated: boolean;
  /** True when the address holds another kind of account, so that no token account can be created there. */
  isOccupied?: boolean;
  /** Account that this one replaces because it cannot receive. */
  insteadOf?: {
    /** Address of that account. */
    address: PublicKey;
    /** Reason why it cannot receive. */
    reason: ReceivingProblem;
  };
}

/** Reason why a token account can't receive a payment. */
export type ReceivingProblem =
  /** It is the account that pays. */
  | "payingAccount"
  /** Nothing is at the address, or no token account, and it is not an associated one that could be created. */
  | "notTokenAccount"
  /** It would have to be created, and the address holds something else. */
  | "occupied"
  /** It would have to be created, and accounts of the mint start frozen. */
  | "createdFrozen"
  /** It belongs to the other token program: the mint was closed and created anew. */
  | "wrongTokenProgram"
  | "wrongOwner"
  | "wrongMint"
  | "frozen"
  /** Its owner requires a memo with every transfer, which a release can't give. */
  | "memoRequired"
  /** Its owner disabled all transfers that are not confidential. */
  | "confidentialOnly";

/** Facts that a destination has to match. */
export interface Receiving {
  mint: PublicKey;
  /** State of the mint; null when it does not exist any more. */
  mintState: MintState | null;
  /** Address of the account that pays. */
  source: PublicKey;
}

/** Parts of a snapshot that name the account that pays. */
interface Payer {
  userPayment: UserPayment;
  escrow?: WithAddress<Escrow>;
}

/**
 * Returns the address of the token account that a release is paid from: the vault of a held policy, the owner's of a
 * delegated one.
 * @example
 * const address = payingAccount(snapshot);
 */
export function payingAccount({ escrow, userPayment }: Payer): PublicKey {
  return escrow ? escrow.account.vault : userPayment.tokenAccount;
}

/** Returns the facts that the destinations of a release have to match. */
export function receivingOf(snapshot: Payer & { mint: MintState | null }): Receiving {
  const { userPayment, mint } = snapshot;
  return { mint: userPayment.mint, mintState: mint, source: payingAccount(snapshot) };
}

/** Name of the mint extension that lets new accounts start frozen; it is unsupported while it does. */
export const DEFAULT_FROZEN = "DefaultAccountState";

/**
 * Returns why the account can't receive; null when it can, or when creating it first is enough. The checks are in the
 * program's order, with the token program's own refusals last.
 */
export function receivingProblem(
  destination: Destination,
  { mint, mintState, source }: Receiving,
): ReceivingProblem | null {
  const { address, state, isAssociated, isOccupied } = destination;
  if (address.equals(source)) return "payingAccount";
  if (!state) {
    if (!isAssociated) return "notTokenAccount";
    if (isOccupied) return "occupied";
    return mintState?.unsupportedExtensions.includes(DEFAULT_FROZEN) ? "createdFrozen" : null;
  }
  if (mintState && !state.tokenProgram.equals(mintState.tokenProgram)) return "wrongTokenProgram";
  if (!isOwnedRightly(destination, state)) return "wrongOwner";
  if (!state.mint.equals(mint)) return "wrongMint";
  if (state.isFrozen) return "frozen";
  if (state.isMemoRequired) return "memoRequired";
  return state.isConfidentialOnly ? "confidentialOnly" : null;
}

/** Returns true when the account belongs to a wallet that the program accepts. */
function isOwnedRightly(
  { owner, alternativeOwner }: Destination,
  state: TokenAccountState,
): boolean {
  return state.owner.equals(owner) || (alternativeOwner?.equals(state.owner) ?? false);
}

/** Returns true when the program returns `TokenAccountFrozen`, and not the error for the account's role. */
export function isFrozenAnswer(problem: ReceivingProblem): boolean {
  return problem === "frozen" || problem === "createdFrozen";
}

/** Returns the token program's error for a transfer into it; null when the Milepost program refuses first. */
export function transferRefusal(problem: ReceivingProblem): TransferRefusal | null {
  if (problem === "memoRequired") return "NoMemo";
  return problem === "confidentialOnly" ? "NonConfidentialTransfersDisabled" : null;
}

/** Describes the problem for people; the text follows the name of the account. */
export function describeProblem(problem: ReceivingProblem, { state }: Destination): string {
  switch (problem) {
    case "payingAccount":
      return "is the account that pays";
    case "notTokenAccount":
      return "is not a token account";
    case "occupied":
      return "is missing, and another account holds its address";
    case "createdFrozen":
      return "is missing, and would be created frozen";
    case "wrongTokenProgram":
      return `belongs to token program ${state!.tokenProgram.toBase58()}`;
    case "wrongOwner":
      return `is owned by ${state!.owner.toBase58()}`;
    case "wrongMint":
      return `is of mint ${state!.mint.toBase58()}`;
    case "frozen":
      return "is frozen";
    case "memoRequired":
      return "requires a memo with every transfer, which a release can't give";
    case "confidentialOnly":
      return "accepts confidential transfers only";
  }
}

/** Options that name another token account, by its role. */
export type DestinationOption =
  "recipientTokenAccount" | "gatewayFeeAccount" | "protocolFeeAccount" | "ownerTokenAccount";

/** Advises how to repair it; another existing account would have been chosen already. */
export function adviceOn(problem: ReceivingProblem, owner: PublicKey, option: DestinationOption) {
  const wallet = owner.toBase58();
  return problem === "createdFrozen"
    ? `ask the mint's freeze authority to thaw an account of wallet ${wallet}`
    : `create another token account of the wallet ${wallet} and pass { ${option} }`;
}
