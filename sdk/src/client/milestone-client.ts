import type { Commitment, Connection, PublicKey, TransactionInstruction } from "@solana/web3.js";
import type { ReadOptions } from "../accounts/read-accounts";
import type { Execution, ExecutionOptions } from "../actions/build-execution";
import * as config from "../actions/config";
import { createMilestone, prepareMilestone } from "../actions/create-milestone";
import { executePayment, prepareExecution } from "../actions/execute-payment";
import * as gateways from "../actions/gateway";
import type { CreateMilestoneOptions, PreparedMilestone } from "../actions/milestone-args";
import {
  changePaymentPolicyStatus,
  deletePaymentPolicy,
  type PaymentStatusInput,
  type PolicyArgs,
} from "../actions/policy";
import {
  createReceivingAccount,
  type CreateReceivingAccountArgs,
  type ReceivingAccount,
} from "../actions/receiving-account";
import * as userPayments from "../actions/user-payment";
import { type ExecutionGroup, packExecutions, type PackOptions } from "../batch/pack";
import type { SendClock } from "../context/clock";
import { createContext, type MilestoneContextOptions } from "../context/context";
import type { MilestoneWallet } from "../context/wallet";
import type { DelegationCoverage } from "../delegation/coverage";
import { delegationCoverage } from "../delegation/delegation-coverage";
import type { IntegerInput } from "../input/numbers";
import type { ReleaseReport } from "../release/decide";
import { explainRelease, type ExplainReleaseOptions } from "../release/explain";
import type { KeeperOverrides } from "../release/keeper-account";
import type { DestinationOverrides } from "../release/snapshot";
import { send, type SendResult } from "../send/send";
import type { SendOptions } from "../send/settings";
import { EscrowMethods } from "./escrow-methods";

type Instructions = Promise<TransactionInstruction[]>;
type PolicyOptions = Omit<PolicyArgs, "tokenMint" | "policyId">;
/**
 * Options of `executePayment` and `prepareExecution`: the milestone, the executor, and the token accounts to pay.
 */
export type ExecutePaymentOptions = ExecutionOptions &
  DestinationOverrides &
  KeeperOverrides &
  ReadOptions;

/**
 * Milestone payments as one object. Each method also exists as a free-standing function of the same name, which keeps
 * bundles small. The constructor reads nothing. Methods that build instructions send nothing: put the instructions into a
 * transaction, or pass them to `send`.
 * @example
 * const sdk = new MilestoneClient(connection, wallet);
 * const instructions = await sdk.createMilestone(mint, recipient, gateway, amounts, timestamps, 1, memo);
 */
export class MilestoneClient extends EscrowMethods {
  /** Connection of web3.js 1.x that reads and sends. */
  readonly connection: Connection;
  /** Wallet whose address is the default for owner, payer and executor. Only `send` needs its signature. */
  readonly wallet: MilestoneWallet;
  /** Address of the Milepost program: `PROGRAM_ID`, or that of a deployment of your own. */
  readonly programId: PublicKey;
  /** Commitment of every read, which a transaction has to reach to count as confirmed. */
  readonly commitment: Commitment;
  /** Slot that a node must have reached to answer a read; absent for any slot, see `withMinContextSlot`. */
  readonly minContextSlot?: number;
  /** Local time for retries; absent for the computer's clock. */
  readonly clock?: SendClock;

  constructor(
    connection: Connection,
    wallet: MilestoneWallet,
    options: MilestoneContextOptions = {},
  ) {
    super();
    const context = createContext(connection, wallet, options);
    this.connection = context.connection;
    this.wallet = context.wallet;
    this.programId = context.programId;
    this.commitment = context.commitment;
    this.clock = context.clock;
    this.minContextSlot = context.minContextSlot;
  }

  /** See the function `createMilestone`. */
  createMilestone(
    mint: PublicKey,
    recipient: PublicKey,
    gateway: PublicKey,
    amounts: readonly IntegerInput[],
    timestamps: readonly IntegerInput[],
    releaseCondition: number,
    memo?: ArrayLike<number>,
    options: CreateMilestoneOptions = {},
  ): Instructions {
    const args = { mint, recipient, gateway, amounts, timestamps, releaseCondition, memo };
    return createMilestone(this, { ...options, ...args });
  }

  /** Does what `createMilestone` does, and also returns the new policy's address. */
  prepareMilestone(
    mint: PublicKey,
    recipient: PublicKey,
    gateway: PublicKey,
    amounts: readonly IntegerInput[],
    timestamps: readonly IntegerInput[],
    releaseCondition: number,
    memo?: ArrayLike<number>,
    options: CreateMilestoneOptions = {},
  ): Promise<PreparedMilestone> {
    const args = { mint, recipient, gateway, amounts, timestamps, releaseCondition, memo };
    return prepareMilestone(this, { ...options, ...args });
  }

