import type BN from "bn.js";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { toAddress, toNonZeroAddress } from "../input/address";
import { toEscrowTerms } from "../input/escrow-terms";
import { toMilestoneSchedule } from "../input/milestones";
import { getEscrowPda } from "../pdas";
import { getVaultAddress } from "../tokens/vault";
import type { EscrowTerms } from "../types";
import { buildFunding } from "./fund-milestones";
import {
  fundingCount,
  fundingSum,
  type MilestonesToFund,
  refuseBalanceBelow,
  requireFundable,
} from "./funding";
import type { CreateMilestoneArgs, CreateMilestoneOptions } from "./milestone-args";
import type { MilestoneWarning } from "./milestone-warnings";
import { buildOpening, refuseMediator } from "./open-escrow";
import { prepareCreation } from "./prepare-milestone";

/** Options of `createHeldMilestone` and `prepareHeldMilestone`; the mediator has no default. */
export interface CreateHeldMilestoneOptions extends CreateMilestoneOptions {
  /** Divides a milestone in mediation: a wallet, neither the owner's nor the recipient's. */
  mediator: PublicKey;
  /** Default of each: `DEFAULT_ESCROW_TERMS`. */
  terms?: Partial<EscrowTerms>;
  /** Which milestones go into the vault at once. Default: none; see `fundMilestones`. */
  fund?: MilestonesToFund;
}

/** Arguments of `createHeldMilestone` and `prepareHeldMilestone`: those of `createMilestone`, and the escrow's. */
export type CreateHeldMilestoneArgs = CreateMilestoneArgs & CreateHeldMilestoneOptions;

/** A new held policy, ready to be put into a transaction. */
export interface PreparedHeldMilestone {
  /** Instructions of one transaction, with missing set-up first. Owner and payer sign. */
  instructions: TransactionInstruction[];
  /** Address that the new policy gets. */
  policy: PublicKey;
  /** Id of the new policy, an unsigned 32-bit integer that is unique within the `UserPayment`. */
  policyId: number;
  /** Address of the owner's `UserPayment` on the mint. */
  userPayment: PublicKey;
  /** Address that the policy's `Escrow` gets. */
  escrow: PublicKey;
  /** Token account that will hold the money, the escrow's associated one. */
  vault: PublicKey;
  /** Sum of the amounts, in base units; the platform fee comes on top. */
  escrowAmount: BN;
  /** Base units that leave the owner's token account in this transaction. */
  funded: BN;
  /** Warnings as for a delegated policy, except the one about the balance: funded milestones are in the vault. */
  warnings: MilestoneWarning[];
}

/**
 * Creates a policy, opens its escrow and, with `fund`, funds its first milestones. The instructions, missing set-up
 * included, fit one transaction: at most 992 of 1,232 bytes with `send`'s compute budget and a payer other than the owner,
 * 1,126 with the recipient's `accept_escrow` at the end. Owner and payer sign.
 *
 * The owner's token account is delegated for the length of the transaction. This ends an allowance of another program, and
 * requires `replaceDelegate` when there is one.
 * Throws what `createMilestone`, `openEscrow` and `fundMilestones` throw, all before anything is sent.
 * @example
 * const instructions = await createHeldMilestone(context, {
 *   mint, recipient, gateway, mediator,
 *   amounts: [4_000_000_000n, 10_000_000_000n], timestamps: [], releaseCondition: RELEASE_OWNER,
 *   terms: { platformFeeBps: 250 }, fund: "next",
 * });
 */
export async function createHeldMilestone(
  context: MilestoneContext,
  args: CreateHeldMilestoneArgs,
): Promise<TransactionInstruction[]> {
  return (await prepareHeldMilestone(context, args)).instructions;
}

/**
 * Does what `createHeldMilestone` does, and also returns the new policy's address.
 * @example
 * const { instructions, policy } = await prepareHeldMilestone(context, args);
 */
export async function prepareHeldMilestone(
  context: MilestoneContext,
  args: CreateHeldMilestoneArgs,
): Promise<PreparedHeldMilestone> {
  const { fund, terms: givenTerms, mediator: givenMediator, ...creation } = args;
  const mediator = toNonZeroAddress(givenMediator, "mediator");
  const terms = toEscrowTerms(givenTerms);
  const owner = toAddress(args.owner ?? walletAddress(context), "owner");
  const payer = toAddress(args.payer ?? walletAddress(context), "payer");
  const mint = toAddress(args.mint, "mint");
  const schedule = toMilestoneSchedule(args.amounts, args.timestamps, args.releaseCondition);
  const { totalMilestones } = schedule;
  const count =
    fund === undefined || fund === 0
      ? 0
      : fundingCount(fund, 0, totalMilestones, "fund", args.skipChecks);
  const funded = fundingSum(schedule, terms.platformFeeBps, 0, count);
  if (!args.skipChecks) {
    refuseMediator(mediator, owner, toAddress(args.recipient, "recipient"));
    requireFundable(schedule.milestoneAmounts, terms.platformFeeBps);
  }

  const warnings: MilestoneWarning[] = [];
  const onWarning = (warning: MilestoneWarning): void => {
    if (warning.code === "BALANCE_BELOW_COMMITTED") return;
    warnings.push(warning);
    args.onWarning?.(warning);
  };
  const created = await prepareCreation(context, { ...creation, onWarning }, mediator);
  const { policy, policyId, userPayment, tokenAccount, tokenProgram, escrowAmount } = created;
  if (!args.skipChecks) refuseBalanceBelow(created.balance, funded);
  const [escrow] = getEscrowPda(policy, context.programId);
  const vault = getVaultAddress(escrow, mint, tokenProgram);
  const shared = { owner, userPayment, policy, escrow, vault, mint, tokenAccount, tokenProgram };
  const instructions = [
    ...created.instructions,
    buildOpening(context, { ...shared, payer, mediator, terms }),
  ];
  if (count > 0) instructions.push(buildFunding(context, { ...shared, first: 0, count }));
  const addresses = { policy, policyId, userPayment, escrow, vault };
  return { instructions, ...addresses, escrowAmount, funded, warnings };
}
