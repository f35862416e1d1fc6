/** Reads what the escrow's actions need, and refuses their mistakes before anything is sent. */
import type { Buffer } from "buffer";
import type BN from "bn.js";
import { type AccountInfo, type PublicKey, SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import { parseClock } from "../accounts/chain-time";
import { decodeAccount } from "../accounts/decode";
import { fetchAccount } from "../accounts/fetch";
import { fetchAccountInfos } from "../accounts/read-accounts";
import { FUNDING_KIND_CLOSED } from "../constants";
import type { MilestoneContext } from "../context/context";
import { AccountNotFoundError } from "../errors/accounts";
import { type MilestoneErrorName, refuse } from "../errors/program";
import { toAddress } from "../input/address";
import { toU8 } from "../input/numbers";
import { getEscrowPda } from "../pdas";
import { startOperation } from "../rpc/seen-slots";
import { decideAction } from "../rules/escrow-timing";
import { milestoneStateAt } from "../rules/milestone-state";
import type { EscrowAction } from "../rules/transitions";
import type { Escrow, PaymentPolicy, UserPayment } from "../types";

/** Arguments of every action on a held policy. */
export interface HeldPolicyArgs {
  /** Address of the held policy; its escrow and vault follow from it. */
  policyPda: PublicKey;
  /** Builds the instructions even when the program is sure to refuse them as things stand. Default: false. */
  skipChecks?: boolean;
}

/** Arguments of every action on one milestone of a held policy. */
export interface HeldMilestoneArgs extends HeldPolicyArgs {
  /** Index of the milestone. Default: the current one. The instruction names it: a resend never affects the next. */
  milestoneIndex?: number;
}

/** A policy with its parties and its escrow, read at one commitment. */
export interface HeldPolicy {
  policyAddress: PublicKey;
  policy: PaymentPolicy;
  userPayment: UserPayment;
  escrowAddress: PublicKey;
  /** Null for a delegated policy, and once it is closed. */
  escrow: Escrow | null;
  /** Unix seconds by the chain's clock. */
  now: BN;
}

/**
 * Reads a policy and its escrow in two rounds. Throws `AccountNotFoundError`, `AccountKindError`,
 * `InvalidInputError`.
 */
export async function loadHeldPolicy(
  latest: MilestoneContext,
  policyPda: PublicKey,
): Promise<HeldPolicy> {
  const context = startOperation(latest);
  const policyAddress = toAddress(policyPda, "policyPda");
  const [escrowAddress] = getEscrowPda(policyAddress, context.programId);
  const [policyInfo, escrowInfo, clock] = await fetchAccountInfos(context, [
    policyAddress,
    escrowAddress,
    SYSVAR_CLOCK_PUBKEY,
  ]);
  if (!policyInfo) throw new AccountNotFoundError("PaymentPolicy", policyAddress);
  const policy = decodeAccount("paymentPolicy", policyAddress, policyInfo, context.programId);
  return {
    policyAddress,
    policy,
    userPayment: await fetchAccount(context, "userPayment", policy.userPayment),
    escrowAddress,
    escrow: decodeEscrow(context, escrowAddress, escrowInfo),
    now: parseClock(clock),
  };
}

/** Returns null when there is no escrow. SOL sent to the address does not create one. */
function decodeEscrow(
  { programId }: MilestoneContext,
  address: PublicKey,
  info: AccountInfo<Buffer> | null | undefined,
): Escrow | null {
  return info?.owner.equals(programId) ? decodeAccount("escrow", address, info, programId) : null;
}

/** Throws `MilestoneProgramError` (`EscrowClosed`, `InvalidEscrow`) when the policy has no escrow. */
export function requireEscrow<T>(policy: PaymentPolicy, escrow: T | null | undefined): T {
  if (escrow) return escrow;
  if (policy.fundingKind === FUNDING_KIND_CLOSED) throw refuse("EscrowClosed");
  throw refuse("InvalidEscrow", "The policy is delegated: nothing of it is held");
}

/** Returns the given index, by default the current milestone's. Throws `InvalidInputError`. */
export function milestoneIndexOf(policy: PaymentPolicy, given: number | undefined): number {
  return given === undefined
    ? policy.policyType.milestone.currentMilestone
    : toU8(given, "milestoneIndex");
}

/** Errors that end by waiting: the instructions may be built ahead of time, and `nextActions` says when they succeed. */
const MENDED_BY_TIME: ReadonlySet<MilestoneErrorName> = new Set<MilestoneErrorName>([
  "PaymentNotDue",
  "MediationNotStarted",
  "MediationNotTimedOut",
  "DeliveryNotOverdue",
]);

/** Throws `MilestoneProgramError` when index, acceptance, state or a deadline that has passed rule the action out. */
export function refuseAction(
  action: EscrowAction,
  { policy, escrow, now }: { policy: PaymentPolicy; escrow: Escrow; now: BN },
  index: number,
): void {
  const { milestone } = policy.policyType;
  const { error } = decideAction(action, milestone, escrow, index, now);
  if (!error || MENDED_BY_TIME.has(error)) return;
  const { currentMilestone, totalMilestones } = milestone;
  const at = `Milestone ${index}; current is ${currentMilestone} of ${totalMilestones}`;
  const state = index < totalMilestones ? `, ${milestoneStateAt(escrow, index, now)}` : "";
  throw refuse(error, at + state);
}
