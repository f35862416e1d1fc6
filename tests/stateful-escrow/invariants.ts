/**
 * The lines of `docs/invariants.md` that concern held policies, checked on the chain's own bytes after each step. The
 * numbers in the comments are the lines' numbers. The model decides none of them.
 */
import { AssertionError } from "chai";
import { type Action, type ActionKind, keeperOf } from "./actions";
import { bytesOf, isSame, type Observed, readTokens } from "../stateful/observe";
import { PEOPLE, type Person } from "../world";
import { GATEWAY, RENT_PAYER_ADDRESS, USER_PAYMENT } from "./cast";
import { FIRST_MILESTONE, FUNDING_KIND_OFFSET, MILESTONE_SIZE } from "./layout";
import { type Address, isFinal, MILESTONE_STATES, type MilestoneState, type Places } from "./state";

export interface Step {
  action: Action;
  isOk: boolean;
  time: bigint;
  before: Observed;
  after: Observed;
  /** Of every policy that is or was alive. */
  places: Places[];
  tokens: Record<Person, Address>;
}

interface ReadMilestone {
  state: MilestoneState;
  funded: bigint;
  paid: bigint;
  refunded: bigint;
}

interface ReadEscrow {
  isAccepted: boolean;
  mediationAt: bigint;
  milestones: ReadMilestone[];
}

function readEscrow(data: Buffer): ReadEscrow {
  return {
    isAccepted: data.readBigInt64LE(160) !== 0n,
    mediationAt: data.readBigInt64LE(176),
    milestones: [0, 1, 2, 3].map((i) => {
      const at = FIRST_MILESTONE + MILESTONE_SIZE * i;
      return {
        state: MILESTONE_STATES[data.readUInt8(at)] as MilestoneState,
        funded: data.readBigUInt64LE(at + 1),
        paid: data.readBigUInt64LE(at + 9),
        refunded: data.readBigUInt64LE(at + 17),
      };
    }),
  };
}

const outstanding = ({ milestones }: ReadEscrow): bigint =>
  milestones.reduce((sum, one) => sum + one.funded - one.paid - one.refunded, 0n);

/** Chai's `expect` is too slow for what is asked of every account after every step. */
function holds(isTrue: boolean, what: string): void {
  if (!isTrue) throw new AssertionError(`it does not hold: ${what}`);
}

const at = (observed: Observed, address: Address) => observed.get(address) ?? null;
const amountAt = (observed: Observed, address: Address): bigint => {
  const account = at(observed, address);
  return account ? account.data.readBigUInt64LE(64) : 0n;
};

/** What may be done to a frozen milestone. */
const THAWS: Partial<Record<MilestoneState, ActionKind[]>> = {
  disputed: ["submit", "withdraw", "requestMediation", "settle", "reclaimAgreed"],
  mediation: ["resolve", "expire", "settle", "reclaimAgreed"],
};

/** Everything about a policy that never changes. */
function termsOf(policy: Buffer, escrow: Buffer | null): string {
  const terms = Buffer.from(policy);
  // current_milestone, status, total_paid, updated_at, funding_kind
  for (const [from, to] of [
    [169, 170],
    [233, 234],
    [298, 306],
    [318, 326],
    [FUNDING_KIND_OFFSET, FUNDING_KIND_OFFSET + 1],
  ] as const) {
    terms.fill(0, from, to);
  }
  return terms.toString("hex") + (escrow ? escrow.toString("hex", 0, 160) : "");
}

/** One policy's life as the vault saw it. */
interface Ledger {
  funded: bigint;
  paid: bigint;
  refunded: bigint;
  donated: bigint;
  settled: Set<number>;
  policyTerms: string;
  escrowTerms: string;
  wasClosed: boolean;
}

export class Invariants {
  private readonly ledgers = new Map<Address, Ledger>();

  check(step: Step): void {
    if (!step.isOk) nothingChanged(step);
    else {
      this.record(step);
      othersUntouched(step);
    }
    for (const places of step.places) this.policyHolds(step, places);
    committedIsTheSum(step);
  }

  private ledger(policy: Address): Ledger {
    const known = this.ledgers.get(policy) ?? {
      funded: 0n,
      paid: 0n,
      refunded: 0n,
      donated: 0n,
      settled: new Set(),
      policyTerms: "",
      escrowTerms: "",
      wasClosed: false,
    };
    this.ledgers.set(policy, known);
    return known;
  }

