/**
 * No dead end (invariant 18): every state of two held milestones, whatever happened before, under every release
 * condition, with due dates and without. From each one that holds money there is a way until all of it is paid or
 * refunded, with any one party away permanently and no two of the others agreeing, within a time that follows from the
 * terms. Needs no chain.
 */
import { expect } from "chai";
import { holdsMoney, type Party, PARTIES, type Rules } from "../stateful-escrow/exit-model";
import { Graph, withoutParty } from "../stateful-escrow/exit-search";
import { documentedRows, rowName } from "../stateful-escrow/table";

const CONDITIONS = [0, 1, 2, 3, 4, 5, 8, 9];
const DUE_DATES: [number, number][] = [
  [0, 0],
  [4, 9],
];
/** Days of spec 001, and the least that can be agreed. */
const TERMS = [
  { review: 7, window: 5, delay: 3, timeout: 14, grace: 2 },
  { review: 1, window: 1, delay: 0, timeout: 1, grace: 1 },
];

const ALL_RULES: Rules[] = TERMS.flatMap((terms) =>
  DUE_DATES.flatMap((due) =>
    CONDITIONS.map((releaseCondition) => ({ ...terms, due, releaseCondition })),
  ),
);
const USUAL: Rules = {
  ...(TERMS[0] as (typeof TERMS)[number]),
  due: [4, 9],
  releaseCondition: 4,
};

/** Both milestones run into the longest of the three ends, after the last due date. */
const bound = ({ due, grace, review, delay, timeout }: Rules): number =>
  Math.max(...due) + 2 * Math.max(grace, review, delay + timeout);

/** A dispute in the last second of its window holds each review up for as long. */
const stalling = ({ window }: Rules): number => 2 * window;

/** States with money and no way out, described. */
function deadEnds(graph: Graph, present: readonly Party[]): string[] {
  const waits = graph.waits(present);
  return graph.states
    .filter((state, id) => holdsMoney(state) && waits[id] === Infinity)
    .map(({ state }) => state);
}

describe("a way out of every escrow", () => {
  const graphs = ALL_RULES.map((rules) => ({ rules, graph: new Graph(rules) }));

  it("given the machine when all its states are reached then it has walked exactly the documented rows", () => {
    const walked = new Set(graphs.flatMap(({ graph }) => [...graph.rows.keys()]));
    expect([...walked].sort()).to.deep.equal(documentedRows().map(rowName).sort());
  });

  it("given any one party away permanently and no agreement when money is held then there is a way out in bounded time", () => {
    const states = graphs.reduce((sum, { graph }) => sum + graph.states.length, 0);
    const holding = graphs.reduce((sum, { graph }) => sum + graph.holding, 0);
    console.log(`      ${states} states under ${graphs.length} agreements, ${holding} with money`);
    for (const absent of PARTIES) {
      let longest = 0;
      for (const { rules, graph } of graphs) {
        expect(deadEnds(graph, withoutParty(absent)), `without ${absent}`).to.deep.equal([]);
        const wait = Math.max(...graph.waits(withoutParty(absent)));
        expect(wait, `without ${absent}, ${JSON.stringify(rules)}`).to.be.at.most(bound(rules));
        longest = Math.max(longest, wait);
      }
      console.log(`      without ${absent}: longest wait ${longest} days`);
    }
  });

  for (const alone of ["owner", "recipient"] as const) {
    it(`given only the ${alone} when money is held then there is a way out in bounded time`, () => {
      let longest = 0;
      for (const { rules, graph } of graphs) {
        expect(deadEnds(graph, [alone])).to.deep.equal([]);
        const wait = Math.max(...graph.waits([alone]));
        expect(wait, JSON.stringify(rules)).to.be.at.most(bound(rules));
        longest = Math.max(longest, wait);
      }
      console.log(`      nobody but ${alone}: longest wait ${longest} days`);
    });
  }

  for (const player of ["owner", "recipient"] as const) {
    it(`given all others against the ${player} when money is held then it can be forced out in bounded time`, () => {
      let longest = 0;
      for (const { rules, graph } of graphs) {
        const wait = Math.max(...graph.forcedWaits(player));
        expect(wait, JSON.stringify(rules)).to.be.at.most(bound(rules) + stalling(rules));
        longest = Math.max(longest, wait);
      }
      console.log(`      all others against ${player}: longest wait ${longest} days`);
    });
  }

  it("given a design in which withdrawing a dispute restarts the review when the owner does so without end then it is found", () => {
    const graph = new Graph({ ...USUAL, flaw: "withdrawal restarts the review" });
    expect(Math.max(...graph.forcedWaits("recipient"))).to.equal(Infinity);
  });

  // The search must be able to find what it says is not there.
  const FLAWS: { flaw: NonNullable<Rules["flaw"]>; absent: Party; stuck: string }[] = [
    { flaw: "no mediation timeout", absent: "owner", stuck: "mediation" },
    { flaw: "no mediation timeout", absent: "recipient", stuck: "mediation" },
    { flaw: "late delivery refused", absent: "owner", stuck: "funded" },
    { flaw: "no silent approval", absent: "owner", stuck: "submitted" },
    { flaw: "pause stops all", absent: "admin", stuck: "submitted" },
  ];
  for (const { flaw, absent, stuck } of FLAWS) {
    it(`given a design with ${flaw} when the ${absent} is away then its dead end is found`, () => {
      const graph = new Graph({ ...USUAL, flaw });
      expect(deadEnds(graph, withoutParty(absent))).to.include(stuck);
    });
  }
});
