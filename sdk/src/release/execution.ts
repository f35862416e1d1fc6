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
import { refuse } from "../errors/program";
import { toU8 } from "../input/numbers";
import { buildInstruction } from "../instruction";
import { requiredSigner } from "./condition";
import { payingAccount, receivingOf } from "./destination";
import { createMissing, type Payee, refusePayees, refuseWrongKeeperAccount } from "./destinations";
import { keeperReward } from "./fees";
import type { KeeperAccount } from "./keeper-account";
import type { ReleaseSnapshot } from "./snapshot";
import { requireReleasable } from "./token-requirements";
import { walletAddress } from "../wallet-address";

/** Choices for a release: the milestone, who signs, and who pays rent. */
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
  /** Address of the policy. */
  policy: PublicKey;
  /** Index of the milestone that is released, 0 to 3. */
  milestoneIndex: number;
  /** Has to sign. */
  executor: PublicKey;
  /** Token accounts that have to be created first. */
  setup: TransactionInstruction[];
  /** Instruction that releases it, to be put after `setup`. */
  instruction: TransactionInstruction;
  /** Base units that the gateway pays to the keeper's token account; 0 where none is named or nothing is due. */
  keeperReward: BN;
}

/**
 * Builds the release of one milestone from what was read about it; touches no network.
 *
 * Refused here is only what can't get better by waiting: a released milestone, one in mediation, a closed escrow, the
 * wrong executor, a mint that doesn't fit, and a token account that can't receive, where another account of the same
 * wallet can. For due date, pause, allowance, balance, acceptance, funding and dispute see `explainRelease`.
 * Throws `MilestoneProgramError` (`origin: "sdk"`), `TransferRefusedError`, `UnsupportedMintError`, `InvalidInputError`.
 * @example
 * import { buildExecution, createContext, loadReleaseSnapshots } from "@milepost/sdk";
 *
 * const context = createContext(connection, wallet);
 * const [snapshot] = await loadReleaseSnapshots(context, [policyPda], { findsAlternatives: true });
 * const { setup, instruction } = buildExecution(context, snapshot);
 */
export function buildExecution(
  context: MilestoneContext,
  snapshot: ReleaseSnapshot,
  options: ExecutionOptions = {},
): Execution {
  const { policy, userPayment, escrow } = snapshot;
  const milestoneIndex =
    options.milestoneIndex === undefined
      ? policy.policyType.milestone.currentMilestone
      : toU8(options.milestoneIndex, "milestoneIndex");
  const executor = executorOf(context, snapshot, milestoneIndex, options);
  const payout = payoutOf(snapshot, milestoneIndex);
  const { mint } = userPayment;
  if (!options.skipChecks) {
    refuseWrongTokens(snapshot);
    refusePayees(payout.payees, receivingOf(snapshot));
    if (payout.keeper) refuseWrongKeeperAccount(payout.keeper, receivingOf(snapshot));
  }
  const tokenProgram = snapshot.mint?.tokenProgram ?? TOKEN_PROGRAM_ID;
  const { gatewayFeeDestination, protocolFeeDestination, recipientDestination } = snapshot;
  return {
    policy: snapshot.policyAddress,
    milestoneIndex,
    executor,
    setup: snapshot.mint
      ? createMissing(
          payout.payees.map(({ destination }) => destination),
          options.payer ?? walletAddress(context),
          mint,
          tokenProgram,
        )
      : [],
    instruction: buildInstruction(
      "executePayment",
      {
        executor,
        config: snapshot.configAddress,
        gateway: policy.gateway,
        userPayment: policy.userPayment,
        policy: snapshot.policyAddress,
        mint,
        tokenAccount: payingAccount(snapshot),
        recipientTokenAccount: recipientDestination.address,
        gatewayFeeAccount: payout.hasGatewayFee ? gatewayFeeDestination.address : null,
        protocolFeeAccount: payout.hasProtocolFee ? protocolFeeDestination.address : null,
        tokenProgram,
        escrow: escrow?.address,
        keeperTokenAccount: payout.keeper?.address,
      },
      { milestoneIndex },
      context.programId,
    ),
    keeperReward: payout.reward,
  };
}

