/** What a release asks of the mint and the token accounts that it pays from and into. */
import type BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";
import type { MilestoneErrorName } from "../errors/program";
import type { TokenAccountState } from "../tokens/account";
import { type MintState, requireSupported } from "../tokens/mint";
import type { Escrow, WithAddress } from "../types";
import type { AmountSplit } from "./fees";
import { met, type Requirement, unmet } from "./requirement";
import { type Destination, payingAccount, type ReleaseSnapshot } from "./snapshot";

/**
 * Extensions with which nothing can be released. New accounts may start frozen since the policy was created: that
 * touches no account that exists, and the program lets it pass here.
 */
export function unreleasableExtensions(mint: MintState): string[] {
  return mint.unsupportedExtensions.filter((name) => name !== DEFAULT_FROZEN);
}

/** Throws `UnsupportedMintError` when the mint has an extension with which nothing can be released. */
export function requireReleasable(mint: MintState): void {
  requireSupported({ ...mint, unsupportedExtensions: unreleasableExtensions(mint) });
}

export function mintSupported({ mint, userPayment }: ReleaseSnapshot): Requirement {
  if (!mint) return unmet("mint", "InvalidMint", `mint ${userPayment.mint.toBase58()} is closed`);
  const extensions = unreleasableExtensions(mint);
  return extensions.length === 0
    ? met("mint", "the mint is supported")
    : unmet("mint", "UnsupportedMint", `the mint has ${extensions.join(", ")}`);
}

export function destination(snapshot: ReleaseSnapshot): Requirement {
  const problem = destinationProblem(snapshot, snapshot.recipientDestination);
  if (!problem)
    return met("destination", "the recipient's token account fits, or executePayment creates it");
  const error = FROZEN.includes(problem) ? "TokenAccountFrozen" : "InvalidRecipientTokenAccount";
  return unmet(
    "destination",
    error,
    `the recipient's token account is ${problem}`,
    snapshot.policy.recipient,
  );
}

/** `platformFee` is what a held milestone's owner paid on top; it goes where the gateway's fee goes. */
export function feeAccounts(
  snapshot: ReleaseSnapshot,
  split: AmountSplit,
  platformFee: BN,
): Requirement {
  const needed = [
    [split.gatewayFee.add(platformFee), snapshot.gatewayFeeDestination, "InvalidGatewayFeeAccount"],
    [split.protocolFee, snapshot.protocolFeeDestination, "InvalidProtocolFeeAccount"],
  ] as const;
  for (const [fee, account, error] of needed) {
    const problem = fee.isZero() ? null : destinationProblem(snapshot, account);
    if (!problem) continue;
    const answer = FROZEN.includes(problem) ? "TokenAccountFrozen" : error;
    return unmet(
      "feeAccounts",
      answer,
      `fee account ${account.address.toBase58()} is ${problem}`,
      account.owner,
    );
  }
  return met("feeAccounts", "the fee accounts fit, are not needed, or executePayment creates them");
}

/** Whether the account belongs to whom the program demands. */
export function isOwnedRightly(
  { owner, alternativeOwner }: Destination,
  state: TokenAccountState,
): boolean {
  return state.owner.equals(owner) || (alternativeOwner?.equals(state.owner) ?? false);
}

const DEFAULT_FROZEN = "DefaultAccountState";
const FROZEN = ["frozen", "missing, and would be created frozen"];

function destinationProblem(snapshot: ReleaseSnapshot, destination: Destination): string | null {
  const { address, state, isAssociated } = destination;
  if (address.equals(payingAccount(snapshot))) return "the account that pays";
  if (!state && !isAssociated) return "no token account";
  if (!state) {
    return snapshot.mint?.unsupportedExtensions.includes(DEFAULT_FROZEN) ? FROZEN[1]! : null;
  }
  if (!isOwnedRightly(destination, state)) return `owned by ${state.owner.toBase58()}`;
  if (!state.mint.equals(snapshot.userPayment.mint)) return `of mint ${state.mint.toBase58()}`;
  return state.isFrozen ? FROZEN[0]! : null;
}

/** Delegation, allowance and balance of the owner's token account. */
export function delegation(
  { source: account, policy, userPayment }: ReleaseSnapshot,
  amount: BN,
): Requirement[] {
  const { owner } = userPayment;
  const problem = sourceProblem(account, owner);
  if (!account || problem) {
    const error = account?.isFrozen ? "TokenAccountFrozen" : "InvalidTokenAccount";
    const message = `the owner's token account is ${problem}`;
    return (["delegation", "allowance", "balance"] as const).map((name) =>
      unmet(name, error, message, owner),
    );
  }
  const isDelegate = account.delegate?.equals(policy.userPayment) ?? false;
  const needs = BigInt(amount.toString());
  const enough = (name: "allowance" | "balance", error: MilestoneErrorName, has: bigint) =>
    has >= needs
      ? met(name, `${has} of ${needs} base units`)
      : unmet(name, error, `${has} of ${needs} base units, ${needs - has} short`, owner);
  const delegate = isDelegate
    ? met("delegation", "the owner's token account is delegated to the program")
    : account.delegate
      ? unmet(
          "delegation",
          "DelegationReplaced",
          `delegated to ${account.delegate.toBase58()}`,
          owner,
        )
      : unmet(
          "delegation",
          "DelegationRevoked",
          "the owner's token account has no delegate",
          owner,
        );
  return [
    delegate,
    enough("allowance", "InsufficientDelegation", isDelegate ? account.delegatedAmount : 0n),
    enough("balance", "InsufficientFunds", account.amount),
  ];
}

function sourceProblem(account: TokenAccountState | null, owner: PublicKey): string | null {
  if (!account) return "closed";
  if (!account.owner.equals(owner)) return `owned by ${account.owner.toBase58()}`;
  return account.isFrozen ? "frozen" : null;
}

/** What `delegation` is for a held policy: the vault, whose balance the program accounts for. */
export function vault(
  { source: account, userPayment }: ReleaseSnapshot,
  escrow: WithAddress<Escrow>,
): Requirement {
  const address = escrow.account.vault.toBase58();
  if (!account || !account.owner.equals(escrow.address) || !account.mint.equals(userPayment.mint)) {
    return unmet("vault", "InvalidVault", `vault ${address} is not the escrow's token account`);
  }
  return account.isFrozen
    ? unmet("vault", "TokenAccountFrozen", `vault ${address} is frozen`)
    : met("vault", `vault ${address} holds ${account.amount} base units`);
}
