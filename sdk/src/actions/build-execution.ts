import type BN from "bn.js";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { TOKEN_PROGRAM_ID } from "../constants";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { createMissing } from "../release/payees";
import { payingAccount } from "../release/receiving";
import type { ReleaseSnapshot } from "../release/snapshot";
import { buildInstruction } from "./build-instruction";
import { chooseExecutor } from "./choose-executor";
import { type ExecutionPayout, payoutOf, refuseWrongAccounts } from "./execution-payout";
import { milestoneIndexOf } from "./held-policy";

/** Choices for a release: the milestone, who signs, and who pays rent. */
export interface ExecutionOptions {
  /** Index of the milestone. Default: the current one. The instruction names it: a resend never pays the next. */
  milestoneIndex?: number;
  /**
   * Executor, who signs the release. Default: the signer that the condition requires, or the wallet when it requires
   * none, as after the silent review of a held milestone.
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
  /** Executor, who has to sign. */
  executor: PublicKey;
  /** Token accounts that have to be created first. */
  setup: TransactionInstruction[];
  /** Instruction that releases it, to be put after `setup`. */
  instruction: TransactionInstruction;
  /** Base units that the gateway pays to the keeper's token account; 0 when none is named or nothing is due. */
  keeperReward: BN;
}

/**
 * Builds the release of one milestone from what was read about it; touches no network.
 *
 * Refuses only what waiting cannot repair: a released milestone, one in mediation, a closed escrow, the wrong executor, an
 * unsupported mint, and a token account that can't receive when another account of the same wallet can. For due date,
 * pause, allowance, balance, acceptance, funding and dispute see `explainRelease`.
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
  const milestoneIndex = milestoneIndexOf(snapshot.policy, options.milestoneIndex);
  const executor = chooseExecutor(context, snapshot, milestoneIndex, options);
  const payout = payoutOf(snapshot, milestoneIndex);
  if (!options.skipChecks) refuseWrongAccounts(snapshot, payout);
  return {
    policy: snapshot.policyAddress,
    milestoneIndex,
    executor,
    setup: buildSetup(context, snapshot, payout, options.payer),
    instruction: buildRelease(context, snapshot, { executor, milestoneIndex, payout }),
    keeperReward: payout.reward,
  };
}

/** Builds the creation of the payees' missing associated token accounts; empty without the mint. */
function buildSetup(
  context: MilestoneContext,
  { mint }: ReleaseSnapshot,
  { payees }: ExecutionPayout,
  payer: PublicKey | undefined,
): TransactionInstruction[] {
  if (!mint) return [];
  const destinations = payees.map(({ destination }) => destination);
  return createMissing(
    destinations,
    payer ?? walletAddress(context),
    mint.address,
    mint.tokenProgram,
  );
}

/** Builds `execute_payment` from the chosen executor, milestone and payout. */
function buildRelease(
  { programId }: MilestoneContext,
  snapshot: ReleaseSnapshot,
  chosen: { executor: PublicKey; milestoneIndex: number; payout: ExecutionPayout },
): TransactionInstruction {
  const { policy, userPayment, escrow } = snapshot;
  const { executor, milestoneIndex, payout } = chosen;
  return buildInstruction(
    "executePayment",
    {
      executor,
      config: snapshot.configAddress,
      gateway: policy.gateway,
      userPayment: policy.userPayment,
      policy: snapshot.policyAddress,
      mint: userPayment.mint,
      tokenAccount: payingAccount(snapshot),
      recipientTokenAccount: snapshot.recipientDestination.address,
      gatewayFeeAccount: payout.hasGatewayFee ? snapshot.gatewayFeeDestination.address : null,
      protocolFeeAccount: payout.hasProtocolFee ? snapshot.protocolFeeDestination.address : null,
      tokenProgram: snapshot.mint?.tokenProgram ?? TOKEN_PROGRAM_ID,
      escrow: escrow?.address,
      keeperTokenAccount: payout.keeper?.address,
    },
    { milestoneIndex },
    programId,
  );
}
