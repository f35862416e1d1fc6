import BN from "bn.js";
import { expect } from "chai";
import { FUNDING_KIND_CLOSED, RELEASE_CONDITIONS } from "../../src/constants";
import { decideAction, isApprovedBySilence, silentApprovalAt } from "../../src/rules/escrow-timing";
import { milestoneStateAt } from "../../src/rules/milestone-state";
import { decideNextActions, type NextAction } from "../../src/next-actions/decide-next-actions";
import { nextActions } from "../../src/next-actions/next-actions";
import { ESCROW_TRANSITIONS, type EscrowAction } from "../../src/rules/transitions";
import { InvalidInputError } from "../../src/errors/input";
import { requiredRole } from "../../src/rules/release-condition";
import type { ReleaseSnapshot } from "../../src/release/snapshot";
import type { MilestoneStateName } from "../../src/types";
import { expectError } from "../expect-error";
import {
  config,
  escrowMilestone,
  fakeWorld,
  heldWorld,
  NOW,
  owner,
  policy,
  policyPda,
  recipient,
  releaseSnapshot,
  stranger,
  tokenAccount,
  userPayment,
} from "../fixtures";
import {
  ACCEPTED,
  DISPUTED,
  DOCUMENTED_WAYS,
  type HeldOptions,
  heldSnapshot,
  MEDIATION,
  PARTIES,
  READY,
  STATES,
  SUBMITTED,
  TERMS,
  vaultAccount,
} from "../held-snapshot";

const ACTIONS = [...new Set(ESCROW_TRANSITIONS.map(([, action]) => action))];
const DISPUTE_CLOSES = SUBMITTED + TERMS.disputeWindowSecs;
const REVIEW_ENDS = SUBMITTED + TERMS.reviewPeriodSecs;
const EXPIRES = MEDIATION + TERMS.mediationTimeoutSecs;
const OVERDUE = READY + TERMS.deliveryGraceSecs;
const DUE = SUBMITTED + 60;
/** Every second at which something changes, and its neighbours. */
const TIMES = [
  ACCEPTED,
  READY,
  OVERDUE,
  SUBMITTED,
  DISPUTED,
  MEDIATION,
  DISPUTE_CLOSES,
  DUE,
  REVIEW_ENDS,
  DUE + TERMS.deliveryGraceSecs,
  EXPIRES,
].flatMap((time) => [time - 1, time, time + 1]);

/** The action of the table that an instruction takes; the same name but for an agreed reclaim. */
function actionOf({ instruction, cosigner }: NextAction): string {
  const isAgreed = instruction === "reclaimMilestone" && cosigner !== null;
  return isAgreed ? "reclaimMilestoneAgreed" : instruction;
}

/** What the party can do at `now`, of the actions in the table. */
function possible(snapshot: ReleaseSnapshot, party: string, now: number): string[] {
  const { possible: actions } = decideNextActions(snapshot, PARTIES[party]!, new BN(now));
  return actions.map(actionOf).filter((action) => ACTIONS.includes(action as EscrowAction));
}

/** Who may take an action, by the docs' column "who"; `anyone` stands for everybody. */
function mayTake(who: string, party: string, condition: number): boolean {
  const bitmap = requiredRole(condition) ?? "anyone";
  const allowed: Record<string, string[]> = {
    owner: ["owner"],
    recipient: ["recipient"],
    mediator: ["mediator"],
    anyone: ["anyone"],
    "owner and recipient": ["owner", "recipient"],
    "owner or recipient": ["owner", "recipient"],
    "as the bitmap says": [bitmap],
    "bitmap; later anyone": ["anyone"],
  };
  const parties = allowed[who];
  if (!parties) throw new Error(`the table says "${who}"`);
  return parties.includes("anyone") || parties.includes(party);
}

