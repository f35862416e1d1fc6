/** Simulates on the RPC what a keeper would execute now. Nothing is signed, sent or taken from the queue. */
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
import type { Database } from "@milepost/database";
import { UNFETCHED_SECONDS } from "../queue/lease-rows";
import { due, type DuePolicy } from "../store/due";
import type { KeeperAction } from "../store/policy-plan";

/** Options of `rehearse`. */
export interface RehearsalQuery {
  /** Database of the keeper; it is only read. */
  database: Database;
  /** Context of the SDK; its wallet stands for the fee payer, and signs nothing. */
  context: MilestoneContext;
  /** Public keys of the gateway signers that the keeper has. The release rule is not asked. */
  gatewaySigners: readonly PublicKey[];
  /** Wallet whose associated token accounts claim rewards. Default: none; no reward is claimed. */
  rewardOwner?: PublicKey;
  /** Time of the chain, in Unix seconds; policies due by it are simulated. */
  chainNow: bigint;
  /** Limit of policies, by turn. Default: 100. */
  limit?: number;
}

/** One due policy, with the result of its simulation. */
export interface Rehearsed {
  /** Address of the policy, base58. */
  policy: string;
  /** Index of the milestone, from 0. */
  milestoneIndex: number;
  /** Action that the keeper would take. */
  action: KeeperAction;
  /** Due time, in Unix seconds by the chain's clock. */
  dueAt: bigint;
  /** True when the simulation succeeded. */
  wouldLand: boolean;
  /** Name of the error, or its message; empty when the action would land. */
  reason: string;
  /** Compute units of the simulation; null when it failed or the RPC did not return them. */
  computeUnits: number | null;
  /** True when the release rule must approve before the gateway's key signs. */
  asksRule: boolean;
}

/** Result of `rehearse`. */
export interface Rehearsal {
  /** Policies that are due, in the order of their turn. */
  policies: Rehearsed[];
  /** Number of transactions for the actions that would land, without lookup tables. */
  transactions: number;
}

/** Plans the due policies and simulates each by itself. */
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
