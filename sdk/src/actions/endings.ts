/** Builds the instructions that end a held milestone. `executePayment` is the other way to pay one out. */
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { refuse } from "../errors/program";
import { toAddress } from "../input/address";
import { toHash } from "../input/hash";
import { type IntegerInput, toU64 } from "../input/numbers";
import { timeoutShare } from "../rules/payout";
import { buildInstruction } from "./build-instruction";
import { type EndingArgs, prepareEnding } from "./prepare-ending";

/** Arguments of `approveMilestone`; they name no account of the owner, who gets nothing back. */
export interface ApproveMilestoneArgs extends Omit<EndingArgs, "ownerTokenAccount"> {
  /**
   * Hash of the submission that the owner reviewed, 32 bytes, all zero before a submission. Default: the newest one's. An
   * approval that waits, as in a multisig, does not pay for a later submission (`EvidenceMismatch`).
   */
  evidenceHash?: ArrayLike<number>;
}

/**
 * Releases the current milestone at once, submitted or not; a set due date (bit 0) still binds. The policy's owner signs.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `AccountKindError`, `UnsupportedMintError`,
 * `MilestoneProgramError` (`EscrowNotAccepted`, `MilestoneNotFunded`, `MilestoneInDispute`, `MilestoneInMediation`,
 * `EvidenceMismatch`, `InvalidRecipientTokenAccount`, `TokenAccountFrozen`, ...).
 * @example
 * const instructions = await approveMilestone(context, { policyPda });
 */
export async function approveMilestone(
  context: MilestoneContext,
  args: ApproveMilestoneArgs,
): Promise<TransactionInstruction[]> {
  const ending = await prepareEnding(context, "approveMilestone", args, (amount) => amount);
  const { snapshot, escrow, milestoneIndex, accounts, setup } = ending;
  const recipientTokenAccount = snapshot.recipientDestination.address;
  const submitted = escrow.account.milestones[milestoneIndex]?.evidenceHash ?? NO_EVIDENCE;
  const evidenceHash = args.evidenceHash
    ? toHash(args.evidenceHash, "evidenceHash", true)
    : submitted;
  if (!args.skipChecks && evidenceHash.some((byte, i) => byte !== submitted[i])) {
    throw refuse("EvidenceMismatch", `Submitted: ${toHex(submitted)}`);
  }
  return [
    ...setup,
    buildInstruction(
      "approveMilestone",
      { ...accounts, owner: snapshot.userPayment.owner, recipientTokenAccount },
      { milestoneIndex, evidenceHash },
      context.programId,
    ),
  ];
}

/** Evidence hash before a submission. */
const NO_EVIDENCE: number[] = new Array<number>(32).fill(0);

const toHex = (bytes: readonly number[]): string =>
  bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Arguments of `resolveDispute` and `settleMilestone`: the milestone, and the recipient's share of it. */
export interface DivideMilestoneArgs extends EndingArgs {
  /** Base units of the milestone's amount for the recipient, before fees: 0 refunds all of it. */
  recipientAmount: IntegerInput;
}

/**
 * Divides the current milestone in mediation: full release, any split, full refund. The escrow's mediator signs, before
 * the timeout. Fees are taken from the recipient's share alone.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `AccountKindError`, `UnsupportedMintError`,
 * `MilestoneProgramError` (`MilestoneNotDisputed`, `MediationTimedOut`, `InvalidRecipientAmount`,
 * `InvalidOwnerTokenAccount`, ...).
 * @example
 * const instructions = await resolveDispute(context, { policyPda, recipientAmount: 6_000_000_000n });
 */
export async function resolveDispute(
  context: MilestoneContext,
  args: DivideMilestoneArgs,
): Promise<TransactionInstruction[]> {
  const recipientAmount = toU64(args.recipientAmount, "recipientAmount");
  const ending = await prepareEnding(context, "resolveDispute", args, () => recipientAmount);
  const { escrow, milestoneIndex, accounts, setup } = ending;
  return [
    ...setup,
    buildInstruction(
      "resolveDispute",
      { ...accounts, mediator: escrow.account.mediator },
      { milestoneIndex, recipientAmount },
      context.programId,
    ),
  ];
}