describe("decideNextActions and the table of docs/escrow.md", () => {
  for (const state of STATES) {
    it(`given ${state}, then over all times each party can do what the table says, and no more`, () => {
      for (const condition of RELEASE_CONDITIONS) {
        const options: HeldOptions = { milestone: { releaseCondition: condition } };
        for (const party of Object.keys(PARTIES)) {
          const listed = new Set<string>();
          for (const stored of STATES) {
            const snapshot = heldSnapshot(stored, options);
            for (const now of TIMES) {
              const account = snapshot.escrow!.account;
              if (milestoneStateAt(account, 0, new BN(now)) !== state) continue;
              for (const action of possible(snapshot, party, now)) listed.add(action);
            }
          }
          const documented = DOCUMENTED_WAYS.filter(
            ({ from, by, who }) => from === state && by && mayTake(who, party, condition),
          ).map(({ by }) => by!);
          expect([...listed].sort(), `${party}, condition ${condition}`).to.deep.equal(
            documented.sort(),
          );
        }
      }
    });
  }

  it("given the way that time takes, then it is announced from the dispute on, and needs no signer", () => {
    const timeWays = DOCUMENTED_WAYS.filter(({ by }) => by === null);
    expect(timeWays.map(({ from, to }) => [from, to])).to.deep.equal([["disputed", "mediation"]]);
    const snapshot = heldSnapshot("disputed");
    const before = decideNextActions(snapshot, stranger.publicKey, new BN(MEDIATION - 1));
    expect(before.state).to.equal("disputed");
    expect(before.byItself[0]!.change).to.equal("mediationStarts");
    expect(before.byItself[0]!.at.toNumber()).to.equal(MEDIATION);
    const from = decideNextActions(snapshot, stranger.publicKey, new BN(MEDIATION));
    expect(from.state).to.equal("mediation");
    expect(from.byItself.map(({ change }) => change)).to.deep.equal(["mediationExpires"]);
  });
});

describe("decideNextActions and the program's rules", () => {
  /** The program's answer, from the mirror of its rules, for a party who signs alone or with whoever else must. */
  function isAllowed(
    snapshot: ReleaseSnapshot,
    action: EscrowAction,
    party: string,
    now: BN,
  ): boolean {
    const { milestone } = snapshot.policy.policyType;
    const escrow = snapshot.escrow!.account;
    const ways = DOCUMENTED_WAYS.filter(({ by }) => by === action);
    const state = milestoneStateAt(escrow, 0, now);
    const way = ways.find(({ from }) => from === state);
    if (!way || decideAction(action, milestone, escrow, 0, now).error) return false;
    const condition = milestone.releaseCondition;
    if (action !== "executePayment") return mayTake(way.who, party, condition);
    const isSilent = isApprovedBySilence(escrow, 0, now);
    return isSilent || mayTake("as the bitmap says", party, condition);
  }

  for (const state of STATES.filter((name) => name !== "unfunded")) {
    it(`given ${state}, then at every second around a deadline exactly what the rules allow, to every party`, () => {
      let compared = 0;
      for (const condition of RELEASE_CONDITIONS) {
        for (const due of [0, ACCEPTED, DUE]) {
          const milestoneTimestamps = [due, 0, 0, 0].map((date) => new BN(date));
          const snapshot = heldSnapshot(state, {
            milestone: { releaseCondition: condition, milestoneTimestamps },
          });
          for (const now of TIMES) {
            for (const party of Object.keys(PARTIES)) {
              const expected = ACTIONS.filter((action) =>
                isAllowed(snapshot, action, party, new BN(now)),
              );
              expect(
                possible(snapshot, party, now).sort(),
                `${party} at ${now}, condition ${condition}, due ${due}`,
              ).to.deep.equal(expected.sort());
              compared += 1;
            }
          }
        }
      }
      expect(compared).to.equal(8 * 3 * TIMES.length * 5);
    });
  }

  it("given what is possible until, and later from, then those are the seconds in which the answer changes", () => {
    let changes = 0;
    for (const state of STATES) {
      for (const condition of RELEASE_CONDITIONS) {
        const snapshot = heldSnapshot(state, {
          milestone: {
            releaseCondition: condition,
            milestoneTimestamps: [DUE, 0, 0, 0].map((date) => new BN(date)),
          },
        });
        for (const now of TIMES) {
          for (const party of Object.keys(PARTIES)) {
            const actions = decideNextActions(snapshot, PARTIES[party]!, new BN(now));
            for (const action of actions.possible) {
              if (!action.until) continue;
              const until = action.until.toNumber();
              expect(until).to.be.greaterThan(now);
              const name = actionOf(action);
              expect(possible(snapshot, party, until - 1)).to.include(name);
              expect(possible(snapshot, party, until)).to.not.include(name);
              changes += 1;
            }
            for (const action of actions.later) {
              const from = action.from!.toNumber();
              expect(from).to.be.greaterThan(now);
              const name = actionOf(action);
              expect(possible(snapshot, party, from - 1)).to.not.include(name);
              expect(possible(snapshot, party, from)).to.include(name);
              changes += 1;
            }
          }
        }
      }
    }
    expect(changes).to.be.greaterThan(1_000);
  });
});

