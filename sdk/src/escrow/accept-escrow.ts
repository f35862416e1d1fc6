import type { TransactionInstruction } from "@solana/web3.js";
import type { MilestoneContext } from "../context";
import { refuse } from "../errors/program";
import { buildInstruction } from "../instruction";
import { type HeldPolicyArgs, loadHeldPolicy, requireEscrow } from "./held-policy";

/**
 * The recipient's signature on the terms of an escrow; look at them first: `getEscrow`. Before it nothing can be
 * submitted or paid, and the owner can take everything back. The policy's recipient signs.
 * Throws `AccountNotFoundError`, `AccountKindError`, `InvalidInputError`, `MilestoneProgramError` (`InvalidEscrow`,
 * `EscrowClosed`, `EscrowAlreadyAccepted`).
 * @example
 * const { mediator, reviewPeriodSecs } = await getEscrow(context, policyPda);
 * const instructions = await acceptEscrow(context, { policyPda });
 */
export async function acceptEscrow(
  context: MilestoneContext,
  args: HeldPolicyArgs,
): Promise<TransactionInstruction[]> {
  const { policy, policyAddress, escrow, escrowAddress } = await loadHeldPolicy(
    context,
    args.policyPda,
  );
  if (!args.skipChecks && !requireEscrow(policy, escrow).acceptedAt.isZero()) {
    throw refuse("EscrowAlreadyAccepted");
  }
  return [
    buildInstruction(
      "acceptEscrow",
      { recipient: policy.recipient, policy: policyAddress, escrow: escrowAddress },
      {},
      context.programId,
    ),
  ];
}
