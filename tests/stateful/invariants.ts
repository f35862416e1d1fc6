/**
 * The lines of `docs/invariants.md` that concern delegated policies, checked on the chain's own bytes after each step.
 * The numbers in the comments are the lines' numbers. The model decides only two of them: who changed their own
 * allowance (2), and what each step was about.
 */
import { AssertionError, expect } from "chai";
import type { Action, Execute } from "./actions";
import {
  type Address,
  addressOf,
  gatewayOf,
  type Holder,
  HOLDERS,
  OWNERS,
  type Owner,
  tokensOf,
  userPaymentOf,
} from "./cast";
import { MUTABLE_POLICY_RANGES } from "./layout";
import {
  bytesOf,
  isSame,
  type Observed,
  policiesIn,
  readCommitted,
  readOpenPolicies,
  readPolicy,
  readTokens,
} from "./observe";
import type { Model } from "./state";

export interface Step {
  action: Action;
  isOk: boolean;
  before: Observed;
  after: Observed;
}

/** What a policy was worth and what became of it, over its whole life. */
interface Account {
  owner: Owner;
  authorised: bigint;
  paid: bigint;
  refunded: bigint;
  /** The bytes that must never change. */
  terms: Buffer;
  released: Set<number>;
}

export class Invariants {
  private readonly accounts = new Map<Address, Account>();
  /** Policies that could not be paid because of the owner's delegation, and have not been since. */
  private readonly unpayable = new Set<Address>();
  /** Executions that worked again after the delegation was repaired. */
  repaired = 0;

  /** Every address that a policy ever had. */
  policyAddresses(): Address[] {
    return [...this.accounts.keys()];
  }

  check(step: Step, error: string | null, model: Model): void {
    if (step.isOk) this.record(step);
    else nothingChanged(step);
    this.everythingAccountedFor(step.after);
    committedIsTheSum(step.after, model);
    this.termsNeverChange(step.after);
    othersUntouched(step);
    this.countRepairs(step.action, error);
  }

  private record({ action, before, after }: Step): void {
    if (action.kind === "createPolicy") {
      // 16: no address comes back to life, not even after its UserPayment was closed and opened again.
      expect(this.accounts.has(action.address), `${action.address} is new`).to.equal(false);
      const data = bytesOf(after, action.address);
      this.accounts.set(action.address, {
        owner: action.owner,
        authorised: action.amounts.reduce((sum, amount) => sum + amount, 0n),
        paid: 0n,
        refunded: 0n,
        terms: termsOf(data),
        released: new Set(),
      });
    }
    if (action.kind === "execute") this.recordRelease(action, before, after);
    if (action.kind === "deletePolicy") {
      const account = this.account(action.policy.address);
      // 16: closed by the owner alone, wholly.
      expect(action.signer).to.equal(account.owner);
      expect(after.get(action.policy.address)).to.equal(null);
      account.refunded = readPolicy(bytesOf(before, action.policy.address)).outstanding;
    }
    if (action.kind === "closeUserPayment") {
      // 16: only with nothing outstanding and no policy left.
      const data = bytesOf(before, userPaymentOf(action.owner).address);
      expect([readCommitted(data), readOpenPolicies(data)]).to.deep.equal([0n, 0]);
      expect(after.get(userPaymentOf(action.owner).address)).to.equal(null);
    }
  }

  private recordRelease(action: Execute, before: Observed, after: Observed): void {
    const account = this.account(action.policy.address);
    const policy = readPolicy(bytesOf(before, action.policy.address));
    const source = tokensOf(account.owner);
    const had = readTokens(before, source);
    const pulled = had.amount - readTokens(after, source).amount;

    // 5: no milestone settles twice, and only the current one settles.
    expect(action.index).to.equal(policy.current);
    expect(account.released.has(action.index), `milestone ${action.index} again`).to.equal(false);
    account.released.add(action.index);

    // 3: at most what is outstanding, allowed and there; the delegate is the program.
    expect(had.delegate).to.equal(userPaymentOf(account.owner).address);
    expect(
      pulled <= policy.outstanding && pulled <= had.allowance && pulled <= had.amount,
    ).to.equal(true);

    // 7: the gross amount is split to the last unit, into accounts of those it belongs to.
    const gross = policy.amounts[action.index] as bigint;
    const gatewayFee = (gross * policy.gatewayFeeBps) / 10_000n;
    const protocolFee = (gross * policy.protocolFeeBps) / 10_000n;
    expect(pulled).to.equal(gross);
    const expected = new Map<Holder, bigint>();
    const credit = (holder: Holder | null, amount: bigint): void => {
      if (amount > 0n)
        expected.set(holder as Holder, (expected.get(holder as Holder) ?? 0n) + amount);
    };
    credit(action.destination, gross - gatewayFee - protocolFee);
    // The reward by the gateway's bytes, at 255, out of its own fee.
    const bps = bytesOf(before, gatewayOf(action.gateway).address).readUInt16LE(255);
    const reward = action.keeper === null ? 0n : (gatewayFee * BigInt(bps)) / 10_000n;
    credit(action.gatewayFees, gatewayFee - reward);
    credit(action.keeper as Holder, reward);
    credit(action.protocolFees, protocolFee);
    expect(addressOf(action.destination)).to.equal(policy.recipient);
    for (const holder of HOLDERS) {
      const [was, is] = [before, after].map((seen) => readTokens(seen, tokensOf(holder)).amount);
      const gained = (is as bigint) - (was as bigint);
      const due = holder === account.owner ? -gross : (expected.get(holder) ?? 0n);
      expect(gained, `what ${holder} got`).to.equal(due);
    }
    account.paid += pulled;
  }