describe("decideNextActions at the five deadlines", () => {
  type Case = [
    name: string,
    state: MilestoneStateName,
    at: number,
    party: string,
    action: EscrowAction,
    isPossible: [before: boolean, on: boolean, after: boolean],
    options?: HeldOptions,
  ];
  const dated: HeldOptions = {
    milestone: {
      releaseCondition: 5,
      milestoneTimestamps: [REVIEW_ENDS + 9, 0, 0, 0].map((date) => new BN(date)),
    },
  };
  const OPENS: Case[5] = [false, true, true];
  const CLOSES: Case[5] = [true, false, false];
  const cases: Case[] = [
    ["the dispute window", "submitted", DISPUTE_CLOSES, "owner", "disputeMilestone", CLOSES],
    ["the review", "submitted", REVIEW_ENDS, "stranger", "executePayment", OPENS],
    ["the review", "submitted", REVIEW_ENDS, "recipient", "executePayment", OPENS],
    [
      "a due date after the review",
      "submitted",
      REVIEW_ENDS + 9,
      "stranger",
      "executePayment",
      OPENS,
      dated,
    ],
    ["a due date", "submitted", REVIEW_ENDS + 9, "owner", "approveMilestone", OPENS, dated],
    ["the mediation delay", "disputed", MEDIATION, "owner", "withdrawDispute", CLOSES],
    ["the mediation delay", "disputed", MEDIATION, "recipient", "submitMilestone", CLOSES],
    ["the mediation delay", "disputed", MEDIATION, "recipient", "requestMediation", CLOSES],
    ["the mediation delay", "disputed", MEDIATION, "mediator", "resolveDispute", OPENS],
    ["the mediation timeout", "disputed", EXPIRES, "mediator", "resolveDispute", CLOSES],
    ["the mediation timeout", "mediation", EXPIRES, "mediator", "resolveDispute", CLOSES],
    ["the mediation timeout", "mediation", EXPIRES, "stranger", "expireMediation", OPENS],
    ["the delivery grace", "funded", OVERDUE, "owner", "reclaimMilestone", OPENS],
    [
      "the delivery grace after a due date",
      "funded",
      REVIEW_ENDS + 9 + TERMS.deliveryGraceSecs,
      "owner",
      "reclaimMilestone",
      OPENS,
      dated,
    ],
  ];
  for (const [name, state, at, party, action, isPossible, options] of cases) {
    it(`given ${name} of a ${state} milestone, then ${action} by the ${party} at t-1, t, t+1: ${isPossible.join(", ")}`, () => {
      const snapshot = heldSnapshot(state, options);
      const found = [at - 1, at, at + 1].map((now) =>
        possible(snapshot, party, now).includes(action),
      );
      expect(found).to.deep.equal(isPossible);
    });
  }

  it("given a submission, then what happens by itself: the window closes, then silence approves", () => {
    const { byItself } = decideNextActions(
      heldSnapshot("submitted"),
      owner.publicKey,
      new BN(SUBMITTED),
    );
    expect(byItself.map(({ change, at }) => [change, at.toNumber()])).to.deep.equal([
      ["disputeWindowCloses", DISPUTE_CLOSES],
      ["silentApproval", REVIEW_ENDS],
    ]);
  });

  it("given the end of the review, then silence is no longer ahead of anyone", () => {
    for (const [now, ahead] of [
      [REVIEW_ENDS - 1, ["silentApproval"]],
      [REVIEW_ENDS, []],
      [REVIEW_ENDS + 1, []],
    ] as const) {
      const { byItself } = decideNextActions(
        heldSnapshot("submitted"),
        owner.publicKey,
        new BN(now),
      );
      expect(byItself.map(({ change }) => change)).to.deep.equal(ahead);
    }
  });

  it("given mediation, then its end with the split, which adds up to what was funded", () => {
    const { byItself } = decideNextActions(
      heldSnapshot("mediation"),
      recipient.publicKey,
      new BN(MEDIATION),
    );
    expect(byItself).to.have.length(1);
    const { change, at, payout } = byItself[0]!;
    expect([change, at.toNumber()]).to.deep.equal(["mediationExpires", EXPIRES]);
    const parts = Object.fromEntries(
      Object.entries(payout!).map(([part, amount]) => [part, (amount as BN).toNumber()]),
    );
    // 60% of 10,000, fees on the recipient's part alone, the platform fee in proportion.
    expect(parts).to.deep.equal({
      recipient: 5_910,
      gatewayFee: 60,
      protocolFee: 30,
      platformFee: 150,
      refund: 4_100,
    });
  });

  it("given a funded milestone, then when it is due and when the owner may reclaim it", () => {
    const { byItself } = decideNextActions(
      heldSnapshot("funded", dated),
      recipient.publicKey,
      new BN(READY),
    );
    expect(byItself.map(({ change, at }) => [change, at.toNumber()])).to.deep.equal([
      ["due", REVIEW_ENDS + 9],
      ["deliveryOverdue", REVIEW_ENDS + 9 + TERMS.deliveryGraceSecs],
    ]);
  });

  it("given a submission at the end of time, then no wrap", () => {
    const i64Max = new BN("7fffffffffffffff", 16);
    const snapshot = heldSnapshot("submitted", { current: { submittedAt: i64Max } });
    const { milestone } = snapshot.policy.policyType;
    expect(silentApprovalAt(milestone, snapshot.escrow!.account, 0).eq(i64Max)).to.equal(true);
  });
});