/** Arguments of `expireMediation`: the milestone, and who signs. */
export interface ExpireMediationArgs extends EndingArgs {
  /** Wallet that signs; any may. Default: the wallet. */
  executor?: PublicKey;
}

/**
 * Pays the split that was agreed at opening, once the mediation has timed out. Anyone may sign.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `AccountKindError`, `UnsupportedMintError`,
 * `MilestoneProgramError` (`MilestoneNotDisputed`, `InvalidOwnerTokenAccount`, ...).
 * @example
 * const instructions = await expireMediation(context, { policyPda });
 */
export async function expireMediation(
  context: MilestoneContext,
  args: ExpireMediationArgs,
): Promise<TransactionInstruction[]> {
  const executor = toAddress(args.executor ?? walletAddress(context), "executor");
  const ending = await prepareEnding(context, "expireMediation", args, (amount, escrow) =>
    timeoutShare(amount, escrow.timeoutRecipientBps),
  );
  const { milestoneIndex, accounts, setup } = ending;
  return [
    ...setup,
    buildInstruction(
      "expireMediation",
      { ...accounts, executor },
      { milestoneIndex },
      context.programId,
    ),
  ];
}

/**
 * Divides the current milestone as both parties agree, in every state with money in it and without a mediator. Owner and
 * recipient both sign.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `AccountKindError`, `UnsupportedMintError`,
 * `MilestoneProgramError` (`EscrowNotAccepted`, `MilestoneNotFunded`, `InvalidRecipientAmount`, ...).
 * @example
 * const instructions = await settleMilestone(context, { policyPda, recipientAmount: 6_000_000_000n });
 */
export async function settleMilestone(
  context: MilestoneContext,
  args: DivideMilestoneArgs,
): Promise<TransactionInstruction[]> {
  const recipientAmount = toU64(args.recipientAmount, "recipientAmount");
  const ending = await prepareEnding(context, "settleMilestone", args, () => recipientAmount);
  const { snapshot, milestoneIndex, accounts, setup } = ending;
  const { owner } = snapshot.userPayment;
  return [
    ...setup,
    buildInstruction(
      "settleMilestone",
      { ...accounts, owner, recipient: snapshot.policy.recipient },
      { milestoneIndex, recipientAmount },
      context.programId,
    ),
  ];
}

/** Arguments of `reclaimMilestone`. They name only the owner's account, which receives everything. */
export interface ReclaimMilestoneArgs extends Omit<
  EndingArgs,
  "recipientTokenAccount" | "gatewayFeeAccount" | "protocolFeeAccount"
> {
  /** True when the recipient signs as well: the milestone may then be in any state with money in it. Default: false. */
  isAgreed?: boolean;
}

/**
 * Refunds the current milestone and its platform fee to the owner. The owner alone may do so when it was not submitted by
 * the due date plus the grace period, and both parties at any time with `isAgreed`. No fees are taken.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `AccountKindError`, `UnsupportedMintError`,
 * `MilestoneProgramError` (`MilestoneAlreadySubmitted`, `MilestoneInDispute`, `InvalidOwnerTokenAccount`, ...).
 * @example
 * const instructions = await reclaimMilestone(context, { policyPda });
 */
export async function reclaimMilestone(
  context: MilestoneContext,
  args: ReclaimMilestoneArgs,
): Promise<TransactionInstruction[]> {
  const action = args.isAgreed ? "reclaimMilestoneAgreed" : "reclaimMilestone";
  const ending = await prepareEnding(context, action, args, (amount) => amount.muln(0));
  const { snapshot, milestoneIndex, accounts, setup } = ending;
  return [
    ...setup,
    buildInstruction(
      "reclaimMilestone",
      {
        ...accounts,
        owner: snapshot.userPayment.owner,
        recipient: args.isAgreed ? snapshot.policy.recipient : null,
        // Null only for an index that does not exist, which is built with `skipChecks` alone.
        ownerTokenAccount: accounts.ownerTokenAccount ?? snapshot.userPayment.tokenAccount,
      },
      { milestoneIndex },
      context.programId,
    ),
  ];
}
