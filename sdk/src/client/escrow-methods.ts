import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { getEscrow } from "../accounts/fetch";
import { listEscrowsByMediator } from "../accounts/list";
import type { ReadOptions } from "../accounts/read-accounts";
import { acceptEscrow, type AcceptEscrowArgs } from "../actions/accept-escrow";
import { closeEscrow, type CloseEscrowArgs } from "../actions/close-escrow";
import {
  createHeldMilestone,
  type CreateHeldMilestoneOptions,
  type PreparedHeldMilestone,
  prepareHeldMilestone,
} from "../actions/create-held-milestone";
import * as disputes from "../actions/disputes";
import * as endings from "../actions/endings";
import { fundMilestones, type FundMilestonesArgs } from "../actions/fund-milestones";
import type { HeldMilestoneArgs } from "../actions/held-policy";
import { moveToEscrow, type MoveToEscrowArgs } from "../actions/move-to-escrow";
import { openEscrow, type OpenEscrowArgs } from "../actions/open-escrow";
import { submitMilestone, type SubmitMilestoneArgs } from "../actions/submit-milestone";
import type { IntegerInput } from "../input/numbers";
import type { NextActions } from "../next-actions/decide-next-actions";
import { nextActions } from "../next-actions/next-actions";
import type { Escrow, WithAddress } from "../types";
import { AccountMethods } from "./account-methods";

type Instructions = Promise<TransactionInstruction[]>;
type Options<T extends { policyPda: PublicKey }> = Omit<T, "policyPda">;

/** Methods of `MilestoneClient` for held policies. */
export abstract class EscrowMethods extends AccountMethods {
  /** See the function `createHeldMilestone`. */
  createHeldMilestone(
    mint: PublicKey,
    recipient: PublicKey,
    gateway: PublicKey,
    amounts: readonly IntegerInput[],
    timestamps: readonly IntegerInput[],
    releaseCondition: number,
    memo: ArrayLike<number> | undefined,
    options: CreateHeldMilestoneOptions,
  ): Instructions {
    const args = { mint, recipient, gateway, amounts, timestamps, releaseCondition, memo };
    return createHeldMilestone(this, { ...options, ...args });
  }

  /** Does what `createHeldMilestone` does, and also returns the new policy's address. */
  prepareHeldMilestone(
    mint: PublicKey,
    recipient: PublicKey,
    gateway: PublicKey,
    amounts: readonly IntegerInput[],
    timestamps: readonly IntegerInput[],
    releaseCondition: number,
    memo: ArrayLike<number> | undefined,
    options: CreateHeldMilestoneOptions,
  ): Promise<PreparedHeldMilestone> {
    const args = { mint, recipient, gateway, amounts, timestamps, releaseCondition, memo };
    return prepareHeldMilestone(this, { ...options, ...args });
  }

  /** See the function `moveToEscrow`. */
  moveToEscrow(policyPda: PublicKey, options: Options<MoveToEscrowArgs>): Instructions {
    return moveToEscrow(this, { ...options, policyPda });
  }

  /** See the function `openEscrow`. */
  openEscrow(policyPda: PublicKey, options: Options<OpenEscrowArgs>): Instructions {
    return openEscrow(this, { ...options, policyPda });
  }

  /** See the function `acceptEscrow`. */
  acceptEscrow(policyPda: PublicKey, options: Options<AcceptEscrowArgs> = {}): Instructions {
    return acceptEscrow(this, { ...options, policyPda });
  }

  /** See the function `fundMilestones`. */
  fundMilestones(policyPda: PublicKey, options: Options<FundMilestonesArgs> = {}): Instructions {
    return fundMilestones(this, { ...options, policyPda });
  }

  /** See the function `submitMilestone`. */
  submitMilestone(policyPda: PublicKey, options: Options<SubmitMilestoneArgs>): Instructions {
    return submitMilestone(this, { ...options, policyPda });
  }

  /** See the function `approveMilestone`. */
  approveMilestone(
    policyPda: PublicKey,
    options: Options<endings.ApproveMilestoneArgs> = {},
  ): Instructions {
    return endings.approveMilestone(this, { ...options, policyPda });
  }

  /** See the function `disputeMilestone`. */
  disputeMilestone(
    policyPda: PublicKey,
    options: Options<disputes.DisputeMilestoneArgs>,
  ): Instructions {
    return disputes.disputeMilestone(this, { ...options, policyPda });
  }

  /** See the function `withdrawDispute`. */
  withdrawDispute(policyPda: PublicKey, options: Options<HeldMilestoneArgs> = {}): Instructions {
    return disputes.withdrawDispute(this, { ...options, policyPda });
  }

  /** See the function `requestMediation`. */
  requestMediation(
    policyPda: PublicKey,
    options: Options<disputes.RequestMediationArgs> = {},
  ): Instructions {
    return disputes.requestMediation(this, { ...options, policyPda });
  }

  /** See the function `resolveDispute`. */
  resolveDispute(
    policyPda: PublicKey,
    options: Options<endings.DivideMilestoneArgs>,
  ): Instructions {
    return endings.resolveDispute(this, { ...options, policyPda });
  }

  /** See the function `expireMediation`. */
  expireMediation(
    policyPda: PublicKey,
    options: Options<endings.ExpireMediationArgs> = {},
  ): Instructions {
    return endings.expireMediation(this, { ...options, policyPda });
  }

  /** See the function `settleMilestone`. */
  settleMilestone(
    policyPda: PublicKey,
    options: Options<endings.DivideMilestoneArgs>,
  ): Instructions {
    return endings.settleMilestone(this, { ...options, policyPda });
  }

  /** See the function `reclaimMilestone`. */
  reclaimMilestone(
    policyPda: PublicKey,
    options: Options<endings.ReclaimMilestoneArgs> = {},
  ): Instructions {
    return endings.reclaimMilestone(this, { ...options, policyPda });
  }

  /** See the function `closeEscrow`. */
  closeEscrow(policyPda: PublicKey, options: Options<CloseEscrowArgs> = {}): Instructions {
    return closeEscrow(this, { ...options, policyPda });
  }

  /** See the function `getEscrow`. */
  getEscrow(policyPda: PublicKey, options: ReadOptions = {}): Promise<Escrow> {
    return getEscrow(this, policyPda, options);
  }

  /** See the function `listEscrowsByMediator`. */
  listEscrowsByMediator(
    mediator: PublicKey,
    options: ReadOptions = {},
  ): Promise<WithAddress<Escrow>[]> {
    return listEscrowsByMediator(this, mediator, options);
  }

  /** See the function `nextActions`. */
  nextActions(
    policy: PublicKey | { address: PublicKey },
    who: PublicKey,
    now?: IntegerInput,
    options: ReadOptions = {},
  ): Promise<NextActions> {
    return nextActions(this, policy, who, now, options);
  }
}