describe("decideNextActions beside the table", () => {
  const names = (snapshot: ReleaseSnapshot, party: string, now = MEDIATION) =>
    decideNextActions(snapshot, PARTIES[party]!, new BN(now))
      .possible.map(({ instruction }) => instruction)
      .sort();

  it("given terms that are not accepted, then the recipient accepts, the owner funds and takes back, and no clock runs", () => {
    const snapshot = heldSnapshot("unfunded", { escrow: { acceptedAt: new BN(0) } });
    expect(names(snapshot, "recipient")).to.deep.equal(["acceptEscrow"]);
    expect(names(snapshot, "owner")).to.deep.equal(["closeEscrow", "fundMilestones"]);
    const funded = heldSnapshot("funded", {
      escrow: { acceptedAt: new BN(0), readyAt: new BN(0) },
    });
    expect(names(funded, "owner")).to.deep.equal(["closeEscrow"]);
    const { byItself, later } = decideNextActions(funded, owner.publicKey);
    expect([...byItself, ...later]).to.deep.equal([]);
  });

  it("given three unfunded milestones of which one is due, then funding names the first and how many", () => {
    const snapshot = heldSnapshot("funded", { milestone: { totalMilestones: 4 } });
    const fund = decideNextActions(snapshot, owner.publicKey).possible.find(
      ({ instruction }) => instruction === "fundMilestones",
    );
    expect([fund!.milestoneIndex, fund!.maxCount]).to.deep.equal([1, 3]);
  });

  it("given the program's pause, then nothing is funded or opened, and everything held goes on", () => {
    const paused = { snapshot: { config: config({ isPaused: 1 }) } };
    expect(names(heldSnapshot("unfunded", paused), "owner")).to.deep.equal(["closeEscrow"]);
    for (const state of STATES.filter((name) => name !== "unfunded")) {
      for (const party of Object.keys(PARTIES)) {
        expect(names(heldSnapshot(state, paused), party)).to.deep.equal(
          names(heldSnapshot(state), party),
        );
      }
    }
  });

  it("given money in the vault, then the escrow stays open; nothing in it, then the owner may close it", () => {
    for (const state of STATES) {
      const isEmpty = ["unfunded", "released", "resolved", "refunded"].includes(state);
      expect(names(heldSnapshot(state), "owner").includes("closeEscrow"), state).to.equal(isEmpty);
    }
  });

  it("given an escrow that was closed, then deletion by the owner is left", () => {
    const snapshot = releaseSnapshot({
      policy: policy({}, { fundingKind: FUNDING_KIND_CLOSED, status: { paused: {} } }),
    });
    const {
      possible: left,
      later,
      byItself,
      milestoneIndex,
    } = decideNextActions(snapshot, owner.publicKey);
    expect(left.map(({ instruction }) => instruction)).to.deep.equal(["deletePaymentPolicy"]);
    expect([later, byItself, milestoneIndex]).to.deep.equal([[], [], null]);
    expect(names(snapshot, "recipient")).to.deep.equal([]);
  });

  it("given a frozen vault, then only what moves no money, and the obstacle", () => {
    const frozen = { snapshot: { source: vaultAccount(10_250n, true) } };
    expect(names(heldSnapshot("submitted", frozen), "owner", SUBMITTED)).to.deep.equal([
      "disputeMilestone",
    ]);
    expect(names(heldSnapshot("mediation", frozen), "mediator")).to.deep.equal([]);
    const { obstacles } = decideNextActions(heldSnapshot("mediation", frozen), owner.publicKey);
    expect(obstacles.map(({ name, error }) => [name, error])).to.deep.equal([
      ["vault", "TokenAccountFrozen"],
    ]);
    const donated = { snapshot: { source: vaultAccount(1n, true) } };
    expect(names(heldSnapshot("released", donated), "owner")).to.deep.equal([]);
    const empty = { snapshot: { source: vaultAccount(0n, true) } };
    expect(names(heldSnapshot("released", empty), "owner")).to.deep.equal(["closeEscrow"]);
  });

  it("given a frozen destination, then it is named and hides nothing: another account will do", () => {
    const base = heldSnapshot("submitted");
    const destination = base.recipientDestination;
    const frozen = heldSnapshot("submitted", {
      snapshot: {
        recipientDestination: { ...destination, state: { ...destination.state!, isFrozen: true } },
      },
    });
    expect(names(frozen, "owner")).to.deep.equal(names(base, "owner"));
    const { obstacles } = decideNextActions(frozen, owner.publicKey);
    expect(obstacles.map(({ name }) => name)).to.deep.equal(["destination"]);
  });

  it("given what both sign, then each is told whose signature is missing", () => {
    const snapshot = heldSnapshot("submitted");
    for (const [party, other] of [
      [owner, recipient],
      [recipient, owner],
    ] as const) {
      const joint = decideNextActions(snapshot, party.publicKey).possible.filter(
        ({ cosigner }) => cosigner,
      );
      expect(joint.map(({ instruction }) => instruction)).to.deep.equal([
        "settleMilestone",
        "reclaimMilestone",
      ]);
      for (const { cosigner } of joint) expect(cosigner!.equals(other.publicKey)).to.equal(true);
    }
  });
});

