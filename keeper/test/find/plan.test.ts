import { BorshCoder } from "@coral-xyz/anchor";
import {
  AccountKindError,
  decideAction,
  type Escrow,
  type EscrowMilestone,
  FUNDING_KIND_CLOSED,
  FUNDING_KIND_HELD,
  IDL,
  isApprovedBySilence,
  type MilestoneStateName,
  type PaymentPolicy,
  POLICY_OFFSET,
  PROGRAM_ID,
} from "@milepost/sdk";
import type { AccountInfo } from "@solana/web3.js";
import BN from "bn.js";
import { expect } from "chai";
import { planPolicy, type PlanRules } from "../../src/find/plan";
import { plannedPolicy, plannedPolicyOfSlice, POLICY_SLICE } from "../../src/find/policy-slice";
import { escrow, key, policy, UPDATED_AT } from "../harness/accounts";
import { NOW } from "../harness/plans";

const ADDRESS = key("policy");
const OPEN: PlanRules = { isProgramPaused: false, signsFor: () => false };
const WITH_KEY: PlanRules = { isProgramPaused: false, signsFor: () => true };
const at = (time: bigint) => new BN(time.toString());

function planOf(account: PaymentPolicy, rules = OPEN, held: Escrow | null = null) {
  return planPolicy({ address: ADDRESS.toBase58(), policy: account, escrow: held, slot: 9 }, rules);
}

describe("plan of a delegated policy", () => {
  it("given a due date anyone may release at, when it is planned, then it is scheduled for that second", () => {
    expect(planOf(policy())).to.deep.equal({
      address: ADDRESS.toBase58(),
      milestoneIndex: 0,
      state: "scheduled",
      action: "executePayment",
      dueAt: NOW,
      reason: "",
      seenSlot: 9,
    });
    expect(planOf(policy({ currentMilestone: 1 }))).to.deep.include({
      milestoneIndex: 1,
      dueAt: NOW + 100n,
    });
  });

  it("given no due date, when it is planned, then it is due since its turn came", () => {
    expect(planOf(policy({ releaseCondition: 0 })).dueAt).to.equal(UPDATED_AT);
  });

  it("given the gateway's signature, when the keeper has the key of this gateway, then it is scheduled; otherwise it waits", () => {
    const mine: PlanRules = {
      isProgramPaused: false,
      signsFor: (gateway) => gateway.equals(key("gateway")),
    };
    expect(planOf(policy({ releaseCondition: 3 }), mine).dueAt).to.equal(NOW);
    expect(planOf(policy({ releaseCondition: 2 }), mine).dueAt).to.equal(UPDATED_AT);
    const others = policy({ releaseCondition: 3 }, { gateway: key("another gateway") });
    expect(planOf(others, mine)).to.deep.include({
      state: "waiting",
      reason: "GatewayMustSign",
      dueAt: null,
    });
  });

  for (const [condition, reason] of [
    [4, "OwnerMustSign"],
    [5, "OwnerMustSign"],
    [8, "RecipientMustSign"],
    [9, "RecipientMustSign"],
  ] as const) {
    it(`given release condition ${condition}, when it is planned, then it waits for ${reason} with any key`, () => {
      const plan = planOf(policy({ releaseCondition: condition }), WITH_KEY);
      expect(plan).to.deep.include({ state: "waiting", reason, dueAt: null });
    });
  }

  it("given a pause of the owner's or of the program's, when it is planned, then it waits for its end", () => {
    const paused = policy({}, { status: { paused: {} } });
    expect(planOf(paused)).to.deep.include({ state: "waiting", reason: "PolicyPaused" });
    const rules = { ...OPEN, isProgramPaused: true };
    expect(planOf(policy(), rules)).to.deep.include({ state: "waiting", reason: "ProgramPaused" });
  });

  it("given all released, when it is planned, then it is done, although a completed policy is paused", () => {
    const completed = policy({ currentMilestone: 2 }, { status: { paused: {} } });
    expect(planOf(completed)).to.deep.include({ state: "done", reason: "PolicyCompleted" });
  });

  it("given a date beyond 2^53, when it is planned, then it is the same to the last digit", () => {
    const last = 9_223_372_036_854_775_807n;
    const times = [last, 0n, 0n, 0n].map(at);
    expect(planOf(policy({ milestoneTimestamps: times })).dueAt).to.equal(last);
  });
});