  private account(address: Address): Account {
    const account = this.accounts.get(address);
    if (!account) throw new Error(`${address} succeeded without having been created`);
    return account;
  }

  /** 1: paid + refunded + outstanding = authorised, for every policy that ever was. */
  private everythingAccountedFor(after: Observed): void {
    for (const [address, { authorised, paid, refunded }] of this.accounts) {
      const account = after.get(address);
      const outstanding = account ? readPolicy(account.data).outstanding : 0n;
      holds(paid + refunded + outstanding === authorised, `ledger of ${address}`);
    }
  }

  /** 6, 17: no instruction, of an admin or a gateway, changes a policy's terms. */
  private termsNeverChange(after: Observed): void {
    for (const [address, data] of policiesIn(after)) {
      holds(termsOf(data).equals(this.account(address).terms), `terms of ${address}`);
    }
  }

  /** 12: after a repair, what a missing delegation had stopped works again. */
  private countRepairs(action: Action, error: string | null): void {
    if (action.kind !== "execute") return;
    const { address } = action.policy;
    if (error?.startsWith("Delegation") || error === "InsufficientDelegation") {
      this.unpayable.add(address);
    } else if (error === null && this.unpayable.delete(address)) {
      this.repaired += 1;
    }
  }
}

/** Chai's `expect` is too slow for what is asked of every account after every step. */
function holds(isTrue: boolean, what: string): void {
  if (!isTrue) throw new AssertionError(`it does not hold: ${what}`);
}

function termsOf(data: Buffer): Buffer {
  const terms = Buffer.from(data);
  for (const [from, to] of MUTABLE_POLICY_RANGES) terms.fill(0, from, to);
  return terms;
}

/** 12, 13: whatever fails, a duplicate too, moves nothing and changes not one byte. */
function nothingChanged({ before, after }: Step): void {
  for (const [address, account] of after) {
    holds(isSame(account, before.get(address) ?? null), `${address} after a failure`);
  }
}

/** 2: `committed` is the sum of what is outstanding, and so is the allowance unless the owner changed it himself. */
function committedIsTheSum(after: Observed, model: Model): void {
  const policies = policiesIn(after).map(([, data]) => readPolicy(data));
  for (const owner of OWNERS) {
    const { address } = userPaymentOf(owner);
    const account = after.get(address);
    const own = policies.filter(({ userPayment }) => userPayment === address);
    const outstanding = own.reduce((sum, policy) => sum + policy.outstanding, 0n);
    if (account) {
      expect(readCommitted(account.data), `committed of ${owner}`).to.equal(outstanding);
      expect(readOpenPolicies(account.data), `open policies of ${owner}`).to.equal(own.length);
    } else {
      expect(own.length, `policies without the UserPayment of ${owner}`).to.equal(0);
    }
    if (model.strayAllowance.has(owner)) continue;
    // 11 as well: each policy's own share of the allowance is there, whatever was done to the others.
    const token = readTokens(after, tokensOf(owner));
    expect(token.allowance, `allowance of ${owner}`).to.equal(outstanding);
    expect(token.delegate).to.equal(outstanding > 0n ? address : null);
  }
}

/** The policy an action is about, and the owner whose `UserPayment` and allowance it may change. */
function subject(action: Action): { policy: Address | null; owner: Owner | null } {
  switch (action.kind) {
    case "createPolicy":
      return { policy: action.address, owner: action.owner };
    case "execute":
    case "deletePolicy":
    case "changeStatus":
      return { policy: action.policy.address, owner: action.policy.owner };
    case "createUserPayment":
    case "closeUserPayment":
    case "syncDelegation":
    case "approve":
    case "revoke":
      return { policy: null, owner: action.owner };
    default:
      return { policy: null, owner: null };
  }
}

/**
 * 11: acting on one policy changes no byte of another, of the same owner or not, and neither the `UserPayment` nor
 * the allowance of another owner. 17: config and gateways are about no policy at all.
 */
function othersUntouched({ action, before, after }: Step): void {
  const { policy, owner } = subject(action);
  for (const [address, data] of policiesIn(before)) {
    if (address === policy) continue;
    // Only deleting takes a policy away, and only its own.
    holds(after.get(address)?.data.equals(data) === true, `${address}, another policy`);
  }
  for (const other of OWNERS) {
    if (other === owner) continue;
    const { address } = userPaymentOf(other);
    const isUntouched = isSame(after.get(address) ?? null, before.get(address) ?? null);
    holds(isUntouched, `UserPayment of ${other}`);
    const was = readTokens(before, tokensOf(other));
    const is = readTokens(after, tokensOf(other));
    holds(is.delegate === was.delegate && is.allowance === was.allowance, `delegation of ${other}`);
  }
}
