/** The token accounts that are paid into, and why one of them can't receive. */
import type { PublicKey } from "@solana/web3.js";
import type { TransferRefusal } from "../errors/accounts";
import type { TokenAccountState } from "../tokens/account";
import type { MintState } from "../tokens/mint";
import type { Escrow, UserPayment, WithAddress } from "../types";

/** A token account a release pays into; `state` is null while it does not exist. */
export interface Destination {
  /** Address of the token account. */
  address: PublicKey;
  /** The wallet it has to belong to. */
  owner: PublicKey;
  /** Another wallet whose account does as well: fees of a held policy may go to who may change the fee recipient. */
  alternativeOwner?: PublicKey;
  /** Account as it was read; null where there is no token account at the address. */
  state: TokenAccountState | null;
  /** Whether the address is the owner's associated token account, which anyone can create. */
  isAssociated: boolean;
  /** Whether something else than a token account is at the address, so that none can be created there. */
  isOccupied?: boolean;
  /** The account that would have been paid, had it been able to receive. */
  insteadOf?: {
    /** Address of that account. */
    address: PublicKey;
    /** Reason why it cannot receive. */
    reason: ReceivingProblem;
  };
}

/** Why a token account can't receive a payment. */
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

/** What a destination has to fit. */
export interface Receiving {
  mint: PublicKey;
  /** The state of the mint; null when it is gone. */
  mintState: MintState | null;
  /** The account that pays. */
  source: PublicKey;
}

/** What says which account pays. */
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

/** Returns what the destinations of a release have to fit. */
export function receivingOf(snapshot: Payer & { mint: MintState | null }): Receiving {
  const { userPayment, mint } = snapshot;
  return { mint: userPayment.mint, mintState: mint, source: payingAccount(snapshot) };
}

/** Name of the mint extension that lets new accounts start frozen; it is unsupported while it does. */
export const DEFAULT_FROZEN = "DefaultAccountState";

/**
 * Returns why the account can't receive, and null when it can or its creation in front is enough. The order is the
 * program's, with the token program's own refusals last.
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

/** Whether the account belongs to whom the program demands. */
function isOwnedRightly(
  { owner, alternativeOwner }: Destination,
  state: TokenAccountState,
): boolean {
  return state.owner.equals(owner) || (alternativeOwner?.equals(state.owner) ?? false);
}

/** Whether the program answers `TokenAccountFrozen`, and not the error of the account's kind. */
export function isFrozenAnswer(problem: ReceivingProblem): boolean {
  return problem === "frozen" || problem === "createdFrozen";
}

/** The token program's answer to a transfer into it; null where our program refuses first. */
export function transferRefusal(problem: ReceivingProblem): TransferRefusal | null {
  if (problem === "memoRequired") return "NoMemo";
  return problem === "confidentialOnly" ? "NonConfidentialTransfersDisabled" : null;
}

/** For people, after the name of the account. */
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

/** The options that name another token account, by what it is for. */
export type DestinationOption =
  "recipientTokenAccount" | "gatewayFeeAccount" | "protocolFeeAccount" | "ownerTokenAccount";

/** What mends it: an account that exists would have been chosen already. */
export function adviceOn(problem: ReceivingProblem, owner: PublicKey, option: DestinationOption) {
  const wallet = owner.toBase58();
  return problem === "createdFrozen"
    ? `ask the mint's freeze authority to thaw an account of wallet ${wallet}`
    : `create another token account of the wallet ${wallet} and pass { ${option} }`;
}