describe("plan of a held policy", () => {
  const held = (condition: number) =>
    policy({ releaseCondition: condition }, { fundingKind: FUNDING_KIND_HELD });

  it("given a closed escrow, when it is planned, then it is done", () => {
    const closed = policy({}, { fundingKind: FUNDING_KIND_CLOSED });
    expect(planOf(closed)).to.deep.include({ state: "done", reason: "EscrowClosed" });
  });

  const refused: [string, Escrow | null, string, bigint | null][] = [
    ["no escrow", null, "InvalidEscrow", null],
    ["no acceptance", escrow(ADDRESS, {}, { acceptedAt: new BN(0) }), "EscrowNotAccepted", NOW],
    ["no funding", escrow(ADDRESS, { state: { unfunded: {} } }), "MilestoneNotFunded", NOW],
    ["no submission under the owner's bit", escrow(ADDRESS), "MilestoneNotSubmitted", NOW],
    ["an end", escrow(ADDRESS, { state: { refunded: {} } }), "MilestoneAlreadyReleased", null],
  ];
  for (const [name, account, reason, date] of refused) {
    it(`given ${name}, when it is planned, then it waits for a change (${reason}), and its date is known`, () => {
      const plan = planOf(held(5), OPEN, account);
      expect(plan).to.deep.include({ state: "waiting", reason, dueAt: date });
      const undated = planOf(held(4), OPEN, account);
      expect(undated).to.deep.include({ state: "waiting", reason, dueAt: null });
    });
  }

  it("given pauses, when it is planned, then they change nothing for held funds", () => {
    const paused = { ...held(1), status: { paused: {} } };
    const rules = { ...OPEN, isProgramPaused: true };
    expect(planOf(paused, rules, escrow(ADDRESS))).to.deep.equal(
      planOf(held(1), OPEN, escrow(ADDRESS)),
    );
  });

  /** Every state in which the keeper acts, under every condition, without and with the gateway's key. */
  const states: [MilestoneStateName, Partial<EscrowMilestone>, Partial<Escrow>][] = [
    ["funded", {}, {}],
    ["submitted", { submittedAt: at(NOW - 600_000n) }, {}],
    ["submitted", { submittedAt: at(NOW + 50n) }, {}],
    ["disputed", { disputedAt: at(NOW) }, { mediationAt: at(NOW + 500n) }],
    ["mediation", { disputedAt: at(NOW) }, { mediationAt: at(NOW + 5n) }],
  ];
  for (const [state, milestone, terms] of states) {
    for (const condition of [0, 1, 2, 3, 4, 5, 8, 9]) {
      for (const hasKey of [false, true]) {
        const submitted = milestone.submittedAt?.toString() ?? "";
        it(`given ${state} ${submitted}, condition ${condition}, ${hasKey ? "the" : "no"} key, when its time comes, then the program allows it at t and not at t-1`, () => {
          const account = escrow(
            ADDRESS,
            { ...milestone, state: { [state]: {} } as EscrowMilestone["state"] },
            terms,
          );
          const plan = planOf(held(condition), hasKey ? WITH_KEY : OPEN, account);
          const { milestone: terms128 } = held(condition).policyType;
          const isOpen = condition <= 1 || (condition <= 3 && hasKey);
          /** Decides as the program does. */
          const isAllowed = (now: bigint) =>
            decideAction(plan.action, terms128, account, 0, at(now)).error === null &&
            (plan.action === "expireMediation" ||
              isOpen ||
              isApprovedBySilence(account, 0, at(now)));
          if (plan.state === "waiting") {
            expect(plan.reason).to.equal("MilestoneNotSubmitted");
            expect(isAllowed(NOW * 2n)).to.equal(false);
            return;
          }
          expect(plan.action).to.equal(
            state === "disputed" || state === "mediation" ? "expireMediation" : "executePayment",
          );
          // The turn of a milestone without a date lies in the past, before the program was asked.
          const hasDeadline = plan.dueAt !== UPDATED_AT;
          if (hasDeadline) expect(isAllowed(plan.dueAt! - 1n), "t-1").to.equal(false);
          expect(isAllowed(plan.dueAt!), "t").to.equal(true);
          expect(isAllowed(plan.dueAt! + 1n), "t+1").to.equal(true);
        });
      }
    }
  }

  it("given a due date before its turn came, when it is planned, then it is due since its turn", () => {
    const late = escrow(ADDRESS, {}, { readyAt: at(NOW + 77n) });
    expect(planOf(held(1), OPEN, late).dueAt).to.equal(NOW + 77n);
  });
});

