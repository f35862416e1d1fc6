import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ESCROW_TRANSITIONS, type EscrowAction, nextState } from "../../src/rules/transitions";
import type { MilestoneErrorName } from "../../src/errors/program";
import type { MilestoneStateName } from "../../src/types";
import { DOCUMENTED_WAYS, STATES } from "../held-snapshot";

const ACTIONS = [...new Set(ESCROW_TRANSITIONS.map(([, action]) => action))];

const camelCase = (name: string): string =>
  name.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());

describe("the transitions of a held milestone", () => {
  it("given the table of docs/escrow.md, then the same ways and no other", () => {
    const documented = DOCUMENTED_WAYS.map(({ from, by, to }) => `${from} ${by ?? "time"} ${to}`);
    const coded = ESCROW_TRANSITIONS.map((way) => way.join(" "));
    expect(documented).to.have.length(22);
    // The one way that no instruction takes.
    expect([...coded, "disputed time mediation"].sort()).to.deep.equal(documented.sort());
  });

  it("given the drawing of docs/escrow.md, then the same ways, except the ones that need both parties", () => {
    const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "escrow.md"), "utf8");
    const drawn = [...page.matchAll(/^ +(\w+) --> (\w+): (.+)$/gm)].flatMap(([, from, to, label]) =>
      label!
        .replace(/ \(.*\)/, "")
        .split(", ")
        .map((by) => `${from} ${by === "or by itself" ? "time" : camelCase(by)} ${to}`),
    );
    const agreed = ["settleMilestone", "reclaimMilestoneAgreed"];
    const documented = DOCUMENTED_WAYS.filter(({ by }) => !by || !agreed.includes(by));
    expect(documented).to.have.length(14);
    expect(drawn.sort()).to.deep.equal(
      documented.map(({ from, by, to }) => `${from} ${by ?? "time"} ${to}`).sort(),
    );
  });

  for (const from of STATES) {
    it(`given ${from}, then each of the 12 actions leads where the table says, or nowhere`, () => {
      expect(ACTIONS).to.have.length(12);
      for (const action of ACTIONS) {
        const ways = ESCROW_TRANSITIONS.filter(([state, by]) => state === from && by === action);
        expect(ways.length).to.be.at.most(1);
        const { next, error } = nextState(from, action);
        expect(next, action).to.equal(ways[0]?.[2] ?? null);
        expect(error === null, action).to.equal(ways.length === 1);
      }
    });
  }

  const refusals: [MilestoneStateName, EscrowAction, MilestoneErrorName][] = [
    ["released", "fundMilestones", "MilestoneAlreadyReleased"],
    ["resolved", "executePayment", "MilestoneAlreadyReleased"],
    ["refunded", "reclaimMilestone", "MilestoneAlreadyReleased"],
    ["unfunded", "submitMilestone", "MilestoneNotFunded"],
    ["unfunded", "settleMilestone", "MilestoneNotFunded"],
    ["mediation", "fundMilestones", "MilestoneAlreadyFunded"],
    ["funded", "disputeMilestone", "MilestoneNotSubmitted"],
    ["submitted", "submitMilestone", "MilestoneAlreadySubmitted"],
    ["submitted", "reclaimMilestone", "MilestoneAlreadySubmitted"],
    ["submitted", "resolveDispute", "MilestoneNotDisputed"],
    ["funded", "withdrawDispute", "MilestoneNotDisputed"],
    ["disputed", "approveMilestone", "MilestoneInDispute"],
    ["disputed", "executePayment", "MilestoneInDispute"],
    ["disputed", "disputeMilestone", "MilestoneInDispute"],
    ["disputed", "reclaimMilestone", "MilestoneInDispute"],
    ["disputed", "resolveDispute", "MediationNotStarted"],
    ["disputed", "expireMediation", "MediationNotStarted"],
    ["mediation", "executePayment", "MilestoneInMediation"],
    ["mediation", "submitMilestone", "MilestoneInMediation"],
    ["mediation", "withdrawDispute", "MilestoneInMediation"],
    ["mediation", "requestMediation", "MilestoneInMediation"],
  ];
  for (const [from, action, error] of refusals) {
    it(`given ${from}, then ${action} is ${error}`, () => {
      expect(nextState(from, action)).to.deep.equal({ next: null, error });
    });
  }
});
