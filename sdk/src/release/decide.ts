import type BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";
import type { MilestoneErrorName } from "../errors/program";
import type { TokenAccountState } from "../tokens/account";
import { hasDueDate, requiredSigner, type SignerRole } from "./condition";
import { type AmountSplit, splitAmount } from "./fees";
import type { Destination, ReleaseSnapshot } from "./snapshot";

export type RequirementName =
  | "milestone"
  | "active"
  | "programNotPaused"
  | "dueDate"
  | "signer"
  | "mint"
  | "destination"
  | "delegation"
  | "allowance"
  | "balance"
  | "feeAccounts";

/** One thing a release needs. */
export interface Requirement {
  name: RequirementName;
  isMet: boolean;
  /** What is there, or what or who is missing, for people. */
  message: string;
  /** What the program would answer while it is unmet; null when met. */
  error: MilestoneErrorName | null;
  /** Who has to act for it to be met; null when met, or when only time or nobody can. */
  missing: PublicKey | null;
}

/** Whether and when a policy's current milestone can be released. Amounts are base units, times Unix seconds. */
export interface ReleaseReport {
  policy: PublicKey;
  /** Index of the current milestone; null when all are released. */
  milestoneIndex: number | null;
  amount: BN | null;
  split: AmountSplit | null;
  requirements: Requirement[];
  /** Everything is met. */
  isReleasable: boolean;
  /** Everything but the signature is met. */
  isReady: boolean;
  requiredSigner: { role: SignerRole; address: PublicKey } | null;
  /** The milestone's timestamp where the condition demands it, else null. */
  dueAt: BN | null;
  /** Earliest time at which the rest permitting it can be released: due date or now; null when all are released. */
  earliest: BN | null;
  /** Time the decision is about. */
  now: BN;
}

export interface DecideOptions {
  /** Unix seconds. Default: the snapshot's chain time. */
  now?: BN;
  /** Who is going to sign the release. */
  signers?: readonly PublicKey[];
}

/**
 * Decides on a snapshot alone, by the program's rules and in the program's order: the first unmet requirement's
 * `error` is what the program would answer. Touches no network.
 * @example
 * const report = decideRelease(snapshot, { signers: [wallet.publicKey] });
 */
export function decideRelease(
  snapshot: ReleaseSnapshot,
  options: DecideOptions = {},
): ReleaseReport {
  const { policy, gateway, userPayment } = snapshot;
  const milestone = policy.policyType.milestone;
  const now = options.now ?? snapshot.now;
  const isCompleted = milestone.currentMilestone >= milestone.totalMilestones;
  const index = milestone.currentMilestone;
  const signer = requiredSigner(milestone.releaseCondition, {
    gatewaySigner: gateway.signer,
    owner: userPayment.owner,
    recipient: policy.recipient,
  });
  const amount = isCompleted ? null : milestone.milestoneAmounts[index]!;
  const split = amount && splitAmount(amount, policy.gatewayFeeBps, policy.protocolFeeBps);
  const dueAt =
    isCompleted || !hasDueDate(milestone.releaseCondition)
      ? null
      : milestone.milestoneTimestamps[index]!;

  const requirements =
    amount && split
      ? [
          met("milestone", `milestone ${index} of ${milestone.totalMilestones} is next`),
          active(snapshot),
          programNotPaused(snapshot),
          dueDate(dueAt, now),
          signature(signer, options.signers ?? []),
          mintSupported(snapshot),
          destination(snapshot),
          ...source(snapshot, amount),
          feeAccounts(snapshot, split),
        ]
      : [unmet("milestone", "PolicyCompleted", "all milestones are released")];
  const isReady = requirements.every(({ isMet, name }) => isMet || name === "signer");
  return {
    policy: snapshot.policyAddress,
    milestoneIndex: isCompleted ? null : index,
    amount,
    split,
    requirements,
    isReleasable: requirements.every(({ isMet }) => isMet),
    isReady,
    requiredSigner: signer,
    dueAt,
    earliest: isCompleted ? null : dueAt?.gt(now) ? dueAt : now,
    now,
  };
}

function met(name: RequirementName, message: string): Requirement {
  return { name, isMet: true, message, error: null, missing: null };
}

function unmet(
  name: RequirementName,
  error: MilestoneErrorName,
  message: string,
  missing: PublicKey | null = null,
): Requirement {
  return { name, isMet: false, message, error, missing };
}

function active({ policy, userPayment }: ReleaseSnapshot): Requirement {
  return "active" in policy.status
    ? met("active", "the policy is active")
    : unmet("active", "PolicyPaused", "the owner paused the policy", userPayment.owner);
}

function programNotPaused({ config }: ReleaseSnapshot): Requirement {
  return config.isPaused
    ? unmet("programNotPaused", "ProgramPaused", "the program is paused", config.authority)
    : met("programNotPaused", "the program is not paused");
}

function dueDate(dueAt: BN | null, now: BN): Requirement {
  if (!dueAt) return met("dueDate", "the release condition demands no due date");
  return now.gte(dueAt)
    ? met("dueDate", `due since ${dueAt.toString()}`)
    : unmet(
        "dueDate",
        "PaymentNotDue",
        `due at ${dueAt.toString()}, ${dueAt.sub(now).toString()} seconds from now`,
      );
}

function signature(
  required: { role: SignerRole; address: PublicKey } | null,
  signers: readonly PublicKey[],
): Requirement {
  if (!required) return met("signer", "anyone may release");
  const { role, address } = required;
  return signers.some((signer) => signer.equals(address))
    ? met("signer", `the ${role} signs`)
    : unmet("signer", "InvalidSigner", `the ${role} ${address.toBase58()} has to sign`, address);
}

function mintSupported({ mint, userPayment }: ReleaseSnapshot): Requirement {
  if (!mint) return unmet("mint", "InvalidMint", `mint ${userPayment.mint.toBase58()} is closed`);
  return mint.unsupportedExtensions.length === 0
    ? met("mint", "the mint is supported")
    : unmet("mint", "UnsupportedMint", `the mint has ${mint.unsupportedExtensions.join(", ")}`);
}

function destination(snapshot: ReleaseSnapshot): Requirement {
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

function feeAccounts(snapshot: ReleaseSnapshot, split: AmountSplit): Requirement {
  const needed = [
    [split.gatewayFee, snapshot.gatewayFeeDestination, "InvalidGatewayFeeAccount"],
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
  { userPayment }: ReleaseSnapshot,
  { address, owner, state, isAssociated }: Destination,
): string | null {
  if (address.equals(userPayment.tokenAccount)) return "the account that pays";
  if (!state) return isAssociated ? null : "no token account";
  if (!state.owner.equals(owner)) return `owned by ${state.owner.toBase58()}`;
  if (!state.mint.equals(userPayment.mint)) return `of mint ${state.mint.toBase58()}`;
  return state.isFrozen ? "frozen" : null;
}

/** Delegation, allowance and balance of the owner's token account. */
function source(
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
  const delegation = isDelegate
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
    delegation,
    enough("allowance", "InsufficientDelegation", isDelegate ? account.delegatedAmount : 0n),
    enough("balance", "InsufficientFunds", account.amount),
  ];
}

function sourceProblem(account: TokenAccountState | null, owner: PublicKey): string | null {
  if (!account) return "closed";
  if (!account.owner.equals(owner)) return `owned by ${account.owner.toBase58()}`;
  return account.isFrozen ? "frozen" : null;
}
