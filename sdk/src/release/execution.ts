import BN from "bn.js";
import { TOKEN_PROGRAM_ID } from "../tokens/programs";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { FUNDING_KIND_CLOSED, FUNDING_KIND_HELD, MAX_MILESTONES } from "../constants";
import type { MilestoneContext } from "../context";
import { AccountKindError } from "../errors/accounts";
import { InvalidInputError } from "../errors/input";
import { isApprovedBySilence } from "../escrow/deadlines";
import { milestoneStateAt } from "../escrow/milestone-state";
import { divideMilestone } from "../escrow/payout";
import { type MilestoneErrorName, refuse } from "../errors/program";
import { toU8 } from "../input/numbers";
import { buildInstruction } from "../instruction";
import { requiredSigner } from "./condition";
import { createMissing, refuseWrongDestination, refuseWrongKeeperAccount } from "./destinations";
import { keeperReward } from "./fees";
import { type Destination, payingAccount, type ReleaseSnapshot } from "./snapshot";
import { requireReleasable } from "./token-requirements";
import { walletAddress } from "../wallet-address";

export interface ExecutionOptions {
  /** The milestone that is meant. Default: the current one. It is fixed in the instruction: a resend never pays the next. */
  milestoneIndex?: number;
  /**
   * Who signs the release. Default: whom the condition requires, or the wallet when it requires nobody, as after the
   * silent review of a held milestone.
   */
  executor?: PublicKey;
  /** Pays the rent of token accounts that are still missing. Default: the wallet. */
  payer?: PublicKey;
  /** Builds the instructions even when the program is sure to refuse them. Default: false. */
  skipChecks?: boolean;
}

/** One milestone's release, ready to be put into a transaction. */
export interface Execution {
  policy: PublicKey;
  milestoneIndex: number;
  /** Has to sign. */
  executor: PublicKey;
  /** Token accounts that have to be created first. */
  setup: TransactionInstruction[];
  instruction: TransactionInstruction;
  /** Base units that the gateway pays to the keeper's token account; 0 where none is named or nothing is due. */
  keeperReward: BN;
}

/**
 * The release of one milestone from what was read about it; touches no network.
 *
 * Refused here is only what can't get better by waiting: a released milestone, one in mediation, a closed escrow, the
 * wrong executor, a mint or a token account that doesn't fit, the keeper's too where a reward is due. For due date, pause, allowance, balance, acceptance,
 * funding and dispute see `explainRelease`.
 * Throws `MilestoneProgramError` (`origin: "sdk"`), `UnsupportedMintError`, `InvalidInputError`.
 */
