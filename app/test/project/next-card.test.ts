/** The one next card per role and state: who acts, until when, what happens by itself, the safe action first. */
import { expect } from "chai";
import type { CardKind } from "../../src/screens/project/rules/card";
import { nextCard } from "../../src/screens/project/rules/next-card";
import type { ActionName, MilestoneStatus, PartyRole } from "../../src/screens/project/rules/types";
import { buildMilestone, buildProject, buildProposal, buildSource, NOW } from "./build-project";

const textOf = (card: ReturnType<typeof nextCard>): string =>
  card.sentences
    .map((pieces) => pieces.map((piece) => (typeof piece === "string" ? piece : `<${piece.at}>`)))
    .map((pieces) => pieces.join(""))
    .join(" ");

type Case = [PartyRole, MilestoneStatus, ActionName[], CardKind, ActionName[]];

const CASES: Case[] = [
  ["homeowner", "unfunded", ["fund"], "fund", ["fund"]],
  ["contractor", "unfunded", [], "wait_funding", []],
  ["mediator", "unfunded", [], "nothing", []],
  ["homeowner", "awaiting_acceptance", ["fund", "close"], "wait_terms", ["close"]],
  ["contractor", "awaiting_acceptance", ["accept_terms"], "accept_terms", ["accept_terms"]],
  [
    "homeowner",
    "funded",
    ["fund", "propose_settlement", "pay_early"],
    "wait_delivery",
    ["propose_settlement", "pay_early"],
  ],
  [
    "contractor",
    "funded",
    ["submit", "propose_settlement"],
    "deliver",
    ["submit", "propose_settlement"],
  ],
  [
    "homeowner",
    "pending_verification",
    ["approve", "dispute", "propose_settlement"],
    "look",
    ["approve", "propose_settlement", "dispute"],
  ],
  [
    "contractor",
    "pending_verification",
    ["propose_settlement"],
    "wait_look",
    ["propose_settlement"],
  ],
  [
    "homeowner",
    "disputed",
    ["withdraw_dispute", "request_mediation", "write_message", "propose_settlement"],
    "wait_answer",
    ["write_message", "propose_settlement", "request_mediation", "withdraw_dispute"],
  ],
  [
    "contractor",
    "disputed",
    ["submit", "request_mediation", "write_message", "propose_settlement"],
    "answer_dispute",
    ["submit", "write_message", "propose_settlement", "request_mediation"],
  ],
  ["mediator", "disputed", ["write_message"], "wait_mediation", ["write_message"]],
  ["homeowner", "in_mediation", ["write_message"], "wait_mediator", ["write_message"]],
  ["contractor", "in_mediation", ["write_message"], "wait_mediator", ["write_message"]],
  ["mediator", "in_mediation", ["decide", "write_message"], "decide", ["decide", "write_message"]],
];