  /** See the function `executePayment`. */
  executePayment(
    policyPda: PublicKey,
    recipient?: PublicKey,
    tokenMint?: PublicKey,
    gateway?: PublicKey,
    options: ExecutePaymentOptions = {},
  ): Instructions {
    return executePayment(this, { ...options, policyPda, recipient, tokenMint, gateway });
  }

  /** Does what `executePayment` does, and returns the parts, for `packExecutions`. */
  prepareExecution(policyPda: PublicKey, options: ExecutePaymentOptions = {}): Promise<Execution> {
    return prepareExecution(this, { ...options, policyPda });
  }

  /** See the function `changePaymentPolicyStatus`. */
  changePaymentPolicyStatus(
    tokenMint: PublicKey,
    policyId: IntegerInput,
    status: PaymentStatusInput,
    options: PolicyOptions = {},
  ): Instructions {
    return changePaymentPolicyStatus(this, { ...options, tokenMint, policyId, status });
  }

  /** See the function `deletePaymentPolicy`. */
  deletePaymentPolicy(
    tokenMint: PublicKey,
    policyId: IntegerInput,
    options: PolicyOptions = {},
  ): Instructions {
    return deletePaymentPolicy(this, { ...options, tokenMint, policyId });
  }

  /** See the function `initializeConfig`. */
  initializeConfig(args: config.InitializeConfigArgs): Instructions {
    return config.initializeConfig(this, args);
  }

  /** See the function `updateConfig`. */
  updateConfig(args: config.UpdateConfigArgs): Instructions {
    return config.updateConfig(this, args);
  }

  /** See the function `acceptAuthority`. */
  acceptAuthority(args: { authority?: PublicKey } = {}): Instructions {
    return config.acceptAuthority(this, args);
  }

  /** See the function `createGateway`. */
  createGateway(args: gateways.CreateGatewayArgs): Instructions {
    return gateways.createGateway(this, args);
  }

  /** See the function `updateGateway`. */
  updateGateway(args: gateways.UpdateGatewayArgs): Instructions {
    return gateways.updateGateway(this, args);
  }

  /** See the function `setKeeperReward`. */
  setKeeperReward(args: gateways.SetKeeperRewardArgs): Instructions {
    return gateways.setKeeperReward(this, args);
  }

  /** See the function `closeGateway`. */
  closeGateway(args: { authority?: PublicKey; skipChecks?: boolean } = {}): Instructions {
    return gateways.closeGateway(this, args);
  }

  /** See the function `createUserPayment`. */
  createUserPayment(
    mint: PublicKey,
    options: Omit<userPayments.CreateUserPaymentArgs, "mint"> = {},
  ): Instructions {
    return userPayments.createUserPayment(this, { ...options, mint });
  }

  /** See the function `closeUserPayment`. */
  closeUserPayment(
    mint: PublicKey,
    options: Omit<userPayments.CloseUserPaymentArgs, "mint"> = {},
  ): Instructions {
    return userPayments.closeUserPayment(this, { ...options, mint });
  }

  /** See the function `syncDelegation`. */
  syncDelegation(
    mint: PublicKey,
    options: Omit<userPayments.SyncDelegationArgs, "mint"> = {},
  ): Instructions {
    return userPayments.syncDelegation(this, { ...options, mint });
  }

  /** See the function `explainRelease`. */
  explainRelease(
    policy: PublicKey | { address: PublicKey },
    options: ExplainReleaseOptions = {},
  ): Promise<ReleaseReport> {
    return explainRelease(this, policy, options);
  }

  /** See the function `delegationCoverage`. */
  delegationCoverage(
    owner: PublicKey,
    mint: PublicKey,
    options: ReadOptions = {},
  ): Promise<DelegationCoverage> {
    return delegationCoverage(this, owner, mint, options);
  }

  /** See the function `createReceivingAccount`. */
  createReceivingAccount(args: CreateReceivingAccountArgs): Promise<ReceivingAccount> {
    return createReceivingAccount(this, args);
  }

  /** See the function `packExecutions`. */
  packExecutions(
    executions: readonly (Execution | PublicKey)[],
    options: PackOptions = {},
  ): Promise<ExecutionGroup[]> {
    return packExecutions(this, executions, options);
  }

  /** See the function `send`. */
  send(
    instructions: readonly TransactionInstruction[],
    options: SendOptions = {},
  ): Promise<SendResult> {
    return send(this, instructions, options);
  }
}
