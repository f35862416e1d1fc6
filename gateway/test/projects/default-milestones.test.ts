import { expect } from "chai";
import fc from "fast-check";
import { feeOf, splitByWeights } from "../../src/money/split";
import {
  defaultMilestones,
  MAX_PROJECT_MILESTONES,
  sizeOf,
} from "../../src/projects/default-milestones";
import {
  MILESTONE_TEMPLATES,
  PROJECT_SIZES,
  PROJECT_TYPES,
} from "../../src/projects/milestone-templates";

const MAX_U64 = (1n << 64n) - 1n;
const SEED = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
const sum = (values: readonly bigint[]) => values.reduce((all, value) => all + value, 0n);
const outline = fc.record({
  projectType: fc.constantFrom(...PROJECT_TYPES),
  size: fc.constantFrom(...PROJECT_SIZES),
  amount: fc.bigInt(1n, MAX_U64),
  startDate: fc.bigInt(1n, 4_000_000_000n),
});

describe(`default milestones (SEED=${SEED})`, () => {
  it("has percentages that sum to 100 and at most 20 phases for every type and size", () => {
    for (const type of PROJECT_TYPES) {
      for (const [column, size] of PROJECT_SIZES.entries()) {
        const phases = MILESTONE_TEMPLATES[type];
        const total = phases.reduce((all, { percent }) => all + percent[column]!, 0);
        expect(total, `${type} ${size}`).to.equal(100);
        expect(phases.length).to.be.at.most(MAX_PROJECT_MILESTONES);
        for (const { title, percent, days } of phases) {
          expect(days[column]! > 0, `${title}, ${size}`).to.equal(percent[column]! > 0);
        }
      }
    }
  });

  it("sums to the amount to the last unit, with every milestone above zero, for any amount", () => {
    fc.assert(
      fc.property(outline, (project) => {
        const milestones = defaultMilestones(project);
        expect(sum(milestones.map(({ amount }) => amount))).to.equal(project.amount);
        expect(milestones.every(({ amount }) => amount > 0n)).to.equal(true);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  it("has due dates after the start, each later than the one before", () => {
    fc.assert(
      fc.property(outline, (project) => {
        let before = project.startDate;
        for (const { dueDate } of defaultMilestones(project)) {
          expect(dueDate! > before).to.equal(true);
          before = dueDate!;
        }
      }),
      { seed: SEED },
    );
  });

  it("gives each milestone of a divisible amount exactly its percentage", () => {
    const milestones = defaultMilestones({
      projectType: "kitchen_renovation",
      size: "small",
      amount: 1_000_000_000n,
      startDate: 0n,
    });
    expect(milestones.map(({ title, amount }) => [title, amount])).to.deep.equal([
      ["Demolition", 300_000_000n],
      ["Installation", 500_000_000n],
      ["Final inspection", 200_000_000n],
    ]);
  });

  it("becomes one milestone where a phase would get nothing", () => {
    const [only, ...rest] = defaultMilestones({
      projectType: "home_addition",
      size: "large",
      amount: 3n,
      startDate: 0n,
    });
    expect([only!.title, only!.amount, rest]).to.deep.equal(["Whole project", 3n, []]);
  });

  it("is small below 5,000, medium from there, large from 25,000", () => {
    const sizes = [4_999_999_999n, 5_000_000_000n, 24_999_999_999n, 25_000_000_000n];
    expect(sizes.map((amount) => sizeOf(amount, 6))).to.deep.equal([
      "small",
      "medium",
      "medium",
      "large",
    ]);
  });
});

describe(`amounts (SEED=${SEED})`, () => {
  it("splits without losing a unit, and no share is off by one unit or more", () => {
    const weights = fc
      .array(fc.bigInt(0n, 1_000_000n), { minLength: 1, maxLength: 20 })
      .filter((list) => sum(list) > 0n);
    fc.assert(
      fc.property(fc.bigInt(0n, MAX_U64), weights, (total, list) => {
        const shares = splitByWeights(total, list);
        expect(sum(shares)).to.equal(total);
        shares.forEach((share, index) => {
          const error = share * sum(list) - total * list[index]!;
          expect(error < sum(list) && error > -sum(list)).to.equal(true);
        });
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  it("refuses weights that sum to zero or include a negative one", () => {
    expect(() => splitByWeights(1n, [0n, 0n])).to.throw(RangeError);
    expect(() => splitByWeights(1n, [2n, -1n])).to.throw(RangeError);
  });

  it("takes a fee rounded down, at most its share of the amount, for any amount", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, MAX_U64), fc.integer({ min: 0, max: 1_000 }), (amount, bps) => {
        const fee = feeOf(amount, bps);
        const exact = amount * BigInt(bps);
        expect(fee * 10_000n <= exact && exact < (fee + 1n) * 10_000n).to.equal(true);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});
