/** Prepares the creation of a policy: reads what it depends on, chooses the policy's id, builds the instructions. */
import BN from "bn.js";
import { type PublicKey, SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import { readContext } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context/context";
import { toU64 } from "../input/numbers";
import { getPaymentPolicyPda } from "../pdas";
import { refuseUnapprovable } from "../tokens/approvable";
import { buildInstruction } from "./build-instruction";
import type { CreateMilestoneArgs, PreparedMilestone } from "./milestone-args";
import { balanceWarnings, type MilestoneWarning, slowOwnerWarnings } from "./milestone-warnings";
import { type OwnerTokenAccount, prepareOwnerTokenAccount } from "./owner-token-account";
import { type CreationState, readCreation, recentSlot } from "./read-creation";

/** State after the earlier creations of a list have landed. */
export interface EarlierCreation {
  nextPolicyId: number;
  /** Base units that all policies may pull after them. */
  committed: BN;
}

/**
 * Prepares a policy. Checks `mediator` as well when it is given, for an escrow that the same transaction opens.
 * Throws what `createMilestone` throws.
 */
export async function prepareCreation(
  latest: MilestoneContext,
  args: CreateMilestoneArgs,
  mediator?: PublicKey,
  earlier?: EarlierCreation,
): Promise<PreparedMilestone & { committed: BN }> {
  const context = readContext(latest, args);
  const state = await readCreation(context, args, mediator);
  const { input, userPaymentAddress, mint } = state;
  const source = await readSource(context, state, args, earlier);
  const policyId = await choosePolicyId(context, state, earlier);
  const [policy] = getPaymentPolicyPda(userPaymentAddress, policyId, context.programId);
  const committed = committedAfter(state, earlier);
  if (!args.skipChecks) toU64(committed, "sum of what all policies on this mint may pull");
  const balance = source.state?.amount ?? 0n;
  const warnings = warningsOf(state, { balance, committed: BigInt(committed.toString()) });
  warnings.forEach((warning) => args.onWarning?.(warning));
  const creation = buildCreation(context, state, source, { policy, policyId, args });
  return {
    // The first creation of a list contains the missing set-up for all of them.
    instructions: earlier ? creation.slice(-1) : creation,
    policy,
    policyId,
    userPayment: userPaymentAddress,
    tokenAccount: source.address,
    tokenProgram: mint.tokenProgram,
    balance,
    escrowAmount: input.schedule.escrowAmount,
    warnings,
    committed,
  };
}

/** Reads the account that payments are pulled from, and checks that the program can become its delegate. */
async function readSource(
  context: MilestoneContext,
  { input, userPayment, userPaymentAddress, mint }: CreationState,
  args: CreateMilestoneArgs,
  earlier: EarlierCreation | undefined,
): Promise<OwnerTokenAccount> {
  const { owner, payer } = input;
  const source = await prepareOwnerTokenAccount(context, {
    owner,
    payer,
    mint,
    tokenAccount: userPayment?.tokenAccount ?? input.tokenAccount,
    skipChecks: args.skipChecks,
  });
  if (source.state && !args.skipChecks && !earlier) {
    const expected = { owner, mint: mint.address, userPayment: userPaymentAddress };
    refuseUnapprovable(source.state, expected, args.replaceDelegate ?? false);
  }
  return source;
}

async function choosePolicyId(
  context: MilestoneContext,
  { input, userPayment }: CreationState,
  earlier: EarlierCreation | undefined,
): Promise<number> {
  const known = earlier?.nextPolicyId ?? input.policyId ?? userPayment?.nextPolicyId;
  return known ?? recentSlot(context);
}

/** Returns the base units that all policies may pull once this one exists. */
function committedAfter(
  { input, userPayment }: CreationState,
  earlier: EarlierCreation | undefined,
): BN {
  const before = earlier?.committed ?? userPayment?.committed ?? new BN(0);
  return before.add(input.schedule.escrowAmount);
}

function warningsOf(
  { input, userPayment, warnings }: CreationState,
  funds: { balance: bigint; committed: bigint },
): MilestoneWarning[] {
  return [
    ...balanceWarnings(funds),
    ...slowOwnerWarnings(input.owner, !userPayment, funds),
    ...warnings.map((warning) => ({ ...warning, ...funds })),
  ];
}

/** Builds the missing set-up, then the policy. */
function buildCreation(
  { programId }: MilestoneContext,
  state: CreationState,
  source: OwnerTokenAccount,
  made: { policy: PublicKey; policyId: number; args: CreateMilestoneArgs },
): TransactionInstruction[] {
  const { owner, payer, gateway, recipient, schedule, memo } = state.input;
  const shared = {
    payer,
    owner,
    userPayment: state.userPaymentAddress,
    mint: state.mint.address,
    tokenAccount: source.address,
    tokenProgram: state.mint.tokenProgram,
    systemProgram: SystemProgram.programId,
  };
  const creation = buildInstruction(
    "createMilestonePolicy",
    { ...shared, config: state.config, gateway, policy: made.policy, recipient },
    {
      milestoneAmounts: schedule.milestoneAmounts,
      milestoneTimestamps: schedule.milestoneTimestamps,
      totalMilestones: schedule.totalMilestones,
      releaseCondition: schedule.releaseCondition,
      memo,
      replaceDelegate: made.args.replaceDelegate ?? false,
      maxGatewayFeeBps: state.maxGatewayFeeBps,
      maxProtocolFeeBps: state.maxProtocolFeeBps,
    },
    programId,
  );
  if (state.userPayment) return [...source.setup, creation];
  const opening = { firstPolicyId: made.policyId };
  return [
    ...source.setup,
    buildInstruction("createUserPayment", shared, opening, programId),
    creation,
  ];
}
