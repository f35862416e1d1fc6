/** What a release asks of the mint and the token accounts that it pays from and into. */
import type BN from "bn.js";
import type { MilestoneErrorName } from "../errors/program";
import type { TokenAccountState } from "../tokens/account";
import { type MintState, requireSupported } from "../tokens/mint";
import type { Escrow, UserPayment, WithAddress } from "../types";
import type { AmountSplit } from "./fees";
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
} from "./destination";
import {
  type ForeignErrorName,
  met,
  type Requirement,
  type RequirementName,
  unmet,
} from "./requirement";
import type { ReleaseSnapshot } from "./snapshot";

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
  if (!mint) {
    return unmet("mint", "InvalidTokenProgram", `mint ${userPayment.mint.toBase58()} is closed`);
  }
  const extensions = unreleasableExtensions(mint);
  return extensions.length === 0
    ? met("mint", "the mint is supported")
    : unmet("mint", "UnsupportedMint", `the mint has ${extensions.join(", ")}`);
}

/** Whether the recipient's account can receive. */
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
 * Whether the accounts that get a fee can receive. `platformFee` is what a held milestone's owner paid on top; it goes
 * where the gateway's fee goes.
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

/** Anchor looks at all accounts before our program does, and the token program at each after it. */
function rank({ foreignError, blocked }: Requirement): number {
  if (!foreignError) return 1;
  return blocked?.reason === "payingAccount" ? 0 : 2;
}

/** Null when it does. */
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

/** The problems that not our program answers. */
const FOREIGN: Partial<Record<ReceivingProblem, ForeignErrorName>> = {
  payingAccount: "ConstraintDuplicateMutableAccount",
  memoRequired: "NoMemo",
  confidentialOnly: "NonConfidentialTransfersDisabled",
};

/** Delegation, allowance and balance of the owner's token account. */
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

/** Whether mint and account belong to one program; not so once the mint was closed and created anew under the other. */
function isOfProgram({ tokenProgram }: TokenAccountState, mint: MintState | null): boolean {
  return !mint || mint.tokenProgram.equals(tokenProgram);
}

/** What `delegation` is for a held policy: the vault, which the program accounts for, and whether it holds `needed`. */
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
