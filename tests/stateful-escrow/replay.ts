/**
 * Policies and escrows rebuilt from the program's events alone, written byte by byte at the offsets of
 * `docs/accounts.md` (invariant 20). Nothing here reads an account or knows which instruction was sent.
 */
import { Fields, found } from "../stateful/replay";
import { programEvents } from "../world";
import { blankAccount, POLICY_SIZE } from "../stateful/layout";
import { blankEscrow, FIRST_MILESTONE, FUNDING_KIND_OFFSET, MILESTONE_SIZE } from "./layout";
import { type Address, MILESTONE_STATES, type MilestoneState } from "./state";

const CURRENT = 105 + 64;
const AMOUNTS = 105;
const STATUS = 233;
const TOTAL_PAID = 298;
const POLICY_UPDATED_AT = 318;
const ACCEPTED_AT = 160;
const READY_AT = 168;
const MEDIATION_AT = 176;
const ESCROW_UPDATED_AT = 192;

const stateByte = (name: MilestoneState): number => MILESTONE_STATES.indexOf(name);
const stateNamed = (variant: string): number => stateByte(variant.toLowerCase() as MilestoneState);

export class Replay {
  private readonly policies = new Map<Address, Buffer>();
  private readonly escrows = new Map<Address, Buffer>();
  /** How many events of each name were applied. */
  readonly counts = new Map<string, number>();
  /** `UserPayment.committed` as the last event gives it. */
  committed = 0n;

  /** Every policy and escrow that exists by the events so far, with its exact bytes. */
  accounts(): Map<Address, Buffer> {
    return new Map([...this.policies, ...this.escrows]);
  }

  apply(logs: string[]): void {
    for (const { name, data } of programEvents(logs)) {
      const reducer = this.reducers[name];
      if (!reducer) throw new Error(`no reducer for ${name}`);
      reducer(new Fields(data));
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    }
  }

