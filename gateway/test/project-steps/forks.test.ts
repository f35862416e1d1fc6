/** A chain that takes a confirmed step of a project back with its fork: undone in the open, and possible again. */
import { createContext, send } from "@milepost/sdk";
import { expect } from "chai";
import { buildApprove } from "../../src/chain";
import { POLICY_OBSERVERS } from "../../src/policy-observers";
import { watchPolicies } from "../../src/policy-watch/watch";
import { reconcileNow } from "../../src/reconciliation/service";
import { type Fork, forkOf } from "../harness/fork";
import { DAY, type Project, ProjectWorld, type Role } from "../harness/project-world";
import { until } from "../harness/until";

const UNIT = 1_000_000n;

describe("forks: the chain rolls back a project's confirmed step", () => {
  let world: ProjectWorld;
  let fork: Fork;
  beforeEach(async () => {
    world = await ProjectWorld.open({ finalityMs: 50, resendEveryMs: 100 });
    fork = forkOf(world.sandbox.localnet, world.sandbox.chain);
  });
  afterEach(() => world.close());

  const problemOf = async (project: Project): Promise<string | null> => {
    const { body } = await world.request("GET", "/projects");
    return body.data.find(({ id }: { id: string }) => id === project.id).problem;
  };
  const isReverted = (project: Project) =>
    until(async () => (await problemOf(project)) !== null, "a problem on the project");
  const kindsOf = async (project: Project, role: Role): Promise<string[]> =>
    (await world.request("GET", `/inbox?person=${project.people[role]}&limit=100`)).body.data.map(
      ({ kind }: { kind: string }) => kind,
    );
  const revertedEvents = (project: Project) =>
    world.context.database.query<{ data: { problem: string } }>(
      "SELECT data FROM milepost_gateway.events WHERE type = 'project.reverted' AND object_id = $1",
      [project.id],
    );
  const differences = async () =>
    (await reconcileNow(world.context, "test", { recheckAfterMs: [] })).differences;

  it("given an approval in a fork that is dropped then the project has a problem, an event and notices, the ledger agrees, and a new approval pays once", async () => {
    const project = await world.project();
    await project.fund(0);
    await project.submit(0);
    const before = await world.balances();
    fork.mark();
    const approved = await project.step(0, "approve", "homeowner");
    expect(approved.status).to.equal("completed");
    fork.drop();
    expect((await world.balances()).contractor).to.equal(before.contractor);
    await isReverted(project);
    const problem = await problemOf(project);
    expect(problem).to.include(approved.payout.signature).and.to.include("Take the step again");
    const events = await revertedEvents(project);
    expect(events.map(({ data }) => data.problem)).to.deep.equal([problem]);
    for (const role of ["homeowner", "contractor", "mediator"] as const) {
      const kinds = await kindsOf(project, role);
      expect(kinds.filter((kind) => kind === "project.reverted")).to.have.length(1);
    }
    const { body } = await project.get();
    expect([body.milestones[0].status, body.milestones[0].payout]).to.deep.equal([
      "pending_verification",
      null,
    ]);
    expect(await differences()).to.deep.equal([]);

    const again = await project.step(0, "approve", "homeowner");
    expect(again.status).to.equal("completed");
    expect(again.payout.signature).not.to.equal(approved.payout.signature);
    expect((await world.balances()).contractor - before.contractor).to.equal(297n * UNIT);
    expect([await problemOf(project), await differences()]).to.deep.equal([null, []]);
    expect(await revertedEvents(project)).to.have.length(1);
  });

  it("given the first funding is dropped then nothing is reported in escrow, and a second funding works", async () => {
    const project = await world.project();
    fork.mark();
    await project.step(0, "fund", "homeowner");
    fork.drop();
    await isReverted(project);
    expect(await project.statuses()).to.deep.equal(["unfunded", "unfunded", "unfunded"]);
    expect((await project.get()).body.policies).to.deep.equal([]);
    expect(await differences()).to.deep.equal([]);
    expect((await project.fund(0)).status).to.equal("funded");
    expect((await project.onChain())!.milestones[0]!.state).to.equal("funded");
    expect(await differences()).to.deep.equal([]);
  });

  it("given a submission and a dispute are dropped then both are undone, and can be repeated", async () => {
    const project = await world.project();
    await project.fund(0);
    fork.mark();
    await project.submit(0);
    await project.dispute(0);
    fork.drop();
    await until(async () => (await revertedEvents(project)).length === 2, "both are taken back");
    expect((await project.statuses())[0]).to.equal("funded");
    const { body } = await project.get(`/milestones/${project.milestones[0]}/submissions`);
    expect(body.data.map(({ submitted }: { submitted: number | null }) => submitted)).to.deep.equal(
      [null],
    );
    await project.submit(0);
    expect((await project.dispute(0)).status).to.equal("disputed");
  });

  it("given the last payment is dropped then the project is active again, and completes once more", async () => {
    const project = await world.project();
    for (const index of [0, 1]) {
      await project.fund(index);
      await project.step(index, "approve", "homeowner");
    }
    await project.fund(2);
    fork.mark();
    await project.step(2, "approve", "homeowner");
    expect((await project.get()).body.status).to.equal("completed");
    fork.drop();
    await isReverted(project);
    expect((await project.get()).body.status).to.equal("active");
    await project.step(2, "approve", "homeowner");
    expect((await project.get()).body.status).to.equal("completed");
    expect(await differences()).to.deep.equal([]);
  });

  it("given a payment by silence is dropped then the gateway sends it again by itself", async () => {
    const project = await world.project();
    await project.fund(0);
    await project.submit(0);
    const before = (await world.balances()).contractor;
    world.advance(7n * DAY);
    fork.mark();
    world.outbox.wake();
    await until(async () => (await project.statuses())[0] === "completed", "it is paid");
    fork.drop();
    await until(async () => (await revertedEvents(project)).length === 1, "it is taken back");
    world.outbox.wake();
    await until(
      async () => (await world.balances()).contractor - before === 297n * UNIT,
      "it is paid again",
    );
    await until(async () => (await project.statuses())[0] === "completed", "it is written down");
    expect(await differences()).to.deep.equal([]);
  });

  it("given a step that a party's own wallet sent is dropped then it is undone as well", async () => {
    const project = await world.project();
    await project.fund(0);
    const { chain } = world.sandbox;
    const { address: policy } = (await project.onChain())!;
    fork.mark();
    const { instructions } = await buildApprove(chain, { policy, index: 0 });
    await send(
      createContext(chain.connection, chain.sponsor, { programId: chain.programId }),
      instructions,
      { signers: [chain.sandboxKey!(world.accountId, "payer")] },
    );
    await watchPolicies(world.context, POLICY_OBSERVERS, { everyMs: 0 });
    expect((await project.statuses())[0]).to.equal("completed");
    world.outbox.wake();
    const watched = () =>
      world.context.database.query(
        "SELECT id FROM milepost_gateway.chain_jobs WHERE kind = 'project_watch_transaction' AND state = 'landed'",
      );
    await until(async () => (await watched()).length === 1, "the transaction is watched");
    fork.drop();
    // There are no bytes to send again: it is gone once no blockhash of its time is valid any more.
    world.sandbox.localnet.chain.warp(600, 0);
    await until(async () => (await revertedEvents(project)).length === 1, "it is taken back");
    expect((await project.statuses())[0]).to.equal("funded");
    expect(await differences()).to.deep.equal([]);
  });
});
