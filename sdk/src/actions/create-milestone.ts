import type { TransactionInstruction } from "@solana/web3.js";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { InvalidInputError } from "../errors/input";
import type { CreateMilestoneArgs, PreparedMilestone } from "./milestone-args";
import { type EarlierCreation, prepareCreation } from "./prepare-milestone";

/**
 * Creates a policy and delegates its sum. Creates the owner's token account and `UserPayment` first when they are missing.
 * Owner and payer sign.
 *
 * Two creations built before the first has landed take the same policy id: identical ones become one policy, and the
 * second of different ones fails. `prepareMilestones` builds several at once.
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
 * Does what `createMilestone` does, and also returns the new policy's address.
 * @example
 * const { instructions, policy } = await prepareMilestone(context, args);
 */
export async function prepareMilestone(
  context: MilestoneContext,
  args: CreateMilestoneArgs,
): Promise<PreparedMilestone> {
  return withoutSum(await prepareCreation(context, args));
}

/**
 * Prepares several policies from one state, as for a payroll. Each takes the next id on the same owner and mint, so that
 * none is lost and none is created twice. The first one contains the missing set-up.
 *
 * They have to land in their order, one after the other or several in one transaction. The program refuses one that lands
 * out of order (`InvalidAddress`), and every one after one that did not land: prepare these again.
 * Throws what `createMilestone` throws, and `InvalidInputError` for a `policyId`.
 * @example
 * import { createContext, prepareMilestones, send } from "@milepost/sdk";
 *
 * const context = createContext(connection, wallet);
 * const shared = { mint, gateway, timestamps: [], releaseCondition: 0 };
 * const salaries = recipients.map((recipient) => ({ ...shared, recipient, amounts: [50_000_000n] }));
 * for (const { instructions, policy } of await prepareMilestones(context, salaries)) {
 *   await send(context, instructions);
 *   console.log(policy.toBase58());
 * }
 */
export async function prepareMilestones(
  context: MilestoneContext,
  list: readonly CreateMilestoneArgs[],
): Promise<PreparedMilestone[]> {
  const latest = new Map<string, EarlierCreation>();
  const prepared: PreparedMilestone[] = [];
  for (const [index, args] of list.entries()) {
    if (args.policyId !== undefined) {
      throw new InvalidInputError({
        field: `list[${index}].policyId`,
        expected: "none: a list gives each creation the next id",
        received: args.policyId,
      });
    }
    const key = `${String(args.owner ?? walletAddress(context))} ${String(args.mint)}`;
    const made = await prepareCreation(context, args, undefined, latest.get(key));
    latest.set(key, { nextPolicyId: made.policyId + 1, committed: made.committed });
    prepared.push(withoutSum(made));
  }
  return prepared;
}

function withoutSum({
  committed: _committed,
  ...prepared
}: Awaited<ReturnType<typeof prepareCreation>>): PreparedMilestone {
  return prepared;
}
