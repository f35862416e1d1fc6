import type { TransactionInstruction } from "@solana/web3.js";
import type { MilestoneContext } from "../context";
import type { CreateMilestoneArgs, PreparedMilestone } from "./milestone-args";
import { prepareCreation } from "./prepare-milestone";

export type {
  CreateMilestoneArgs,
  CreateMilestoneOptions,
  PreparedMilestone,
} from "./milestone-args";
export type { MilestoneWarning } from "./milestone-warnings";

/**
 * Creates a policy and delegates its sum, with the owner's token account and `UserPayment` in front where they are
 * missing. Owner and payer sign.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `AccountKindError`, `UnsupportedMintError`, `CpiGuardError`,
 * `MilestoneProgramError` (`DelegateInUse`, `ProgramPaused`, `TokenAccountFrozen`, ...), all before anything is sent.
 * @example
 * const instructions = await createMilestone(context, {
 *   mint, recipient, gateway,
 *   amounts: [50_000_000n], timestamps: [1_800_000_000], releaseCondition: RELEASE_DUE_DATE,
 *   memo: createMemoBuffer("project_abc", 64),
 * });
 */
export async function createMilestone(
  context: MilestoneContext,
  args: CreateMilestoneArgs,
): Promise<TransactionInstruction[]> {
  return (await prepareMilestone(context, args)).instructions;
}

/**
 * `createMilestone` that also says the new policy's address.
 * @example
 * const { instructions, policy } = await prepareMilestone(context, args);
 */
export async function prepareMilestone(
  context: MilestoneContext,
  args: CreateMilestoneArgs,
): Promise<PreparedMilestone> {
  return prepareCreation(context, args);
}