describe("a policy's slice", () => {
  const coder = new BorshCoder(IDL);
  const parts = (data: Buffer, info: Partial<AccountInfo<Buffer>> = {}): AccountInfo<Buffer> => ({
    ...{ data, owner: PROGRAM_ID, lamports: 1, executable: false },
    ...info,
  });
  const slice = (data: Buffer) =>
    data.subarray(POLICY_SLICE.offset, POLICY_SLICE.offset + POLICY_SLICE.length);
  /** Makes numbers of different libraries comparable: they differ inside. */
  const shown = (value: object): unknown => JSON.parse(JSON.stringify(value));
  const read = (data: Buffer) => plannedPolicyOfSlice(ADDRESS, parts(slice(data)), PROGRAM_ID);

  const full = new BN("18446744073709551615");
  const strange: [string, PaymentPolicy][] = [
    ["an active one", policy()],
    ["a paused one", policy({}, { status: { paused: {} } })],
    ["a held one at its second milestone", policy({ currentMilestone: 1 }, { fundingKind: 1 })],
    ["a closed one", policy({}, { fundingKind: 2 })],
    ["a time before 1970", policy({ milestoneTimestamps: [-1, -2, 0, 0].map((n) => new BN(n)) })],
    [
      "the largest of each",
      policy(
        {
          milestoneAmounts: [full, full, full, full],
          milestoneTimestamps: [1, 2, 3, 4].map(() => full.shrn(1)),
          currentMilestone: 4,
          totalMilestones: 4,
          releaseCondition: 9,
          escrowAmount: full,
          padding: Array.from({ length: 53 }, (_, index) => 255 - index),
        },
        { updatedAt: full.shrn(1).neg() },
      ),
    ],
  ];
  for (const [name, account] of strange) {
    it(`given ${name}, when its slice is read, then it equals the SDK's reading of the whole account`, async () => {
      const data = await coder.accounts.encode("paymentPolicy", account);
      const whole = plannedPolicy(ADDRESS, parts(data), PROGRAM_ID);
      expect(shown(read(data))).to.deep.equal(shown(whole));
    });
  }

  for (const [name, offset, value] of [
    ["another type of policy", POLICY_OFFSET.policyTypeTag, 0],
    ["a status that there is not", POLICY_OFFSET.status, 2],
  ] as const) {
    it(`given ${name}, when its slice is read, then it is refused as the SDK refuses it`, async () => {
      const data = await coder.accounts.encode("paymentPolicy", policy());
      data[offset] = value;
      const outcome = (work: () => object) => {
        try {
          return shown(work());
        } catch (error) {
          return (error as Error).name;
        }
      };
      expect(outcome(() => read(data))).to.deep.equal(
        outcome(() => plannedPolicy(ADDRESS, parts(data), PROGRAM_ID)),
      );
    });
  }

  it("given an account of another program, when its slice is read, then it is refused", async () => {
    const data = await coder.accounts.encode("paymentPolicy", policy());
    const foreign = parts(slice(data), { owner: key("another program") });
    expect(() => plannedPolicyOfSlice(ADDRESS, foreign, PROGRAM_ID)).to.throw(AccountKindError);
  });
});
