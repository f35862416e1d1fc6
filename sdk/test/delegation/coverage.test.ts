import BN from "bn.js";
import { expect } from "chai";
import { FUNDING_KIND_CLOSED, FUNDING_KIND_HELD } from "../../src/constants";
import { computeCoverage } from "../../src/delegation/coverage";
import { delegationCoverage } from "../../src/delegation/delegation-coverage";
import { AccountNotFoundError } from "../../src/errors/accounts";
import type { Escrow, EscrowMilestone } from "../../src/types";
import { expectError } from "../expect-error";
import {
  escrow,
  escrowPda,
  fakeWorld,
  heldWorld,
  mint,
  NOW,
  owner,
  policy,
  policyPda,
  stranger,
  tokenAccount,
  userPayment,
  userPaymentPda,
  vault,
} from "../fixtures";

const amounts = (...values: number[]) => [0, 1, 2, 3].map((slot) => new BN(values[slot] ?? 0));
const addressA = policyPda;
const addressB = stranger.publicKey;
/** Two policies: A pays 10 at +100 and 20 at +300, B pays 40 at +200. */
const policyA = policy(
  { milestoneAmounts: amounts(10, 20), milestoneTimestamps: amounts(NOW + 100, NOW + 300) },
  { policyId: 1 },
);
const policyB = policy(
  { milestoneAmounts: amounts(40), milestoneTimestamps: amounts(NOW + 200), totalMilestones: 1 },
  { policyId: 2 },
);
const input = {
  userPaymentAddress: userPaymentPda,
  userPayment: userPayment({ committed: new BN(70) }),
  policies: [
    { address: addressA, account: policyA },
    { address: addressB, account: policyB },
  ],
  tokenAccount: tokenAccount({ amount: 70n, delegatedAmount: 70n }),
};

describe("computeCoverage", () => {
  it("given enough of both, then no shortfall, and payments by due date across policies", () => {
    const coverage = computeCoverage(input);
    expect(coverage.shortfall.isZero()).to.equal(true);
    expect(coverage.firstUncovered).to.equal(null);
    expect(
      coverage.upcoming.map(({ policyId, milestoneIndex, amount, dueAt }) => [
        policyId,
        milestoneIndex,
        amount.toNumber(),
        dueAt!.toNumber() - NOW,
      ]),
    ).to.deep.equal([
      [1, 0, 10, 100],
      [2, 0, 40, 200],
      [1, 1, 20, 300],
    ]);
  });

  const cases: [
    string,
    Parameters<typeof tokenAccount>[0],
    [number, number, number],
    [number, number, number] | null,
  ][] = [
    ["a balance one short of all", { amount: 69n, delegatedAmount: 70n }, [0, 1, 1], [1, 1, 1]],
    [
      "a balance for the first only",
      { amount: 10n, delegatedAmount: 70n },
      [0, 60, 60],
      [2, 0, 40],
    ],
    ["an empty account", { amount: 0n, delegatedAmount: 70n }, [0, 70, 70], [1, 0, 10]],
    ["a lowered allowance", { amount: 70n, delegatedAmount: 15n }, [55, 0, 55], [2, 0, 35]],
    ["no delegate", { amount: 70n, delegate: null, delegatedAmount: 0n }, [70, 0, 70], [1, 0, 10]],
    [
      "another delegate",
      { amount: 70n, delegate: stranger.publicKey, delegatedAmount: 70n },
      [70, 0, 70],
      [1, 0, 10],
    ],
    [
      "an account given away",
      { amount: 70n, delegatedAmount: 70n, owner: stranger.publicKey },
      [70, 70, 70],
      [1, 0, 10],
    ],
  ];
  for (const [name, account, [allowance, balance, shortfall], bites] of cases) {
    it(`given ${name}, then the shortfall and the payment it bites`, () => {
      const coverage = computeCoverage({ ...input, tokenAccount: tokenAccount(account) });
      expect(coverage.allowanceShortfall.toNumber()).to.equal(allowance);
      expect(coverage.balanceShortfall.toNumber()).to.equal(balance);
      expect(coverage.shortfall.toNumber()).to.equal(shortfall);
      const first = coverage.firstUncovered;
      expect(
        first && [first.policyId, first.milestoneIndex, first.missing.toNumber()],
      ).to.deep.equal(bites);
    });
  }

  it("given an undated policy, then it comes first: it may be released at any time", () => {
    const undated = policy(
      { milestoneAmounts: amounts(5), totalMilestones: 1, releaseCondition: 4 },
      { policyId: 9 },
    );
    const policies = [...input.policies, { address: stranger.publicKey, account: undated }];
    const [first] = computeCoverage({ ...input, policies }).upcoming;
    expect([first!.policyId, first!.dueAt]).to.deep.equal([9, null]);
  });

  it("given a paused policy, then it counts as committed and does not bite", () => {
    const paused = policy(
      { milestoneAmounts: amounts(70), totalMilestones: 1 },
      { status: { paused: {} } },
    );
    const coverage = computeCoverage({
      ...input,
      policies: [{ address: addressA, account: paused }],
      tokenAccount: tokenAccount({ amount: 0n, delegatedAmount: 0n }),
    });
    expect(coverage.shortfall.toNumber()).to.equal(70);
    expect(coverage.firstUncovered).to.equal(null);
  });

  it("given released milestones, then only the rest is to come", () => {
    const account = policy({ milestoneAmounts: amounts(10, 20), currentMilestone: 1 });
    const { upcoming } = computeCoverage({ ...input, policies: [{ address: addressA, account }] });
    expect(upcoming.map(({ milestoneIndex }) => milestoneIndex)).to.deep.equal([1]);
  });
});