export function buildExecution(
  context: MilestoneContext,
  snapshot: ReleaseSnapshot,
  options: ExecutionOptions = {},
): Execution {
  const { policy, userPayment, gateway, escrow } = snapshot;
  const milestone = policy.policyType.milestone;
  const milestoneIndex =
    options.milestoneIndex === undefined
      ? milestone.currentMilestone
      : toU8(options.milestoneIndex, "milestoneIndex");
  const review = reviewOf(snapshot, milestoneIndex);
  const required = review.isSilent
    ? null
    : requiredSigner(milestone.releaseCondition, {
        gatewaySigner: gateway.signer,
        owner: userPayment.owner,
        recipient: policy.recipient,
      });
  const executor = options.executor ?? required?.address ?? walletAddress(context);
  if (!options.skipChecks) {
    refuseWithoutEscrow(snapshot);
    refuseWrongIndex(snapshot, milestoneIndex);
    if (review.isInMediation) {
      throw refuse("MilestoneInMediation", `Mediator: ${escrow!.account.mediator.toBase58()}`);
    }
    if (required && !review.isUnderWay && !executor.equals(required.address)) {
      const party = `${required.role} ${required.address.toBase58()}`;
      throw refuse("InvalidSigner", `Expected: ${party}`, `Got: ${executor.toBase58()}`);
    }
    refuseWrongTokens(snapshot);
  }

  const amount = milestone.milestoneAmounts[milestoneIndex] ?? new BN(0);
  const tokenProgram = snapshot.mint?.tokenProgram ?? TOKEN_PROGRAM_ID;
  const paid: { destination: Destination; error: MilestoneErrorName }[] = [
    { destination: snapshot.recipientDestination, error: "InvalidRecipientTokenAccount" },
  ];
  const { gatewayFee, platformFee, protocolFee } = divideMilestone(amount, amount, {
    gatewayFeeBps: policy.gatewayFeeBps,
    protocolFeeBps: policy.protocolFeeBps,
    platformFeeBps: escrow?.account.platformFeeBps ?? 0,
  });
  // What the owner paid the platform on top goes where the gateway's fee goes.
  const hasGatewayFee = !gatewayFee.add(platformFee).isZero();
  const hasProtocolFee = !protocolFee.isZero();
  if (hasGatewayFee) {
    paid.push({ destination: snapshot.gatewayFeeDestination, error: "InvalidGatewayFeeAccount" });
  }
  if (hasProtocolFee) {
    paid.push({ destination: snapshot.protocolFeeDestination, error: "InvalidProtocolFeeAccount" });
  }
  const { mint } = userPayment;
  const source = payingAccount(snapshot);
  const { keeperAccount } = snapshot;
  const reward = keeperAccount ? keeperReward(gatewayFee, gateway.keeperRewardBps) : new BN(0);
  // Left out where it gets nothing: the account takes room in a transaction.
  const rewarded = reward.isZero() ? undefined : keeperAccount;
  if (!options.skipChecks) {
    for (const { destination, error } of paid) {
      refuseWrongDestination(destination, error, { mint, source });
    }
    if (rewarded) refuseWrongKeeperAccount(rewarded, { mint, source });
  }
  const payer = options.payer ?? walletAddress(context);
  return {
    policy: snapshot.policyAddress,
    milestoneIndex,
    executor,
    setup: createMissing(
      paid.map(({ destination }) => destination),
      payer,
      mint,
      tokenProgram,
    ),
    instruction: buildInstruction(
      "executePayment",
      {
        executor,
        config: snapshot.configAddress,
        gateway: policy.gateway,
        userPayment: policy.userPayment,
        policy: snapshot.policyAddress,
        mint,
        tokenAccount: source,
        recipientTokenAccount: snapshot.recipientDestination.address,
        gatewayFeeAccount: hasGatewayFee ? snapshot.gatewayFeeDestination.address : null,
        protocolFeeAccount: hasProtocolFee ? snapshot.protocolFeeDestination.address : null,
        tokenProgram,
        escrow: escrow?.address,
        keeperTokenAccount: rewarded?.address,
      },
      { milestoneIndex },
      context.programId,
    ),
    keeperReward: reward,
  };
}

/** Where the review of a held milestone stands by the chain's clock. */
function reviewOf(
  { policy, escrow, now }: ReleaseSnapshot,
  index: number,
): { isUnderWay: boolean; isSilent: boolean; isInMediation: boolean } {
  const isCurrent = index === policy.policyType.milestone.currentMilestone;
  const state =
    escrow && isCurrent && index < MAX_MILESTONES
      ? milestoneStateAt(escrow.account, index, now)
      : null;
  return {
    // Waiting alone makes anyone the right executor.
    isUnderWay: state === "submitted",
    isSilent: state === "submitted" && isApprovedBySilence(escrow!.account, index, now),
    isInMediation: state === "mediation",
  };
}

function refuseWithoutEscrow({ policy, escrow, policyAddress }: ReleaseSnapshot): void {
  const address = `Policy: ${policyAddress.toBase58()}`;
  if (policy.fundingKind === FUNDING_KIND_CLOSED) throw refuse("EscrowClosed", address);
  if (policy.fundingKind === FUNDING_KIND_HELD && !escrow) throw refuse("InvalidEscrow", address);
}

function refuseWrongIndex(snapshot: ReleaseSnapshot, milestoneIndex: number): void {
  const { currentMilestone, totalMilestones } = snapshot.policy.policyType.milestone;
  const at = `Milestone ${milestoneIndex}; current is ${currentMilestone} of ${totalMilestones}`;
  if (milestoneIndex < currentMilestone) throw refuse("MilestoneAlreadyReleased", at);
  if (currentMilestone >= totalMilestones) throw refuse("PolicyCompleted", at);
  if (milestoneIndex >= totalMilestones) {
    throw new InvalidInputError({
      field: "milestoneIndex",
      expected: `${currentMilestone} to ${totalMilestones - 1}`,
      received: milestoneIndex,
    });
  }
}

function refuseWrongTokens(snapshot: ReleaseSnapshot): void {
  const { mint, source, userPayment, escrow } = snapshot;
  if (!mint) throw new AccountKindError("mint", userPayment.mint, "it does not exist any more");
  requireReleasable(mint);
  const error = escrow ? "InvalidVault" : "InvalidTokenAccount";
  const owner = escrow ? escrow.address : userPayment.owner;
  if (!source) {
    throw refuse(error, `${payingAccount(snapshot).toBase58()} does not exist any more`);
  }
  if (!source.owner.equals(owner)) {
    throw refuse(error, `Expected owner: ${owner.toBase58()}`, `Got: ${source.owner.toBase58()}`);
  }
}
