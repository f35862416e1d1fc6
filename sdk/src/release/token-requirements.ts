/** What a release asks of the mint and the token accounts that it pays from and into. */
import type BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";
import type { MilestoneErrorName } from "../errors/program";
import type { TokenAccountState } from "../tokens/account";
import type { Escrow, WithAddress } from "../types";
import type { AmountSplit } from "./fees";
import { met, type Requirement, unmet } from "./requirement";
import { type Destination, payingAccount, type ReleaseSnapshot } from "./snapshot";

export function mintSupported({ mint, userPayment }: ReleaseSnapshot): Requirement {
  if (!mint) return unmet("mint", "InvalidMint", `mint ${userPayment.mint.toBase58()} is closed`);
  return mint.unsupportedExtensions.length === 0
    ? met("mint", "the mint is supported")
    : unmet("mint", "UnsupportedMint", `the mint has ${mint.unsupportedExtensions.join(", ")}`);
}

export function destination(snapshot: ReleaseSnapshot): Requirement {
  const problem = destinationProblem(snapshot, snapshot.recipientDestination);
  if (!problem)
    return met("destination", "the recipient's token account fits, or executePayment creates it");
  const error = problem === "frozen" ? "TokenAccountFrozen" : "InvalidRecipientTokenAccount";
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
    const answer = problem === "frozen" ? "TokenAccountFrozen" : error;
    return unmet(
      "feeAccounts",
      answer,
      `fee account ${account.address.toBase58()} is ${problem}`,
      account.owner,
    );
  }
  return met("feeAccounts", "the fee accounts fit, are not needed, or executePayment creates them");
}

function destinationProblem(
  snapshot: ReleaseSnapshot,
  { address, owner, state, isAssociated }: Destination,
): string | null {
  if (address.equals(payingAccount(snapshot))) return "the account that pays";
  if (!state) return isAssociated ? null : "no token account";
  if (!state.owner.equals(owner)) return `owned by ${state.owner.toBase58()}`;
  if (!state.mint.equals(snapshot.userPayment.mint)) return `of mint ${state.mint.toBase58()}`;
  return state.isFrozen ? "frozen" : null;
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