describe("next card of a project", () => {
  for (const [role, status, possible, kind, actions] of CASES) {
    it(`shows the ${role} of a milestone that is ${status} the card ${kind}`, () => {
      const card = nextCard(buildSource(role, buildMilestone({ status }), possible));
      expect(card.kind).to.equal(kind);
      expect(card.actions.map(({ name }) => name)).to.deep.equal(actions);
    });
  }

  it("never puts a dangerous action first where there is a safe one, nor two primary ones", () => {
    for (const [role, status, possible] of CASES) {
      const { actions } = nextCard(buildSource(role, buildMilestone({ status }), possible));
      const kinds = actions.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === "primary")).to.have.lengthOf.at.most(1);
      if (kinds.some((kind) => kind !== "danger")) expect(kinds[0]).to.not.equal("danger");
      expect([...kinds].sort(byWeight)).to.deep.equal(kinds);
    }
  });

  it("offers no action that the gateway does not list", () => {
    const milestone = buildMilestone({ status: "pending_verification" });
    expect(nextCard(buildSource("homeowner", milestone, [])).actions).to.deep.equal([]);
  });

  it("names both deadlines of a review", () => {
    const milestone = buildMilestone({ status: "pending_verification" });
    const text = textOf(nextCard(buildSource("homeowner", milestone, ["approve", "dispute"])));
    expect(text).to.equal(
      `Look at the delivery by <${milestone.disputeUntil}>; after that you cannot dispute it. ` +
        `If you stay silent, it is paid on <${milestone.paidBySilenceAt}>.`,
    );
  });

  it("tells the contractor since when the homeowner looks, and when silence pays", () => {
    const milestone = buildMilestone({ status: "pending_verification" });
    const text = textOf(nextCard(buildSource("contractor", milestone, [])));
    expect(text).to.equal(
      `The homeowner has it since <${milestone.submitted}>. They can dispute it until <${milestone.disputeUntil}>. ` +
        `If they stay silent, you are paid on <${milestone.paidBySilenceAt}>.`,
    );
  });

  it("says at the first second after the dispute window that no dispute is possible", () => {
    const milestone = buildMilestone({ status: "pending_verification" });
    const at = (now: number) =>
      textOf(nextCard(buildSource("homeowner", milestone, ["approve"], { now })));
    expect(at(milestone.disputeUntil! - 1)).to.contain("Look at the delivery by");
    expect(at(milestone.disputeUntil!)).to.contain("The time for a dispute is over.");
  });

  it("says at the first second of payment by silence that the review is over", () => {
    const milestone = buildMilestone({ status: "pending_verification" });
    const at = (now: number) => nextCard(buildSource("homeowner", milestone, ["approve"], { now }));
    expect(at(milestone.paidBySilenceAt! - 1).kind).to.equal("look");
    expect(at(milestone.paidBySilenceAt!).kind).to.equal("silence_is_over");
  });

  it("offers the money back from the first second in which the delivery is overdue", () => {
    const milestone = buildMilestone({ status: "funded", takeBackFrom: NOW + 1 });
    const before = nextCard(buildSource("homeowner", milestone, []));
    const after = nextCard(buildSource("homeowner", milestone, ["reclaim"], { now: NOW + 1 }));
    expect([before.kind, before.actions]).to.deep.equal(["wait_delivery", []]);
    expect(after.kind).to.equal("take_back");
    expect(after.actions[0]).to.deep.equal({ name: "reclaim", kind: "primary" });
  });

  it("shows a proposal to the other party with both amounts, and not to its author", () => {
    const milestone = buildMilestone({ status: "disputed" });
    const proposal = buildProposal("contractor");
    const card = (role: PartyRole) =>
      nextCard(buildSource(role, milestone, ["accept_settlement"], { proposal }));
    expect(card("homeowner").kind).to.equal("answer_split");
    expect(textOf(card("homeowner"))).to.contain("180.00 USDC before fees");
    expect(textOf(card("homeowner"))).to.contain("123.00 USDC back");
    expect(card("contractor").kind).to.equal("answer_dispute");
  });

  it("asks both parties of a completed project for a review, once, and never the mediator", () => {
    const project = buildProject(buildMilestone({ status: "completed" }), {
      status: "completed",
      activeMilestone: null,
    });
    const card = (role: PartyRole, hasReviewed: boolean) =>
      nextCard(buildSource(role, project.milestones[0]!, [], { project, hasReviewed })).kind;
    expect(card("homeowner", false)).to.equal("review");
    expect(card("contractor", false)).to.equal("review");
    expect(card("homeowner", true)).to.equal("done");
    expect(card("mediator", false)).to.equal("done");
  });

  it("offers nothing while a step is being confirmed", () => {
    const source = buildSource("homeowner", buildMilestone(), ["fund"]);
    const card = nextCard({ ...source, view: { ...source.view, pendingAction: "action_1" } });
    expect([card.kind, card.actions]).to.deep.equal(["confirming", []]);
  });

  it("says when the mediator's time is over", () => {
    const milestone = buildMilestone({ status: "in_mediation", mediationEnds: NOW });
    for (const role of ["homeowner", "contractor", "mediator"] as const) {
      expect(nextCard(buildSource(role, milestone, [])).kind).to.equal("timeout_is_over");
    }
  });
});

const WEIGHTS = ["primary", "normal", "danger"];
const byWeight = (a: string, b: string): number => WEIGHTS.indexOf(a) - WEIGHTS.indexOf(b);
