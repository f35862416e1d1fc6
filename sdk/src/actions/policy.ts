import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { fetchAccount } from "../accounts/fetch";
import { fetchAccountInfos } from "../accounts/read-accounts";
import { FUNDING_KIND_CLOSED, FUNDING_KIND_HELD } from "../constants";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { MilepostErrorCode } from "../errors/codes";
import { InvalidInputError } from "../errors/input";
import { refuse } from "../errors/program";
import { toAddress } from "../input/address";
import { type IntegerInput, toU32 } from "../input/numbers";
import { getPaymentPolicyPda, getUserPaymentPda } from "../pdas";
import type { PaymentStatus } from "../types";
import { buildInstruction } from "./build-instruction";
import { tokenProgramOf } from "./user-payment";

/** Arguments that name a policy by its owner, mint and id. */
export interface PolicyArgs {
  /** Mint that the policy pays in. */
  tokenMint: PublicKey;
  /** Id of the policy, `PaymentPolicy.policyId`: an unsigned 32-bit integer. */
  policyId: IntegerInput;
  /** Signs. Default: the wallet. */
  owner?: PublicKey;
  /** Builds the instruction even when the program is sure to refuse it. Default: false. */
  skipChecks?: boolean;
}

/** Status for `changePaymentPolicyStatus`, as Anchor spells an enum. */
export type PaymentStatusInput =
  | {
      /** Variant that resumes the policy; its value is ignored. */
      active: object;
    }
  | {
      /** Variant that pauses the policy; its value is ignored. */
      paused: object;
    };

/**
 * Pauses or resumes a delegated policy. The owner signs. A completed policy can't be resumed. A held policy can't be
 * paused, because its recipient relies on it.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `MilestoneProgramError` (`PolicyHasEscrow`, `EscrowClosed`,
 * `PolicyCompleted`).
 * @example
 * const instructions = await changePaymentPolicyStatus(context, { tokenMint, policyId, status: { paused: {} } });
 */
export async function changePaymentPolicyStatus(
  context: MilestoneContext,
  args: PolicyArgs & { status: PaymentStatusInput },
): Promise<TransactionInstruction[]> {
  const status = toPaymentStatus(args.status);
  const { owner, userPayment, policy } = policyAddresses(context, args);
  const { policyType, fundingKind } = await fetchAccount(context, "paymentPolicy", policy);
  const { currentMilestone, totalMilestones } = policyType.milestone;
  if (!args.skipChecks) {
    if (fundingKind === FUNDING_KIND_HELD) throw refuse("PolicyHasEscrow");
    if (fundingKind === FUNDING_KIND_CLOSED) throw refuse("EscrowClosed");
    if (currentMilestone >= totalMilestones) throw refuse("PolicyCompleted");
  }
  return [
    buildInstruction(
      "changePaymentPolicyStatus",
      { owner, userPayment, policy },
      { status },
      context.programId,
    ),
  ];
}

/**
 * Deletes a policy in any state, lowers the delegation to what the owner's other policies need, and returns the rent to
 * the account that paid it. Close a held policy's escrow first: `closeEscrow`. The owner signs.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `MilestoneProgramError` (`PolicyHasEscrow`).
 * @example
 * const instructions = await deletePaymentPolicy(context, { tokenMint, policyId });
 */
export async function deletePaymentPolicy(
  context: MilestoneContext,
  args: PolicyArgs,
): Promise<TransactionInstruction[]> {
  const { owner, userPayment, policy } = policyAddresses(context, args);
  const [{ gateway, rentPayer, fundingKind }, { tokenAccount, mint }] = await Promise.all([
    fetchAccount(context, "paymentPolicy", policy),
    fetchAccount(context, "userPayment", userPayment),
  ]);
  if (fundingKind === FUNDING_KIND_HELD && !args.skipChecks) throw refuse("PolicyHasEscrow");
  const [tokenInfo, mintInfo] = await fetchAccountInfos(context, [tokenAccount, mint]);
  const tokenProgram = tokenProgramOf(tokenInfo?.owner, mintInfo?.owner);
  return [
    buildInstruction(
      "deletePaymentPolicy",
      { owner, gateway, userPayment, policy, tokenAccount, tokenProgram, rentPayer },
      {},
      context.programId,
    ),
  ];
}

function policyAddresses(context: MilestoneContext, args: PolicyArgs) {
  const owner = toAddress(args.owner ?? walletAddress(context), "owner");
  const mint = toAddress(args.tokenMint, "tokenMint");
  const [userPayment] = getUserPaymentPda(owner, mint, context.programId);
  const policyId = toU32(args.policyId, "policyId");
  const [policy] = getPaymentPolicyPda(userPayment, policyId, context.programId);
  return { owner, userPayment, policy };
}

function toPaymentStatus(status: PaymentStatusInput): PaymentStatus {
  const keys = typeof status === "object" && status !== null ? Object.keys(status) : [];
  if (keys.length === 1 && keys[0] === "active") return { active: {} };
  if (keys.length === 1 && keys[0] === "paused") return { paused: {} };
  throw new InvalidInputError({
    field: "status",
    expected: "{ active: {} } or { paused: {} }",
    received: status,
    code: MilepostErrorCode.InputStatus,
  });
}