/** Who signs. Throws unless `skipChecks` when the milestone is not to be executed at all, or not by them. */
function executorOf(
  context: MilestoneContext,
  snapshot: ReleaseSnapshot,
  milestoneIndex: number,
  options: ExecutionOptions,
): PublicKey {
  const { policy, userPayment, gateway, escrow } = snapshot;
  const review = reviewOf(snapshot, milestoneIndex);
  const required = review.isSilent
    ? null
    : requiredSigner(policy.policyType.milestone.releaseCondition, {
        gatewaySigner: gateway.signer,
        owner: userPayment.owner,
        recipient: policy.recipient,
      });
  const executor = options.executor ?? required?.address ?? walletAddress(context);
  if (options.skipChecks) return executor;
  refuseWithoutEscrow(snapshot);
  refuseWrongIndex(snapshot, milestoneIndex);
  if (review.isInMediation) {
    throw refuse("MilestoneInMediation", `Mediator: ${escrow!.account.mediator.toBase58()}`);
  }
  if (required && !review.isUnderWay && !executor.equals(required.address)) {
    const party = `${required.role} ${required.address.toBase58()}`;
    throw refuse("InvalidSigner", `Expected: ${party}`, `Got: ${executor.toBase58()}`);
  }
  return executor;
}

interface ExecutionPayout {
  payees: Payee[];
  hasGatewayFee: boolean;
  hasProtocolFee: boolean;
  /** Null where it gets nothing: the account takes room in a transaction. */
  keeper: KeeperAccount | null;
  reward: BN;
}

/** Who gets something. */
function payoutOf(snapshot: ReleaseSnapshot, milestoneIndex: number): ExecutionPayout {
  const { policy, gateway, escrow, keeperAccount } = snapshot;
  const amount = policy.policyType.milestone.milestoneAmounts[milestoneIndex] ?? new BN(0);
  const { gatewayFee, platformFee, protocolFee } = divideMilestone(amount, amount, {
    gatewayFeeBps: policy.gatewayFeeBps,
    protocolFeeBps: policy.protocolFeeBps,
    platformFeeBps: escrow?.account.platformFeeBps ?? 0,
  });
  // What the owner paid the platform on top goes where the gateway's fee goes.
  const hasGatewayFee = !gatewayFee.add(platformFee).isZero();
  const hasProtocolFee = !protocolFee.isZero();
  const payees: Payee[] = [
    {
      destination: snapshot.recipientDestination,
      error: "InvalidRecipientTokenAccount",
      option: "recipientTokenAccount",
    },
  ];
  if (hasGatewayFee) {
    payees.push({
      destination: snapshot.gatewayFeeDestination,
      error: "InvalidGatewayFeeAccount",
      option: "gatewayFeeAccount",
    });
  }
  if (hasProtocolFee) {
    payees.push({
      destination: snapshot.protocolFeeDestination,
      error: "InvalidProtocolFeeAccount",
      option: "protocolFeeAccount",
    });
  }
  const reward = keeperAccount ? keeperReward(gatewayFee, gateway.keeperRewardBps) : new BN(0);
  const keeper = keeperAccount && !reward.isZero() ? keeperAccount : null;
  return { payees, hasGatewayFee, hasProtocolFee, keeper, reward };
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
  const address = payingAccount(snapshot);
  const owner = escrow ? escrow.address : userPayment.owner;
  const differ = (what: string, expected: PublicKey, got: PublicKey) =>
    refuse(error, `Expected ${what}: ${expected.toBase58()}`, `Got: ${got.toBase58()}`);
  if (!source) throw refuse(error, `${address.toBase58()} does not exist any more`);
  const { tokenProgram } = mint;
  if (!source.tokenProgram.equals(tokenProgram)) {
    throw differ("token program", tokenProgram, source.tokenProgram);
  }
  if (!source.owner.equals(owner)) throw differ("owner", owner, source.owner);
  if (!source.mint.equals(mint.address)) throw differ("mint", mint.address, source.mint);
}
