/**
 * Held policies on a `World`: builders of the escrow's instructions with valid defaults, and what an escrow holds. In the
 * defaults the owner approves (condition 4), and the terms are spec 001's: 7 days of review, 5 to dispute, 3 to mediation.
 */
import { PublicKey, TransactionInstruction } from "@solana/web3.js";
import BN from "bn.js";
import { ASSOCIATED_TOKEN_PROGRAM_ID, getAssociatedTokenAddressSync } from "@solana/spl-token";
import { readTokenAccount } from "../harness";
import { Accounts, escrowAddress, instruction, Schedule } from "./instructions";
import { Decoded, PolicyRef, toBigInt, World } from "./world";

export const DAY = 86_400n;

export interface Terms {
  reviewPeriodSecs: number;
  disputeWindowSecs: number;
  mediationDelaySecs: number;
  mediationTimeoutSecs: number;
  deliveryGraceSecs: number;
  timeoutRecipientBps: number;
  platformFeeBps: number;
}

/** Terms by their difference from `TERMS`. */
export type AgreedTerms = Partial<Terms> & { mediator?: PublicKey };

const days = (count: number): number => count * Number(DAY);

export const TERMS: Terms = {
  reviewPeriodSecs: days(7),
  disputeWindowSecs: days(5),
  mediationDelaySecs: days(3),
  mediationTimeoutSecs: days(14),
  deliveryGraceSecs: days(2),
  timeoutRecipientBps: 5_000,
  platformFeeBps: 0,
};

/** 32 bytes that are not a real document's hash. */
export const hash = (byte: number): number[] => Array.from({ length: 32 }, () => byte);

export type MilestoneStateName =
  | "Unfunded"
  | "Funded"
  | "Submitted"
  | "Disputed"
  | "Mediation"
  | "Released"
  | "Resolved"
  | "Refunded";

/** A held policy's addresses and builders of every instruction on it. */
export class HeldPolicy {
  readonly escrow: PublicKey;
  readonly vault: PublicKey;
  private agreed: AgreedTerms = {};
  private readonly evidence = new Map<number, number[]>();

  constructor(
    readonly world: World,
    readonly policy: PolicyRef,
  ) {
    this.escrow = escrowAddress(policy.address);
    this.vault = getAssociatedTokenAddressSync(world.mint, this.escrow, true, world.tokenProgram);
  }

  /** A delegated policy, to be opened. */
  static async create(world: World, schedule: Partial<Schedule> = {}): Promise<HeldPolicy> {
    return new HeldPolicy(world, await world.createPolicy({ releaseCondition: 4, ...schedule }));
  }

  /** Opened, accepted and the first `funded` milestones in the vault. */
  static async ready(
    world: World,
    options: { schedule?: Partial<Schedule>; terms?: Partial<Terms>; funded?: number } = {},
  ): Promise<HeldPolicy> {
    const held = await HeldPolicy.create(world, options.schedule);
    await world.expectOk([held.open(options.terms)], "owner");
    await world.expectOk([held.accept()], "recipient");
    const count = options.funded ?? held.policy.schedule.amounts.length;
    if (count > 0) await world.expectOk([held.fund(0, count)], "owner");
    return held;
  }

  private build(
    name: string,
    args: Record<string, unknown>,
    accounts: Accounts,
  ): TransactionInstruction {
    const { world } = this;
    return instruction(name, args, {
      payer: world.key("payer"),
      owner: world.key("owner"),
      recipient: world.key("recipient"),
      mediator: world.key("mediator"),
      executor: world.key("stranger"),
      config: world.config,
      gateway: world.gateway,
      user_payment: world.userPayment,
      policy: this.policy.address,
      escrow: this.escrow,
      vault: this.vault,
      mint: world.mint,
      token_account: world.tokens.owner,
      recipient_token_account: world.tokens.recipient,
      owner_token_account: world.tokens.owner,
      gateway_fee_account: world.tokens.gatewayFees,
      protocol_fee_account: world.tokens.protocolFees,
      token_program: world.tokenProgram,
      associated_token_program: ASSOCIATED_TOKEN_PROGRAM_ID,
      rent_payer: world.key("payer"),
      ...accounts,
    });
  }

  /** Signed by the owner. */
  open(terms: AgreedTerms = {}, accounts: Accounts = {}): TransactionInstruction {
    this.agreed = terms;
    return this.build("open_escrow", this.termsArgs(terms), accounts);
  }

  /** Signed by the recipient, who repeats the terms: those of the last `open` unless overridden. */
  accept(accounts: Accounts = {}, terms: AgreedTerms = this.agreed): TransactionInstruction {
    return this.build("accept_escrow", this.termsArgs(terms), accounts);
  }

  private termsArgs(terms: AgreedTerms): Record<string, unknown> {
    const all = { ...TERMS, ...terms };
    return {
      mediator: terms.mediator ?? this.world.key("mediator"),
      review_period_secs: all.reviewPeriodSecs,
      dispute_window_secs: all.disputeWindowSecs,
      mediation_delay_secs: all.mediationDelaySecs,
      mediation_timeout_secs: all.mediationTimeoutSecs,
      delivery_grace_secs: all.deliveryGraceSecs,
      timeout_recipient_bps: all.timeoutRecipientBps,
      platform_fee_bps: all.platformFeeBps,
    };
  }

