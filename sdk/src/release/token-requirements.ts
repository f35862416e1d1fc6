/** Checks the mint and the token accounts that a release pays from and into. */
import type BN from "bn.js";
import type { MilestoneErrorName } from "../errors/program";
import type { AmountSplit } from "../rules/fees";
import type { TokenAccountState } from "../tokens/account";
import { type MintState, requireSupported } from "../tokens/mint-state";
import type { Escrow, UserPayment, WithAddress } from "../types";
import {
  adviceOn,
  DEFAULT_FROZEN,
  describeProblem,
  type Destination,
  type DestinationOption,
  isFrozenAnswer,
  type ReceivingProblem,
  receivingOf,
  receivingProblem,
} from "./receiving";
import {
  type ForeignErrorName,
  met,
  type Requirement,
  type RequirementName,
  unmet,
} from "./requirement";
import type { ReleaseSnapshot } from "./snapshot";

/**
 * Extensions with which nothing can be released. A mint whose new accounts start frozen is accepted here, as by the
 * program: that affects no existing account.
 */
export function unreleasableExtensions(mint: MintState): string[] {
  return mint.unsupportedExtensions.filter((name) => name !== DEFAULT_FROZEN);
}

/** Throws `UnsupportedMintError` when the mint has an extension with which nothing can be released. */
export function requireReleasable(mint: MintState): void {
  requireSupported({ ...mint, unsupportedExtensions: unreleasableExtensions(mint) });
}

export function mintSupported({ mint, userPayment }: ReleaseSnapshot): Requirement {
  if (!mint) {
    return unmet("mint", "InvalidTokenProgram", `mint ${userPayment.mint.toBase58()} is closed`);
  }
  const extensions = unreleasableExtensions(mint);
  return extensions.length === 0
    ? met("mint", "the mint is supported")
    : unmet("mint", "UnsupportedMint", `the mint has ${extensions.join(", ")}`);
}

/** Checks that the recipient's account can receive. */
export function destination(snapshot: ReleaseSnapshot): Requirement {
  return (
    receives("destination", snapshot, {
      label: "the recipient's token account",
      destination: snapshot.recipientDestination,
      error: "InvalidRecipientTokenAccount",
      option: "recipientTokenAccount",
    }) ?? met("destination", "the recipient's token account fits, or executePayment creates it")
  );
}

/**
 * Checks that the accounts that get a fee can receive. `platformFee` is what a held milestone's owner paid on top; it goes
 * to the same account as the gateway's fee.
 */
export function feeAccounts(
  snapshot: ReleaseSnapshot,
  split: AmountSplit,
  platformFee: BN,
): Requirement {
  const needed = [
    {
      fee: split.gatewayFee.add(platformFee),
      label: "the gateway's fee account",
      destination: snapshot.gatewayFeeDestination,
      error: "InvalidGatewayFeeAccount",
      option: "gatewayFeeAccount",
    },
    {
      fee: split.protocolFee,
      label: "the protocol's fee account",
      destination: snapshot.protocolFeeDestination,
      error: "InvalidProtocolFeeAccount",
      option: "protocolFeeAccount",
    },
  ] as const;
  const problems = needed
    .filter(({ fee }) => !fee.isZero())
    .map((payee) => receives("feeAccounts", snapshot, payee))
    .filter((problem) => problem !== null);
  return (
    problems.sort((a, b) => rank(a) - rank(b))[0] ??
    met("feeAccounts", "the fee accounts fit, are not needed, or executePayment creates them")
  );
}

/** Ranks refusals by time: Anchor checks all accounts first, then the Milepost program, then the token program. */
function rank({ foreignError, blocked }: Requirement): number {
  if (!foreignError) return 1;
  return blocked?.reason === "payingAccount" ? 0 : 2;
}

/** Returns the unmet requirement, or null when the account can receive. */
function receives(
  name: RequirementName,
  snapshot: ReleaseSnapshot,
  payee: {
    label: string;
    destination: Destination;
    error: MilestoneErrorName;
    option: DestinationOption;
  },
): Requirement | null {
  const { label, destination: account, error, option } = payee;
  const { address, owner } = account;
  const reason = receivingProblem(account, receivingOf(snapshot));
  if (!reason) return null;
  const what = `${label} ${address.toBase58()} ${describeProblem(reason, account)}`;
  return unmet(
    name,
    isFrozenAnswer(reason) ? "TokenAccountFrozen" : error,
    `${what}: ${adviceOn(reason, owner, option)}`,
    owner,
    {
      blocked: { address, reason, owner, option },
      ...(FOREIGN[reason] && { foreignError: FOREIGN[reason] }),
    },
  );
}

/** Problems that another program than Milepost reports. */
const FOREIGN: Partial<Record<ReceivingProblem, ForeignErrorName>> = {
  payingAccount: "ConstraintDuplicateMutableAccount",
  memoRequired: "NoMemo",
  confidentialOnly: "NonConfidentialTransfersDisabled",
};

/** Checks delegation, allowance and balance of the owner's token account. */
export function delegation(
  { source: account, policy, userPayment, mint }: ReleaseSnapshot,
  amount: BN,
): Requirement[] {
  const { owner } = userPayment;
  const problem = sourceProblem(account, userPayment, mint);
  if (!account || problem) {
    const error = problem === FROZEN ? "TokenAccountFrozen" : "InvalidTokenAccount";
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

const FROZEN = "frozen";

function sourceProblem(
  account: TokenAccountState | null,
  { owner, mint }: UserPayment,
  mintState: MintState | null,
): string | null {
  if (!account) return "closed";
  if (!isOfProgram(account, mintState)) {
    return `of token program ${account.tokenProgram.toBase58()}`;
  }
  if (!account.owner.equals(owner)) return `owned by ${account.owner.toBase58()}`;
  if (!account.mint.equals(mint)) return `of mint ${account.mint.toBase58()}`;
  return account.isFrozen ? FROZEN : null;
}

/** Returns true when mint and account belong to one program; a mint closed and recreated under the other one does not. */
function isOfProgram({ tokenProgram }: TokenAccountState, mint: MintState | null): boolean {
  return !mint || mint.tokenProgram.equals(tokenProgram);
}

/** Checks a held policy's vault and that it holds `needed`, as `delegation` does for a delegated policy. */
export function vault(
  { source: account, userPayment, mint }: ReleaseSnapshot,
  escrow: WithAddress<Escrow>,
  needed?: BN,
): Requirement {
  const address = escrow.account.vault.toBase58();
  const isVault =
    account?.owner.equals(escrow.address) &&
    account.mint.equals(userPayment.mint) &&
    isOfProgram(account, mint);
  if (!account || !isVault) {
    return unmet("vault", "InvalidVault", `vault ${address} is not the escrow's token account`);
  }
  if (account.isFrozen) return unmet("vault", "TokenAccountFrozen", `vault ${address} is frozen`);
  const holds = `vault ${address} holds ${account.amount} base units`;
  return needed && account.amount < BigInt(needed.toString())
    ? unmet("vault", "InsufficientFunds", `${holds}, needed: ${needed.toString()}`, null, {
        foreignError: "InsufficientFunds",
      })
    : met("vault", holds);
}
