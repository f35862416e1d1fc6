/** The renovation of spec 001, path by path over HTTP; after each step, the chain is read. */
import { expect } from "chai";
import { DAY, Project, ProjectWorld } from "../harness/project-world";

const UNIT = 1_000_000n;

describe("a renovation over HTTP", () => {
  let world: ProjectWorld;

  before(async () => (world = await ProjectWorld.open()));
  after(() => world.close());

  /** States of the milestones on chain. */
  const states = async (project: Project, part = 0) =>
    (await project.onChain(part))!.milestones.map(({ state }) => state);

  /** Returns what a step moved, in whole units. */
  async function moved(work: () => Promise<unknown>) {
    const before = await world.balances();
    await work();
    const after = await world.balances();
    const difference = (of: "homeowner" | "contractor" | "fees") =>
      Number(after[of] - before[of]) / Number(UNIT);
    return [difference("homeowner"), difference("contractor"), difference("fees")];
  }

  it("given approvals then each milestone is funded, submitted and paid, and the project completes", async () => {
    const project = await world.project();
    for (const [index, amount] of [300, 500, 200].entries()) {
      expect((await project.get()).body.activeMilestone).to.equal(project.milestones[index]);
      // Through the sandbox's faucet the homeowner has enough before.
      await world.sandbox.chain.sandboxFund!(
        world.sandbox.chain.sandboxKey!(world.accountId, "payer").publicKey,
        "USDC",
        10_000n * UNIT,
      );
      let funded!: { status: string; total: string };
      const paid = await moved(async () => (funded = await project.fund(index)));
      expect([funded.status, funded.total]).to.deep.equal([
        "funded",
        `${(amount * 1.025).toFixed(2)}`,
      ]);
      expect(paid).to.deep.equal([(-amount * 1_025) / 1_000, 0, 0]);
      expect((await states(project))[index]).to.equal("funded");

      const submitted = await project.submit(index);
      expect(submitted.status).to.equal("pending_verification");
      const onChain = (await project.onChain())!.milestones[index]!;
      expect([onChain.state, onChain.evidenceHash]).to.deep.equal([
        "submitted",
        submitted.chain.evidenceHash,
      ]);

      let approved!: { status: string };
      const released = await moved(
        async () => (approved = await project.step(index, "approve", "homeowner")),
      );
      expect(approved.status).to.equal("completed");
      expect(released).to.deep.equal([0, (amount * 99) / 100, (amount * 35) / 1_000]);
      expect((await states(project))[index]).to.equal("released");
    }
    const { body } = await project.get();
    expect([body.status, body.ended, body.activeMilestone]).to.deep.equal([
      "completed",
      Number(world.now),
      null,
    ]);
  });

  it("given a dispute and a repair then the review starts again, and the approval pays", async () => {
    const project = await world.project();
    await project.fund(0);
    await project.submit(0);
    expect((await project.dispute(0)).status).to.equal("disputed");
    expect((await states(project))[0]).to.equal("disputed");
    world.advance(DAY);
    const again = await project.submit(0, "The worktop is replaced");
    expect([again.status, again.submitted, again.paidBySilenceAt]).to.deep.equal([
      "pending_verification",
      Number(world.now),
      Number(world.now + 7n * DAY),
    ]);
    const { body } = await project.get(`/milestones/${project.milestones[0]}/disputes`);
    expect([body.data[0].status, body.data[0].ended]).to.deep.equal([
      "answered",
      Number(world.now),
    ]);
    await project.step(0, "approve", "homeowner");
    expect(await project.statuses()).to.deep.equal(["completed", "unfunded", "unfunded"]);
    expect((await states(project))[0]).to.equal("released");
  });

  it("given a withdrawn dispute then the review still counts from the submission", async () => {
    const project = await world.project();
    await project.fund(0);
    await project.submit(0);
    const submittedAt = world.now;
    await project.dispute(0);
    world.advance(DAY);
    const milestone = await project.step(0, "dispute/withdraw", "homeowner");
    expect([milestone.status, milestone.paidBySilenceAt]).to.deep.equal([
      "pending_verification",
      Number(submittedAt + 7n * DAY),
    ]);
    expect((await states(project))[0]).to.equal("submitted");
    await project.step(0, "approve", "homeowner");
  });

  for (const [outcome, body, share, status, difference] of [
    ["full", {}, "300.00", "resolved", [0, 297, 10.5]],
    ["split", { recipientAmount: "180.00" }, "180.00", "resolved", [123, 178.2, 6.3]],
    ["refund", {}, "0.00", "resolved", [307.5, 0, 0]],
  ] as const) {
    it(`given mediation and the decision ${outcome} then the money is divided exactly`, async () => {
      const project = await world.project();
      await project.fund(0);
      await project.submit(0);
      await project.dispute(0);
      const asked = await project.step(0, "mediation", "contractor");
      expect(asked.status).to.equal("in_mediation");
      let decided!: { status: string; payout: { amount: string; ending: string } };
      const divided = await moved(async () => {
        decided = await project.step(0, "decision", "mediator", { outcome, ...body });
      });
      expect([decided.status, decided.payout.amount, decided.payout.ending]).to.deep.equal([
        status,
        share,
        "resolved",
      ]);
      expect(divided).to.deep.equal(difference);
      expect((await states(project))[0]).to.equal("resolved");
      const disputes = await project.get(`/milestones/${project.milestones[0]}/disputes`);
      expect(disputes.body.data[0].status).to.equal("resolved");
    });
  }

  it("given three days without a word then mediation starts by itself", async () => {
    const project = await world.project();
    await project.fund(0);
    await project.submit(0);
    await project.dispute(0);
    world.advance(3n * DAY - 1n);
    expect((await project.statuses())[0]).to.equal("disputed");
    world.advance(1n);
    expect((await project.statuses())[0]).to.equal("in_mediation");
    expect((await states(project))[0]).to.equal("mediation");
    const decided = await project.step(0, "decision", "mediator", { outcome: "full" });
    expect(decided.status).to.equal("resolved");
  });

  it("given the homeowner's silence then the contractor is paid after seven days, without a request", async () => {
    const project = await world.project();
    await project.fund(0);
    await project.submit(0);
    world.advance(7n * DAY - 1n);
    expect((await project.statuses())[0]).to.equal("pending_verification");
    const paid = await moved(async () => {
      world.advance(1n);
      expect(await world.jobs(project, "project_release_by_silence")).to.deep.equal(["landed"]);
    });
    expect(paid).to.deep.equal([0, 297, 10.5]);
    expect((await states(project))[0]).to.equal("released");
    const { body } = await project.get();
    expect([body.milestones[0].status, body.milestones[0].payout.ending]).to.deep.equal([
      "completed",
      "executed",
    ]);
  });

  it("given the mediator's silence then the agreed split is paid after fourteen days, without a request", async () => {
    const project = await world.project();
    await project.fund(0);
    await project.submit(0);
    await project.dispute(0);
    await project.step(0, "mediation", "homeowner");
    const paid = await moved(async () => {
      world.advance(14n * DAY);
      expect(await world.jobs(project, "project_expire_mediation")).to.deep.equal(["landed"]);
    });
    expect(paid).to.deep.equal([153.75, 148.5, 5.25]);
    const { body } = await project.get();
    expect([body.milestones[0].status, body.milestones[0].payout.ending]).to.deep.equal([
      "resolved",
      "expired",
    ]);
    expect((await states(project))[0]).to.equal("resolved");
  });

  it("given no delivery then the homeowner takes the money back after due date and grace, to the second", async () => {
    const project = await world.project();
    const { dueDate } = await project.fund(0);
    const from = BigInt(dueDate) + 7n * DAY;
    world.setTime(from - 1n);
    const early = await project.tryStep(0, "reclaim", "homeowner");
    expect(early.body.error.message).to.match(
      new RegExp(`^The money can be taken back from ${from} \\(.*Z\\) on.$`),
    );
    world.setTime(from);
    let reclaimed!: { status: string };
    const back = await moved(
      async () => (reclaimed = await project.step(0, "reclaim", "homeowner")),
    );
    expect([reclaimed.status, back]).to.deep.equal(["refunded", [307.5, 0, 0]]);
    expect((await states(project))[0]).to.equal("refunded");
  });

  it("given a proposal and the other party's agreement then the milestone is divided as agreed", async () => {
    const project = await world.project();
    await project.fund(0);
    const proposal = await project.tryStep(0, "settlement", "contractor", {
      recipientAmount: "100.000001",
    });
    expect([proposal.status, proposal.body.status, proposal.body.refund]).to.deep.equal([
      201,
      "proposed",
      "204.999999",
    ]);
    const own = await project.tryStep(0, "settlement/accept", "contractor");
    expect([own.status, own.body.error.code]).to.deep.equal([403, "forbidden"]);
    const settled = await project.step(0, "settlement/accept", "homeowner");
    expect([settled.status, settled.payout.ending, settled.payout.amount]).to.deep.equal([
      "resolved",
      "settled",
      "100.000001",
    ]);
    expect((await states(project))[0]).to.equal("resolved");
    const list = await project.get(`/milestones/${project.milestones[0]}/settlements`);
    expect(list.body.data.map(({ status }: { status: string }) => status)).to.deep.equal([
      "settled",
    ]);
  });

  it("given terms that nobody accepts then closing returns everything and cancels the project", async () => {
    const project = await world.project();
    await project.step(0, "fund", "homeowner");
    const back = await moved(async () => {
      const { status, body } = await project.post("/close", "homeowner");
      expect([status, body.status]).to.deep.equal([200, "canceled"]);
    });
    expect(back).to.deep.equal([307.5, 0, 0]);
    expect(await project.statuses()).to.deep.equal(["canceled", "canceled", "canceled"]);
    expect(await project.onChain()).to.equal(null);
  });

  it("given five milestones then the fifth begins a second escrow with the same terms", async () => {
    const project = await world.project({ projectType: "general" });
    const milestones = Array.from({ length: 5 }, (_, index) => ({
      title: `m${index}`,
      percentage: 20,
    }));
    const draft = await world.request("POST", "/projects", {
      title: "Five",
      projectType: "general",
      amount: "10.00",
      currency: "USDC",
      homeowner: { id: project.people.homeowner },
      contractor: { id: project.people.contractor },
      mediator: { id: project.people.mediator },
    });
    const { body } = await world.request("PATCH", `/projects/${draft.body.id}/milestones`, {
      milestones,
    });
    const five = new Project(world, body);
    await five.post("/finalize", "homeowner");
    for (let index = 0; index < 4; index += 1) {
      await five.fund(index);
      if (index === 0) {
        const early = await five.tryStep(4, "fund", "homeowner");
        expect(early.body.error.message).to.equal(
          "Previous milestone (index 0) must be completed first: milestone 4 begins a new escrow",
        );
      }
      await five.step(index, "approve", "homeowner");
    }
    expect((await five.get()).body.status).to.equal("active");
    await five.fund(4);
    expect((await five.onChain(1))!.escrow!.terms).to.deep.equal(
      (await five.onChain(0))!.escrow!.terms,
    );
    await five.submit(4);
    await five.step(4, "approve", "homeowner");
    const after = (await five.get()).body;
    expect([after.status, after.policies.length]).to.deep.equal(["completed", 2]);
  });
});