  private readonly reducers: Record<string, (event: Fields) => void> = {
    // They touch neither policies nor escrows.
    ConfigUpdated: () => {},
    GatewayUpdated: () => {},
    KeeperRewardSet: () => {},
    KeeperRewarded: (event) => {
      found(this.policies, event.address("policy"));
    },
    PolicyCreated: (event) => {
      const milestone = event.struct("milestone");
      const bytes = blankAccount("PaymentPolicy", POLICY_SIZE);
      bytes.set(event.key("user_payment"), 8);
      bytes.set(event.key("recipient"), 40);
      bytes.set(event.key("gateway"), 72);
      bytes.writeUInt8(1, 104);
      milestone
        .bigs("milestone_amounts")
        .forEach((amount, i) => bytes.writeBigUInt64LE(amount, AMOUNTS + 8 * i));
      milestone
        .bigs("milestone_timestamps")
        .forEach((timestamp, i) => bytes.writeBigInt64LE(timestamp, AMOUNTS + 32 + 8 * i));
      bytes.writeUInt8(milestone.number("current_milestone"), CURRENT);
      bytes.writeUInt8(milestone.number("release_condition"), CURRENT + 1);
      bytes.writeUInt8(milestone.number("total_milestones"), CURRENT + 2);
      bytes.writeBigUInt64LE(milestone.big("escrow_amount"), CURRENT + 3);
      bytes.set(event.bytes("memo"), 234);
      bytes.writeUInt32LE(event.number("policy_id"), 306);
      bytes.writeBigInt64LE(event.big("created_at"), 310);
      bytes.writeBigInt64LE(event.big("created_at"), POLICY_UPDATED_AT);
      bytes.writeUInt16LE(event.number("protocol_fee_bps"), 326);
      bytes.writeUInt16LE(event.number("gateway_fee_bps"), 328);
      bytes.writeUInt8(event.number("bump"), 330);
      bytes.set(event.key("rent_payer"), 331);
      this.policies.set(event.address("policy"), bytes);
      this.committed = event.big("committed");
    },
    PolicyStatusChanged: (event) => {
      const policy = found(this.policies, event.address("policy"));
      this.status(policy, event, event.big("updated_at"));
    },
    PaymentExecuted: (event) => {
      const policy = found(this.policies, event.address("policy"));
      this.paid(policy, event, event.big("executed_at"));
      this.committed = event.big("committed");
    },
    PolicyDeleted: (event) => {
      this.policies.delete(event.address("policy"));
      this.committed = event.big("committed");
    },
    EscrowOpened: (event) => {
      const policy = found(this.policies, event.address("policy"));
      const createdAt = event.big("created_at");
      policy.writeUInt8(1, FUNDING_KIND_OFFSET);
      policy.writeBigInt64LE(createdAt, POLICY_UPDATED_AT);
      this.committed = event.big("committed");

      const bytes = blankEscrow();
      bytes.set(event.key("policy"), 8);
      bytes.set(event.key("mediator"), 40);
      bytes.set(event.key("vault"), 72);
      bytes.set(event.key("rent_payer"), 104);
      [
        "review_period_secs",
        "dispute_window_secs",
        "mediation_delay_secs",
        "mediation_timeout_secs",
        "delivery_grace_secs",
      ].forEach((field, i) => bytes.writeUInt32LE(event.number(field), 136 + 4 * i));
      bytes.writeUInt16LE(event.number("timeout_recipient_bps"), 156);
      bytes.writeUInt16LE(event.number("platform_fee_bps"), 158);
      bytes.writeBigInt64LE(createdAt, 184);
      bytes.writeBigInt64LE(createdAt, ESCROW_UPDATED_AT);
      bytes.writeUInt8(event.number("bump"), 200);
      for (let i = 0; i < event.number("current_milestone"); i++) {
        bytes.writeUInt8(stateByte("released"), FIRST_MILESTONE + MILESTONE_SIZE * i);
      }
      this.escrows.set(event.address("escrow"), bytes);
    },
    EscrowAccepted: (event) => {
      const escrow = this.escrow(event);
      escrow.writeBigInt64LE(event.big("accepted_at"), ACCEPTED_AT);
      escrow.writeBigInt64LE(event.big("ready_at"), READY_AT);
      escrow.writeBigInt64LE(event.big("accepted_at"), ESCROW_UPDATED_AT);
    },
    MilestonesFunded: (event) => {
      const escrow = this.escrow(event);
      const first = event.number("first_milestone");
      const funded = event.bigs("funded");
      for (let i = first; i < first + event.number("count"); i++) {
        const at = FIRST_MILESTONE + MILESTONE_SIZE * i;
        escrow.writeUInt8(stateByte("funded"), at);
        escrow.writeBigUInt64LE(funded[i] as bigint, at + 1);
      }
      escrow.writeBigInt64LE(event.big("ready_at"), READY_AT);
      escrow.writeBigInt64LE(event.big("funded_at"), ESCROW_UPDATED_AT);
    },
    MilestoneSubmitted: (event) => {
      const { escrow, at } = this.milestone(event, "submitted", "submitted_at");
      escrow.writeBigInt64LE(event.big("submitted_at"), at + 25);
      escrow.set(event.bytes("evidence_hash"), at + 41);
      escrow.writeBigInt64LE(0n, MEDIATION_AT);
    },
    MilestoneDisputed: (event) => {
      const { escrow, at } = this.milestone(event, "disputed", "disputed_at");
      escrow.writeBigInt64LE(event.big("disputed_at"), at + 33);
      escrow.set(event.bytes("reason_hash"), at + 73);
      escrow.writeBigInt64LE(event.big("mediation_at"), MEDIATION_AT);
    },
    DisputeWithdrawn: (event) => {
      const { escrow } = this.milestone(event, "submitted", "withdrawn_at");
      escrow.writeBigInt64LE(0n, MEDIATION_AT);
    },
    MediationRequested: (event) => {
      const { escrow } = this.milestone(event, "mediation", "mediation_at");
      escrow.writeBigInt64LE(event.big("mediation_at"), MEDIATION_AT);
    },
    MilestoneFinalized: (event) => {
      const policy = found(this.policies, event.address("policy"));
      this.paid(policy, event, event.big("finalized_at"));
      const escrow = this.escrow(event);
      const at = FIRST_MILESTONE + MILESTONE_SIZE * event.number("milestone_index");
      const fees = ["recipient_amount", "gateway_fee", "protocol_fee", "platform_fee"];
      const paid = fees.reduce((sum, field) => sum + event.big(field), 0n);
      escrow.writeUInt8(stateNamed(event.variant("state")), at);
      escrow.writeBigUInt64LE(paid, at + 9);
      escrow.writeBigUInt64LE(event.big("refunded"), at + 17);
      escrow.writeBigInt64LE(event.big("ready_at"), READY_AT);
      escrow.writeBigInt64LE(0n, MEDIATION_AT);
      escrow.writeBigInt64LE(event.big("finalized_at"), ESCROW_UPDATED_AT);
    },
    EscrowClosed: (event) => {
      this.escrows.delete(event.address("escrow"));
      const policy = found(this.policies, event.address("policy"));
      policy.writeUInt8(2, FUNDING_KIND_OFFSET);
      policy.writeUInt8(1, STATUS);
      policy.writeBigInt64LE(event.big("closed_at"), POLICY_UPDATED_AT);
    },
  };

  private escrow = (event: Fields): Buffer => found(this.escrows, event.address("escrow"));

  private milestone(event: Fields, state: MilestoneState, time: string) {
    const escrow = this.escrow(event);
    const at = FIRST_MILESTONE + MILESTONE_SIZE * event.number("milestone_index");
    escrow.writeUInt8(stateByte(state), at);
    escrow.writeBigInt64LE(event.big(time), ESCROW_UPDATED_AT);
    return { escrow, at };
  }

  private status(policy: Buffer, event: Fields, at: bigint): void {
    policy.writeUInt8(event.variant("status") === "Paused" ? 1 : 0, STATUS);
    policy.writeBigInt64LE(at, POLICY_UPDATED_AT);
  }

  private paid(policy: Buffer, event: Fields, at: bigint): void {
    this.status(policy, event, at);
    policy.writeUInt8(event.number("current_milestone"), CURRENT);
    policy.writeBigUInt64LE(event.big("total_paid"), TOTAL_PAID);
  }
}