describe("decideNextActions of a delegated policy", () => {
  const at = (snapshot: ReleaseSnapshot, who = owner.publicKey, now = NOW) =>
    decideNextActions(snapshot, who, new BN(now));
  const instructions = (actions: NextAction[]) =>
    actions.map(({ instruction }) => instruction).sort();

  it("given a due date, then anyone executes from it on, and the owner may pause, delete and open an escrow", () => {
    for (const offset of [-1, 0, 1]) {
      const actions = at(releaseSnapshot(), stranger.publicKey, NOW + offset);
      const isDue = offset >= 0;
      expect(instructions(actions.possible)).to.deep.equal(isDue ? ["executePayment"] : []);
      expect(actions.later.map(({ from }) => from!.toNumber())).to.deep.equal(isDue ? [] : [NOW]);
      expect(actions.byItself.map(({ change }) => change)).to.deep.equal(isDue ? [] : ["due"]);
      expect([actions.state, actions.milestoneIndex]).to.deep.equal([null, 0]);
    }
    const { possible: owners } = at(releaseSnapshot());
    expect(instructions(owners)).to.deep.equal([
      "changePaymentPolicyStatus",
      "deletePaymentPolicy",
      "executePayment",
      "openEscrow",
    ]);
    const pause = owners.find(({ instruction }) => instruction === "changePaymentPolicyStatus");
    expect(pause!.status).to.equal("paused");
  });

  for (const condition of RELEASE_CONDITIONS) {
    it(`given condition ${condition}, then whom it names executes, and no other`, () => {
      const snapshot = releaseSnapshot({ policy: policy({ releaseCondition: condition }) });
      const role = requiredRole(condition);
      for (const [party, address] of Object.entries(PARTIES)) {
        const found = instructions(at(snapshot, address).possible).includes("executePayment");
        expect(found, party).to.equal(role === null || role === party);
      }
    });
  }

  it("given the owner's pause, then no party executes, and the owner may resume", () => {
    const snapshot = releaseSnapshot({ policy: policy({}, { status: { paused: {} } }) });
    const actions = at(snapshot, owner.publicKey, NOW - 1);
    expect(instructions(actions.possible)).to.deep.equal([
      "changePaymentPolicyStatus",
      "deletePaymentPolicy",
    ]);
    expect(actions.possible.find(({ status }) => status)!.status).to.equal("active");
    expect([actions.later, actions.byItself]).to.deep.equal([[], []]);
  });

  it("given the program's pause, then the owner may still pause and delete", () => {
    const snapshot = releaseSnapshot({ config: config({ isPaused: 1 }) });
    expect(instructions(at(snapshot).possible)).to.deep.equal([
      "changePaymentPolicyStatus",
      "deletePaymentPolicy",
    ]);
  });

  const other = stranger.publicKey;
  const syncs: [string, ReleaseSnapshot, boolean | null][] = [
    ["a delegation in sync", releaseSnapshot(), null],
    ["a revoked one", delegated({ delegate: null, delegatedAmount: 0n }), false],
    ["a lowered one", delegated({ delegatedAmount: 1n }), false],
    ["a raised one", delegated({ delegatedAmount: 150_000_001n }), false],
    ["another's", delegated({ delegate: other }), true],
    ["one of a frozen account", delegated({ delegatedAmount: 1n, isFrozen: true }), null],
    ["one under a CPI guard", delegated({ delegatedAmount: 1n, isCpiGuarded: true }), null],
    ["one of an account given away", delegated({ delegatedAmount: 1n, owner: other }), null],
    ["a closed account", releaseSnapshot({ source: null }), null],
    ["nothing committed, and a delegation", committedNothing({}), false],
    ["nothing committed, and none", committedNothing({ delegate: null }), null],
  ];
  function delegated(overrides: Parameters<typeof tokenAccount>[0]): ReleaseSnapshot {
    return releaseSnapshot({ source: tokenAccount(overrides) });
  }
  function committedNothing(overrides: Parameters<typeof tokenAccount>[0]): ReleaseSnapshot {
    return releaseSnapshot({
      policy: policy({ currentMilestone: 2 }, { status: { paused: {} } }),
      userPayment: userPayment({ committed: new BN(0) }),
      source: tokenAccount(overrides),
    });
  }
  for (const [name, snapshot, replaceDelegate] of syncs) {
    it(`given ${name}, then sync ${replaceDelegate === null ? "changes nothing" : "repairs it"}`, () => {
      const sync = at(snapshot).possible.find(
        ({ instruction }) => instruction === "syncDelegation",
      );
      expect(sync?.replaceDelegate ?? null).to.equal(replaceDelegate);
    });
  }

  it("given a delegation that cannot pay, then no execution and the obstacle", () => {
    const actions = at(delegated({ delegatedAmount: 1n }), stranger.publicKey);
    expect(actions.possible).to.deep.equal([]);
    expect(actions.obstacles.map(({ error }) => error)).to.deep.equal(["InsufficientDelegation"]);
  });

  it("given a completed policy, then the owner may delete it", () => {
    const done = policy({ currentMilestone: 2 }, { status: { paused: {} } });
    const actions = at(releaseSnapshot({ policy: done }));
    expect(instructions(actions.possible)).to.deep.equal(["deletePaymentPolicy"]);
    expect(actions.milestoneIndex).to.equal(null);
  });
});