  private record(step: Step): void {
    const { action, before, after } = step;
    if (action.kind === "createPolicy") {
      // 16: no address comes back to life.
      holds(!this.ledgers.has(action.places.policy), "a policy's address is new");
    }
    if (!("policy" in action)) return;
    const places = step.places.find(({ policy }) => policy === action.policy) as Places;
    const ledger = this.ledger(places.policy);
    const was = amountAt(before, places.vault);
    const is = amountAt(after, places.vault);
    const escrow = at(before, places.escrow);
    if (action.kind === "donate") ledger.donated += is - was;
    else if (action.kind === "fund") ledger.funded += is - was;
    else if (action.kind === "close") this.recordClosing(step, places, ledger);
    else if (is !== was) this.recordPayout(step, places, ledger, was - is);
    if (action.kind === "delete") {
      holds(action.by === "owner", "only the owner deletes");
      holds(at(after, places.policy) === null && escrow === null, "nothing is left, or was held");
    }
    if (!escrow || !("index" in action)) return;
    frozenStaysFrozen(step, escrow.data);
  }

  /** 16: only with nothing outstanding, or before the recipient signed; everything goes to the owner. */
  private recordClosing(step: Step, places: Places, ledger: Ledger): void {
    const { before, after, tokens, action } = step;
    const escrow = readEscrow(bytesOf(before, places.escrow));
    const held = outstanding(escrow);
    holds("by" in action && action.by === "owner", "only the owner closes");
    holds(!escrow.isAccepted || held === 0n, "nothing accepted was outstanding");
    const gained = amountAt(after, tokens.owner) - amountAt(before, tokens.owner);
    holds(gained === held + ledger.donated, "the vault's whole content is the owner's");
    holds(!at(after, places.escrow) && !at(after, places.vault), "escrow and vault are gone");
    const lamports = [before, after].map(
      (seen) => at(seen, RENT_PAYER_ADDRESS)?.lamports ?? 0n,
    ) as [bigint, bigint];
    const rent = [places.escrow, places.vault].reduce(
      (sum, address) => sum + (at(before, address)?.lamports ?? 0n),
      0n,
    );
    holds(lamports[1] - lamports[0] === rent, "rent went to its payer");
    ledger.refunded += held;
    ledger.donated = 0n;
    ledger.wasClosed = true;
  }

  /** 5, 7, 10: one milestone ends, once, and each unit of it goes where it belongs. */
  private recordPayout(step: Step, places: Places, ledger: Ledger, left: bigint): void {
    const { before, after, tokens } = step;
    const policy = bytesOf(before, places.policy);
    const index = policy.readUInt8(169);
    holds("index" in step.action && step.action.index === index, "the named milestone is paid");
    holds(!ledger.settled.has(index), `milestone ${index} settles once`);
    ledger.settled.add(index);
    const escrow = bytesOf(before, places.escrow);
    const milestone = readEscrow(escrow).milestones[index] as ReadMilestone;
    holds(left === milestone.funded, "exactly the milestone's money leaves the vault");

    const amount = bytesOf(after, places.policy).readBigUInt64LE(298) - policy.readBigUInt64LE(298);
    const share = (bps: number): bigint => (amount * BigInt(bps)) / 10_000n;
    const protocolFee = share(policy.readUInt16LE(326));
    const gatewayFee = share(policy.readUInt16LE(328));
    const platformFee = share(escrow.readUInt16LE(158));
    const due: Partial<Record<Person, bigint>> = {
      recipient: amount - gatewayFee - protocolFee,
      gatewayFees: gatewayFee + platformFee,
      protocolFees: protocolFee,
      owner: milestone.funded - amount - platformFee,
    };
    // Only an execution's keeper is rewarded, by the gateway's bytes and out of its own fee.
    const keeper = step.action.kind === "execute" ? keeperOf(step.action) : null;
    if (keeper !== null) {
      const bps = bytesOf(before, GATEWAY).readUInt16LE(255);
      const reward = (gatewayFee * BigInt(bps)) / 10_000n;
      due.gatewayFees = (due.gatewayFees ?? 0n) - reward;
      due[keeper] = (due[keeper] ?? 0n) + reward;
    }
    for (const person of PEOPLE) {
      const gained = amountAt(after, tokens[person]) - amountAt(before, tokens[person]);
      holds(gained === (due[person] ?? 0n), `what ${person} got`);
    }
    ledger.refunded += due.owner as bigint;
    ledger.paid += left - (due.owner as bigint);
  }