describe("computeCoverage of held policies", () => {
  const FUNDING = { ...policyA, fundingKind: FUNDING_KIND_HELD };
  const held = (milestones: Partial<EscrowMilestone>[], overrides: Partial<Escrow> = {}) =>
    computeCoverage({
      ...input,
      userPayment: userPayment({ committed: new BN(40) }),
      policies: [{ address: addressA, account: FUNDING }, input.policies[1]!],
      tokenAccount: tokenAccount({ amount: 40n, delegatedAmount: 40n }),
      escrows: [{ address: escrowPda, account: escrow(milestones, overrides) }],
      vaultAccounts: [tokenAccount({ address: vault, amount: 13n })],
    });
  const funded = (amount: number): Partial<EscrowMilestone> => ({
    state: { funded: {} },
    funded: new BN(amount),
  });

  it("given nothing funded, then no shortfall of the delegation: nothing of it is pulled", () => {
    const coverage = held([]);
    expect(coverage.shortfall.isZero()).to.equal(true);
    expect(coverage.firstUncovered).to.equal(null);
    expect(coverage.upcoming.map(({ policyId }) => policyId)).to.deep.equal([2]);
    expect([coverage.held.toNumber(), coverage.unfunded.toNumber()]).to.deep.equal([0, 30]);
  });

  it("given an empty account and no delegation, then only the delegated policy lacks something", () => {
    const coverage = computeCoverage({
      ...input,
      userPayment: userPayment({ committed: new BN(0) }),
      policies: [{ address: addressA, account: FUNDING }],
      tokenAccount: tokenAccount({ amount: 0n, delegate: null, delegatedAmount: 0n }),
      escrows: [{ address: escrowPda, account: escrow([]) }],
    });
    expect([coverage.shortfall.toNumber(), coverage.firstUncovered]).to.deep.equal([0, null]);
    expect(coverage.vaults[0]!.balance).to.equal(null);
  });

  it("given the first of two funded, then what the vault owes, what it holds and what is not funded", () => {
    const [only] = held([funded(10)], { platformFeeBps: 1_000 }).vaults;
    expect(only!.escrow.equals(escrowPda)).to.equal(true);
    expect([
      only!.outstanding.toNumber(),
      only!.balance!.toNumber(),
      only!.unfunded.toNumber(),
      only!.isAccepted,
    ]).to.deep.equal([10, 13, 22, true]);
    expect(
      only!.upcoming.map(({ milestoneIndex, amount, unfunded, dueAt }) => [
        milestoneIndex,
        amount.toNumber(),
        unfunded.toNumber(),
        dueAt!.toNumber() - NOW,
      ]),
    ).to.deep.equal([
      [0, 10, 0, 100],
      [1, 20, 22, 300],
    ]);
  });

  it("given an ended milestone, then neither its money nor its promise counts", () => {
    const account = {
      ...FUNDING,
      policyType: { milestone: { ...FUNDING.policyType.milestone, currentMilestone: 1 } },
    };
    const ended = { state: { resolved: {} } as const, funded: new BN(10), paid: new BN(6) };
    const coverage = computeCoverage({
      ...input,
      policies: [{ address: addressA, account }],
      escrows: [
        {
          address: escrowPda,
          account: escrow([{ ...ended, refunded: new BN(4) }, funded(20)]),
        },
      ],
    });
    expect([coverage.held.toNumber(), coverage.unfunded.toNumber()]).to.deep.equal([20, 0]);
    expect(coverage.vaults[0]!.upcoming.map(({ milestoneIndex }) => milestoneIndex)).to.deep.equal([
      1,
    ]);
  });

  it("given terms that are not accepted, then it says so", () => {
    expect(held([funded(10)], { acceptedAt: new BN(0) }).vaults[0]!.isAccepted).to.equal(false);
  });

  it("given a closed escrow, then it counts nowhere", () => {
    const coverage = computeCoverage({
      ...input,
      policies: [{ address: addressA, account: { ...FUNDING, fundingKind: FUNDING_KIND_CLOSED } }],
    });
    expect([coverage.upcoming, coverage.vaults]).to.deep.equal([[], []]);
  });
});

describe("delegationCoverage", () => {
  it("given a held policy, then its escrow and vault are read", async () => {
    const { context } = await heldWorld([{ state: { funded: {} }, funded: new BN(50_000_000) }]);
    const coverage = await delegationCoverage(context, owner.publicKey, mint);
    expect(coverage.upcoming).to.deep.equal([]);
    expect(
      [coverage.held, coverage.unfunded, coverage.vaults[0]!.balance!].map((amount) =>
        amount.toNumber(),
      ),
    ).to.deep.equal([50_000_000, 100_000_000, 50_000_000]);
  });

  it("given a chain, then what is on it", async () => {
    const { context } = await fakeWorld();
    const coverage = await delegationCoverage(context, owner.publicKey, mint);
    expect(coverage.balance.toNumber()).to.equal(300_000_000);
    expect(coverage.allowance.toNumber()).to.equal(150_000_000);
    expect(coverage.upcoming).to.have.length(2);
    expect(coverage.shortfall.isZero()).to.equal(true);
  });

  it("given an owner without a UserPayment, then not found", async () => {
    const { context } = await fakeWorld();
    await expectError(AccountNotFoundError, () =>
      delegationCoverage(context, stranger.publicKey, mint),
    );
  });
});