  /** Signed by the owner. */
  fund(first: number, count: number, accounts: Accounts = {}): TransactionInstruction {
    return this.build("fund_milestones", { first_milestone: first, count }, accounts);
  }

  /** Signed by the recipient. */
  submit(index: number, evidence = hash(1), accounts: Accounts = {}): TransactionInstruction {
    this.evidence.set(index, evidence);
    return this.build(
      "submit_milestone",
      { milestone_index: index, evidence_hash: evidence },
      accounts,
    );
  }

  /** Signed by the owner, who names the submission: the one built last, none before, unless overridden. */
  approve(
    index: number,
    accounts: Accounts = {},
    evidence = this.evidence.get(index) ?? hash(0),
  ): TransactionInstruction {
    return this.build(
      "approve_milestone",
      { milestone_index: index, evidence_hash: evidence },
      accounts,
    );
  }

  /** Signed by the owner. */
  dispute(index: number, reason = hash(2), accounts: Accounts = {}): TransactionInstruction {
    return this.build(
      "dispute_milestone",
      { milestone_index: index, reason_hash: reason },
      accounts,
    );
  }

  /** Signed by the owner. */
  withdrawDispute(index: number, accounts: Accounts = {}): TransactionInstruction {
    return this.build("withdraw_dispute", { milestone_index: index }, accounts);
  }

  /** Signed by `party`, the owner unless overridden. */
  requestMediation(index: number, accounts: Accounts = {}): TransactionInstruction {
    return this.build(
      "request_mediation",
      { milestone_index: index },
      { party: this.world.key("owner"), ...accounts },
    );
  }

  /** Signed by the mediator. */
  resolve(index: number, recipientAmount: bigint, accounts: Accounts = {}): TransactionInstruction {
    return this.build("resolve_dispute", amountArgs(index, recipientAmount), accounts);
  }

  /** Signed by anyone, a stranger unless overridden. */
  expire(index: number, accounts: Accounts = {}): TransactionInstruction {
    return this.build("expire_mediation", { milestone_index: index }, accounts);
  }

  /** Signed by owner and recipient. */
  settle(index: number, recipientAmount: bigint, accounts: Accounts = {}): TransactionInstruction {
    return this.build("settle_milestone", amountArgs(index, recipientAmount), accounts);
  }

  /** Signed by the owner, and by the recipient when `recipient` is given in `accounts`. */
  reclaim(index: number, accounts: Accounts = {}): TransactionInstruction {
    return this.build(
      "reclaim_milestone",
      { milestone_index: index },
      { recipient: null, ...accounts },
    );
  }

  /** Signed by owner and recipient. */
  reclaimAgreed(index: number, accounts: Accounts = {}): TransactionInstruction {
    return this.reclaim(index, { recipient: this.world.key("recipient"), ...accounts });
  }

  /** Signed by the owner. */
  close(accounts: Accounts = {}): TransactionInstruction {
    return this.build("close_escrow", {}, accounts);
  }

  /** `execute_payment` out of the vault. Signed by the executor, a stranger unless overridden. */
  execute(index: number, accounts: Accounts = {}): TransactionInstruction {
    return this.build(
      "execute_payment",
      { milestone_index: index },
      { token_account: this.vault, ...accounts },
    );
  }

  decodeEscrow(): Promise<Decoded> {
    return this.world.decode("Escrow", this.escrow);
  }

  decodePolicy(): Promise<Decoded> {
    return this.world.decode("PaymentPolicy", this.policy.address);
  }

  /** The milestone whose turn it is; the number of milestones when all have ended. */
  async current(): Promise<number> {
    const type = (await this.decodePolicy())["policy_type"] as { Milestone: Decoded };
    return type.Milestone["current_milestone"] as number;
  }

  async milestone(index: number): Promise<Decoded> {
    return ((await this.decodeEscrow())["milestones"] as Decoded[])[index] as Decoded;
  }

  /** The stored state; a dispute whose delay has passed still says `Disputed`. */
  async state(index: number): Promise<MilestoneStateName> {
    const milestone = await this.milestone(index);
    return Object.keys(milestone["state"] as object)[0] as MilestoneStateName;
  }

  /** The vault's balance in base units. */
  async held(): Promise<bigint> {
    return (await readTokenAccount(this.world.chain, this.vault)).amount;
  }

  /** Funded and neither paid nor refunded, by the escrow's own books. */
  async outstanding(): Promise<bigint> {
    const milestones = (await this.decodeEscrow())["milestones"] as Decoded[];
    return milestones.reduce(
      (sum, { funded, paid, refunded }) =>
        sum + toBigInt(funded) - toBigInt(paid) - toBigInt(refunded),
      0n,
    );
  }

  /**
   * Runs `action`, which fails, and demands that nothing has changed: what `World.unchanged` reads, the escrow, the
   * vault, and their lamports.
   */
  unchanged<T>(action: () => Promise<T>): Promise<T> {
    return this.world.unchanged([this.policy.address, this.escrow, this.vault], action);
  }
}

const amountArgs = (index: number, recipientAmount: bigint): Record<string, unknown> => ({
  milestone_index: index,
  recipient_amount: new BN(recipientAmount.toString()),
});