  private policyHolds({ before, after }: Step, places: Places): void {
    const policy = at(after, places.policy);
    const account = at(after, places.escrow);
    const ledger = this.ledger(places.policy);
    // 16: what was closed stays so.
    if (ledger.wasClosed) holds(!account && !at(after, places.vault), "no escrow comes back");
    if (!policy) {
      holds(!account, "no escrow without its policy");
      return;
    }
    holds((policy.data.readUInt8(FUNDING_KIND_OFFSET) === 1) === (account !== null), "kind is 1");
    // 6, 17: the terms never change.
    const policyTerms = termsOf(policy.data, null);
    holds(ledger.policyTerms === "" || ledger.policyTerms === policyTerms, "terms of the policy");
    ledger.policyTerms = policyTerms;
    if (!account) {
      holds(ledger.paid + ledger.refunded === ledger.funded, "nothing stays without an escrow");
      return;
    }
    const escrowTerms = termsOf(policy.data, account.data);
    holds(ledger.escrowTerms === "" || ledger.escrowTerms === escrowTerms, "terms of the escrow");
    ledger.escrowTerms = escrowTerms;

    const escrow = readEscrow(account.data);
    const held = outstanding(escrow);
    const sum = (field: "funded" | "paid" | "refunded"): bigint =>
      escrow.milestones.reduce((all, milestone) => all + milestone[field], 0n);
    // 1: by the escrow's own books, and by what really went through the vault.
    holds(sum("funded") === ledger.funded, "funded is what came in");
    holds(sum("paid") === ledger.paid, "paid is what went to recipient and fees");
    holds(sum("refunded") === ledger.refunded, "refunded is what went back");
    holds(ledger.paid + ledger.refunded + held === ledger.funded, "the ledger adds up");
    // 4: the vault holds what is outstanding, and donations.
    const vault = amountAt(after, places.vault);
    holds(vault >= held && vault === held + ledger.donated, "the vault covers what is outstanding");
    this.finalStaysFinal(before, places, account.data);
    for (const milestone of escrow.milestones) {
      const open = milestone.funded - milestone.paid - milestone.refunded;
      holds(isFinal(milestone.state) ? open === 0n : open === milestone.funded, "all or nothing");
    }
  }

  /** 5: not one byte of a final milestone changes. */
  private finalStaysFinal(before: Observed, places: Places, now: Buffer): void {
    const was = at(before, places.escrow)?.data;
    if (!was) return;
    readEscrow(was).milestones.forEach(({ state }, i) => {
      if (!isFinal(state)) return;
      const from = FIRST_MILESTONE + MILESTONE_SIZE * i;
      const to = from + MILESTONE_SIZE;
      holds(now.subarray(from, to).equals(was.subarray(from, to)), `final milestone ${i}`);
    });
  }
}

/** 22: a dispute freezes release; only what ends or continues the dispute succeeds. */
function frozenStaysFrozen({ action, time }: Step, data: Buffer): void {
  if (!("index" in action)) return;
  const escrow = readEscrow(data);
  const stored = escrow.milestones[action.index]?.state;
  if (!stored) return;
  const state = stored === "disputed" && time >= escrow.mediationAt ? "mediation" : stored;
  const allowed = THAWS[state];
  holds(!allowed || allowed.includes(action.kind), `${action.kind} of a milestone in ${state}`);
}

/** 13: whatever fails, a duplicate too, moves nothing and changes not one byte. */
function nothingChanged({ before, after }: Step): void {
  for (const [address, account] of after) {
    holds(isSame(account, at(before, address)), `${address} after a failure`);
  }
}

/** 11: acting on one policy changes no byte of another, its escrow or its vault. 17: admin and gateway change none. */
function othersUntouched({ action, before, after, places }: Step): void {
  const subject =
    action.kind === "createPolicy"
      ? action.places.policy
      : "policy" in action
        ? action.policy
        : null;
  for (const { policy, escrow, vault } of places) {
    if (policy === subject) continue;
    for (const address of [policy, escrow, vault]) {
      holds(isSame(at(after, address), at(before, address)), `${address}, another policy's`);
    }
  }
}

/** 2: what delegated policies may still pull, and nothing of held ones, is committed and allowed. */
function committedIsTheSum({ after, places, tokens }: Step): void {
  let sum = 0n;
  for (const { policy } of places) {
    const data = at(after, policy)?.data;
    if (!data || data.readUInt8(FUNDING_KIND_OFFSET) !== 0) continue;
    sum += data.readBigUInt64LE(172) - data.readBigUInt64LE(298);
  }
  holds(bytesOf(after, USER_PAYMENT).readBigUInt64LE(104) === sum, "committed");
  const { allowance, delegate } = readTokens(after, tokens.owner);
  holds(allowance === sum && delegate === (sum > 0n ? USER_PAYMENT : null), "the allowance");
}
