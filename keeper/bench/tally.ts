/** Counts payments in the policies' accounts, transaction by transaction, by the chain's clock. */
import { AccountLayout } from "@solana/spl-token";
import type { PublicKey } from "@solana/web3.js";
import type { Chain } from "../../localnet/src";
import type { LandedTransaction } from "../../localnet/src/chain/history";
import { paymentsOf } from "./payments";
import {
  amountOf,
  GATEWAY_FEE_BPS,
  type Population,
  PROTOCOL_FEE_BPS,
  sumOf,
  type World,
} from "./world";

/** `docs/accounts.md`. */
const CURRENT_MILESTONE_OFFSET = 105 + 64;
const TOTAL_PAID_OFFSET = 298;
const COMMITTED_OFFSET = 104;

const paymentOf = (policy: string, index: number): string => `${policy} ${index}`;

export class Tally {
  /** Seconds from due to paid, one for each payment. */
  readonly lateness: number[] = [];
  /** Times of the payments, in milliseconds of the wall clock. */
  readonly paidAt: number[] = [];
  /** Number of transactions that paid something. */
  transactions = 0;
  /** Milestones that were skipped, or went back. */
  readonly violations: string[] = [];
  /** Runs after each transaction that paid something. */
  onPaid: () => void = () => undefined;
  private readonly current = new Map<string, number>();
  private readonly dueAt = new Map<string, readonly number[]>();
  /** Number of successful payments, by policy and milestone. */
  private readonly payments = new Map<string, number>();
  private readonly expected: number;
  private readonly stopListening: () => void;
  private allPaid: () => void = () => undefined;
  /** Resolves when the last milestone is paid. */
  readonly done = new Promise<void>((resolve) => (this.allPaid = resolve));

  constructor(
    private readonly chain: Chain,
    { policies }: Population,
  ) {
    for (const { address, dueAt } of policies) {
      this.current.set(address.toBase58(), 0);
      this.dueAt.set(address.toBase58(), dueAt);
    }
    this.expected = policies.reduce((sum, { dueAt }) => sum + dueAt.length, 0);
    this.stopListening = chain.listen({
      onAccounts: (addresses) => this.see(addresses),
      onTransaction: (landed) => this.count(landed),
    });
  }

  /** Returns the milestones that were paid never or more than once; empty when all is right. */
  wrongCounts(): string[] {
    const wrong: string[] = [];
    for (const [policy, { length }] of this.dueAt) {
      for (let index = 0; index < length; index += 1) {
        const times = this.payments.get(paymentOf(policy, index)) ?? 0;
        if (times !== 1) wrong.push(`milestone ${index} of ${policy}: paid ${times} times`);
      }
    }
    return wrong;
  }

  /** Returns the number of payments by transactions that succeeded. */
  get counted(): number {
    return [...this.payments.values()].reduce((sum, times) => sum + times, 0);
  }

  get paid(): number {
    return this.lateness.length;
  }

  get open(): number {
    return this.expected - this.paid;
  }

  stop(): void {
    this.stopListening();
  }

  private count(landed: LandedTransaction): void {
    for (const { policy, milestoneIndex } of paymentsOf(landed)) {
      if (!this.dueAt.has(policy)) continue;
      const key = paymentOf(policy, milestoneIndex);
      this.payments.set(key, (this.payments.get(key) ?? 0) + 1);
    }
    if (this.open === 0) this.allPaid();
  }

  /** Counts the payments of one transaction, by its addresses. */
  private see(addresses: readonly string[]): void {
    let payments = 0;
    for (const address of addresses) {
      const before = this.current.get(address);
      if (before === undefined) continue;
      const after = this.chain.getAccount(address)?.data[CURRENT_MILESTONE_OFFSET] ?? -1;
      if (after === before) continue;
      if (after !== before + 1) this.violations.push(`${address}: from ${before} to ${after}`);
      this.current.set(address, after);
      this.lateness.push(this.chain.clock.time - this.dueAt.get(address)![before]!);
      this.paidAt.push(performance.now());
      payments += 1;
    }
    if (payments === 0) return;
    this.transactions += 1;
    this.onPaid();
  }
}

/** Returns every difference on chain from each milestone having been paid exactly once; empty when all is right. */
export function auditPaidOnce(chain: Chain, world: World, populations: Population[]): string[] {
  const { milestones } = world;
  const total = sumOf(milestones);
  const fees = (bps: bigint) =>
    Array.from({ length: milestones }, (_, k) => (amountOf(k) * bps) / 10_000n).reduce(
      (a, b) => a + b,
      0n,
    );
  const [gatewayFee, protocolFee] = [fees(GATEWAY_FEE_BPS), fees(PROTOCOL_FEE_BPS)];
  const wrong: string[] = [];
  const data = (address: PublicKey) => chain.getAccount(address.toBase58())!.data;
  const expect = (what: string, address: PublicKey, found: unknown, wanted: unknown) => {
    if (found !== wanted) wrong.push(`${what} of ${address.toBase58()}: ${found}, not ${wanted}`);
  };
  const balance = (address: PublicKey) => AccountLayout.decode(data(address));
  let count = 0n;
  for (const owner of populations.flatMap(({ owners }) => owners)) {
    const tokens = balance(owner.tokens);
    expect("balance", owner.tokens, tokens.amount, world.leftOver(owner));
    expect("allowance", owner.tokens, tokens.delegatedAmount, world.leftOver(owner));
    const committed = data(owner.userPayment).readBigUInt64LE(COMMITTED_OFFSET);
    expect("committed", owner.userPayment, committed, 0n);
    for (const { address, recipientTokens } of owner.policies) {
      count += 1n;
      const policy = data(address);
      expect("current_milestone", address, policy[CURRENT_MILESTONE_OFFSET], milestones);
      expect("total_paid", address, policy.readBigUInt64LE(TOTAL_PAID_OFFSET), total);
      const exists = chain.getAccount(recipientTokens.toBase58()) !== null;
      const received = exists ? balance(recipientTokens).amount : "missing";
      expect("balance", recipientTokens, received, total - gatewayFee - protocolFee);
    }
  }
  const { gatewayFees, protocolFees } = world;
  expect("gateway fees", gatewayFees, balance(gatewayFees).amount, gatewayFee * count);
  expect("protocol fees", protocolFees, balance(protocolFees).amount, protocolFee * count);
  return wrong;
}