describe("nextActions", () => {
  it("given a chain, then its clock and its escrow decide", async () => {
    const { context } = await heldWorld([
      { state: { submitted: {} }, funded: new BN(50_000_000), submittedAt: new BN(NOW - 10) },
      escrowMilestone(),
    ]);
    const actions = await nextActions(context, policyPda, owner.publicKey);
    expect([actions.state, actions.now.toNumber(), actions.roles]).to.deep.equal([
      "submitted",
      NOW,
      ["owner", "anyone"],
    ]);
    const dispute = actions.possible.find(({ instruction }) => instruction === "disputeMilestone");
    expect(dispute!.until!.toNumber()).to.equal(NOW - 10 + 5 * 86_400);
    const later = NOW + 8 * 86_400;
    const silent = await nextActions(context, { address: policyPda }, stranger.publicKey, later);
    expect(silent.possible.map(({ instruction }) => instruction)).to.deep.equal(["executePayment"]);
  });

  it("given a delegated policy, then it needs no escrow", async () => {
    const { context } = await fakeWorld();
    const { possible: actions } = await nextActions(context, policyPda, stranger.publicKey);
    expect(actions.map(({ instruction }) => instruction)).to.deep.equal(["executePayment"]);
  });

  it("given milliseconds or no address, then an input error", async () => {
    const { context } = await fakeWorld();
    await expectError(InvalidInputError, () =>
      nextActions(context, policyPda, owner.publicKey, NOW * 1_000),
    );
    await expectError(InvalidInputError, () => nextActions(context, policyPda, null as never));
  });
});
