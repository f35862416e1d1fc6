import { expect } from "chai";
import { type Project, ProjectWorld } from "../harness/project-world";

describe("a project's reports", () => {
  let world: ProjectWorld;
  before(async () => (world = await ProjectWorld.open()));
  after(() => world.close());

  const statement = async (project: Project) => (await project.get("/statement")).body;
  const names = async (project: Project, role: "homeowner" | "contractor" | "mediator") =>
    (await project.get(`/actions?party=${project.people[role]}`)).body.possible.map(
      ({ action }: { action: string }) => action,
    );

  it("follows one milestone: the statement equals the chain, the actions and times are those of each party", async () => {
    const project = await world.project();
    expect(await names(project, "homeowner")).to.deep.equal(["fund"]);
    await project.fund(0);
    expect(await statement(project)).to.deep.include({ funded: "307.50", inEscrow: "307.50" });
    await project.submit(0);
    expect((await names(project, "homeowner")).slice(0, 2)).to.deep.equal(["approve", "dispute"]);
    const { body } = await project.get("/timeline");
    expect(body.upcoming.map(({ type }: { type: string }) => type)).to.deep.equal([
      "dispute_window_closes",
      "paid_by_silence",
    ]);
    await project.dispute(0);
    await project.step(0, "mediation", "contractor");
    expect(await names(project, "mediator")).to.include("decide");
    const split = { outcome: "split", recipientAmount: "180.00" };
    await project.step(0, "decision", "mediator", split);
    const after = await statement(project);
    expect(after).to.deep.include({
      funded: "307.50",
      inEscrow: "0.00",
      received: "178.20",
      gatewayFee: "1.80",
      platformFee: "4.50",
      refunded: "123.00",
    });
    expect(after.chain[0]).to.deep.include({ matches: true, vaultBalance: "0.00" });
    const past = (await project.get("/timeline")).body.past;
    expect(past.map(({ type }: { type: string }) => type)).to.deep.equal([
      "created",
      "finalized",
      "funded",
      "terms_accepted",
      "submitted",
      "disputed",
      "mediation_requested",
      "decided",
    ]);
  });

  it("complaint (l): the dangerous button comes first (kleros/escrow-ui-old#24). Here each state begins with the next step, and ends with what pays unseen work or takes money back", async () => {
    const project = await world.project();
    await project.fund(0);
    expect(await names(project, "homeowner")).to.deep.equal([
      "fund",
      "propose_settlement",
      "pay_early",
    ]);
    expect(await names(project, "contractor")).to.deep.equal(["submit", "propose_settlement"]);
    await project.submit(0);
    expect(await names(project, "homeowner")).to.deep.equal([
      "approve",
      "dispute",
      "fund",
      "propose_settlement",
    ]);
    await project.dispute(0);
    expect(await names(project, "homeowner")).to.deep.equal([
      "fund",
      "withdraw_dispute",
      "request_mediation",
      "write_message",
      "propose_settlement",
    ]);
  });
});
