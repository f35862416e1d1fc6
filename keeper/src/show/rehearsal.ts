/** What a keeper would do now, tried on the RPC without a signature: nothing is signed, sent or taken from the queue. */
import {
  PublicKey,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import {
  buildExecution,
  decideRelease,
  type Execution,
  expireMediation,
  groupExecutions,
  loadReleaseSnapshots,
  MilepostError,
  MilestoneProgramError,
  type MilestoneContext,
  parseTransactionError,
} from "@milepost/sdk";
import { UNFETCHED_SECONDS } from "../queue/leases";
import { due, type DuePolicy } from "../store/due";
import type { Database, KeeperAction } from "../types";

export interface RehearsalQuery {
  database: Database;
  /** Its wallet is the fee payer. */
  context: MilestoneContext;
  /** Whose keys the keeper has; what needs one of them is not simulated without asking the release rule. */
  gatewaySigners: readonly PublicKey[];
  /** Whose associated token accounts claim rewards. */
  rewardOwner?: PublicKey;
  chainNow: bigint;
  /** Default: 100. */
  limit?: number;
}

export interface Rehearsed {
  policy: string;
  milestoneIndex: number;
  action: KeeperAction;
  dueAt: bigint;
  /** Whether the simulation went through. */
  wouldLand: boolean;
  /** An SDK error's name or a message; empty when it would land. */
  reason: string;
  /** Compute units of the simulation. */
  computeUnits: number | null;
  /** Whose signature it needs beside the fee payer's, after the release rule said yes. */
  asksRule: boolean;
}

export interface Rehearsal {
  policies: Rehearsed[];
  /** How many transactions the executions that would land fit into, without a lookup table. */
  transactions: number;
}

/** Plans what is due and simulates each by itself. */
export async function rehearse(query: RehearsalQuery): Promise<Rehearsal> {
  const { database, chainNow, limit = 100 } = query;
  const policies: Rehearsed[] = [];
  const executions: Execution[] = [];
  let mediations = 0;
  for (const item of await due(database, chainNow, limit, UNFETCHED_SECONDS)) {
    const { rehearsed, execution } = await rehearseOne(query, item);
    policies.push(rehearsed);
    if (!rehearsed.wouldLand) continue;
    if (execution) executions.push(execution);
    else mediations += 1;
  }
  const groups = groupExecutions(executions, { payer: query.context.wallet.publicKey });
  return { policies, transactions: groups.length + mediations };
}

async function rehearseOne(
  query: RehearsalQuery,
  item: DuePolicy,
): Promise<{ rehearsed: Rehearsed; execution: Execution | null }> {
  const { policy, milestoneIndex, action, dueAt } = item;
  const base = { policy, milestoneIndex, action, dueAt };
  try {
    const plan = await prepare(query, item);
    const computeUnits = await simulate(query.context, plan.instructions);
    const { asksRule } = plan;
    const rehearsed = { ...base, wouldLand: true, reason: "", computeUnits, asksRule };
    return { rehearsed, execution: plan.execution };
  } catch (error) {
    const reason = reasonOf(error);
    const rehearsed = { ...base, wouldLand: false, reason, computeUnits: null, asksRule: false };
    return { rehearsed, execution: null };
  }
}

async function prepare(
  { context, gatewaySigners, rewardOwner }: RehearsalQuery,
  { policy, milestoneIndex, action }: DuePolicy,
): Promise<{
  instructions: TransactionInstruction[];
  execution: Execution | null;
  asksRule: boolean;
}> {
  const policyPda = new PublicKey(policy);
  if (action === "expireMediation") {
    const instructions = await expireMediation(context, { policyPda, milestoneIndex });
    return { instructions, execution: null, asksRule: false };
  }
  const [snapshot] = await loadReleaseSnapshots(context, [policyPda], {
    keeperOwner: rewardOwner,
  });
  const signers = [context.wallet.publicKey, ...gatewaySigners];
  const { requirements, requiredSigner } = decideRelease(snapshot!, { signers });
  const unmet = requirements.find(({ isMet }) => !isMet);
  if (unmet) throw new UnmetError(unmet.foreignError ?? unmet.error ?? unmet.name);
  const execution = buildExecution(context, snapshot!, { milestoneIndex });
  return {
    instructions: [...execution.setup, execution.instruction],
    execution,
    asksRule: requiredSigner !== null && !requiredSigner.address.equals(context.wallet.publicKey),
  };
}

class UnmetError extends Error {}

async function simulate(
  context: MilestoneContext,
  instructions: readonly TransactionInstruction[],
): Promise<number | null> {
  const message = new TransactionMessage({
    payerKey: context.wallet.publicKey,
    recentBlockhash: PublicKey.default.toBase58(),
    instructions: [...instructions],
  }).compileToV0Message();
  const { value } = await context.connection.simulateTransaction(
    new VersionedTransaction(message),
    { sigVerify: false, replaceRecentBlockhash: true, commitment: context.commitment },
  );
  if (value.err) {
    throw (
      parseTransactionError(value.err, {
        logs: value.logs,
        instructionPrograms: instructions.map(({ programId }) => programId),
        programId: context.programId,
      }) ?? new UnmetError(JSON.stringify(value.err))
    );
  }
  return value.unitsConsumed ?? null;
}

function reasonOf(error: unknown): string {
  if (error instanceof MilestoneProgramError) return error.programErrorName;
  if (error instanceof MilepostError) return error.shortMessage;
  return error instanceof Error ? error.message : String(error);
}
