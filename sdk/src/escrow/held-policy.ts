/** What the escrow's actions read about a policy, and which of their mistakes show before anything is sent. */
import type { Buffer } from "buffer";
import type BN from "bn.js";
import { type AccountInfo, type PublicKey, SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import { decodeAccount } from "../accounts/decode";
import { fetchAccount, fetchAccountInfos } from "../accounts/fetch";
import { FUNDING_KIND_CLOSED } from "../constants";
import type { MilestoneContext } from "../context";
import { AccountNotFoundError } from "../errors/accounts";
import { type MilestoneErrorName, refuse } from "../errors/program";
import { toAddress } from "../input/address";
import { toU8 } from "../input/numbers";
import { getEscrowPda } from "../pdas";
import { parseClock } from "../release/clock";
import type { Escrow, PaymentPolicy, UserPayment } from "../types";
import { decideAction } from "./deadlines";
import { milestoneStateAt } from "./milestone-state";
import type { EscrowAction } from "./transitions";
import { startOperation } from "../rpc/seen-slots";

/** What every action on a held policy takes. */
export interface HeldPolicyArgs {
  /** Address of the held policy; its escrow and vault follow from it. */
  policyPda: PublicKey;
  /** Builds the instructions even when the program is sure to refuse them as things stand. Default: false. */
  skipChecks?: boolean;
}

/** What every action on one milestone of it takes. */
export interface HeldMilestoneArgs extends HeldPolicyArgs {
  /** The milestone that is meant. Default: the current one as it is read. A resend never meets the next. */
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

/** Reads a policy and its escrow in two rounds. Throws `AccountNotFoundError`, `AccountKindError`, `InvalidInputError`. */
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

/** Null where there is no escrow: SOL that somebody sent to the address makes none. */
function decodeEscrow(
  { programId }: MilestoneContext,
  address: PublicKey,
  info: AccountInfo<Buffer> | null | undefined,
): Escrow | null {
  return info?.owner.equals(programId) ? decodeAccount("escrow", address, info, programId) : null;
}

/** Throws `MilestoneProgramError` (`EscrowClosed`, `InvalidEscrow`) where the policy has no escrow. */
export function requireEscrow<T>(policy: PaymentPolicy, escrow: T | null | undefined): T {
  if (escrow) return escrow;
  if (policy.fundingKind === FUNDING_KIND_CLOSED) throw refuse("EscrowClosed");
  throw refuse("InvalidEscrow", "The policy is delegated: nothing of it is held");
}

/** The milestone that is meant. Throws `InvalidInputError`. */
export function milestoneIndexOf(policy: PaymentPolicy, given: number | undefined): number {
  return given === undefined
    ? policy.policyType.milestone.currentMilestone
    : toU8(given, "milestoneIndex");
}

/** Errors that waiting alone mends: the instructions may be built ahead of time, and `nextActions` says when they go. */
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
