/** What the parties of a project are told about each other's steps: inbox, event and mail, once each. */
import { expect } from "chai";
import { chainFacts } from "../../src/reminders/chain-facts";
import { createReminders } from "../../src/reminders/create-reminders";
import { type Project, ProjectWorld, type Role } from "../harness/project-world";
import { type MailServer, startMailServer } from "../harness/reminder-world";

describe("notices of a project", () => {
  let world: ProjectWorld;
  let server: MailServer;
  before(async () => {
    world = await ProjectWorld.open();
    server = await startMailServer();
  });
  after(async () => {
    await server.close();
    await world.close();
  });

  const parties = {
    homeowner: { name: "Ada", email: "ada@example.com" },
    contractor: { name: "Brook & Sons", email: "brook@example.com" },
    mediator: { name: "Carol", email: "carol@example.com" },
  };
  const inbox = async (project: Project, role: Role) => {
    const { body } = await world.request("GET", `/inbox?person=${project.people[role]}&limit=100`);
    return body.data.reverse() as { kind: string; subject: string; text: string }[];
  };
  const kinds = async (project: Project, role: Role) =>
    (await inbox(project, role)).map(({ kind }) => kind);

  it("given steps then each party has the other's steps in the inbox once, and not their own", async () => {
    const project = await world.project(parties);
    await project.fund(0);
    await project.submit(0);
    await project.dispute(0);
    await project.tryStep(0, "dispute/messages", "contractor", { text: "I will repair it." });
    await project.submit(0, "Repaired");
    await project.step(0, "approve", "homeowner");
    expect(await kinds(project, "homeowner")).to.deep.equal([
      "project.terms_accepted",
      "milestone.submitted",
      "dispute.message",
      "milestone.submitted",
    ]);
    expect(await kinds(project, "contractor")).to.deep.equal([
      "project.finalized",
      "milestone.funded",
      "milestone.disputed",
      "milestone.approved",
    ]);
    expect(await kinds(project, "mediator")).to.deep.equal([
      "project.finalized",
      "dispute.message",
    ]);
    const [, funded, , paid] = await inbox(project, "contractor");
    const { vault } = (await project.get()).body.policies[0];
    expect(funded!.subject).to.match(
      /^The money for milestone 1 ".*" of "Kitchen at 12 Elm Street" is in escrow$/,
    );
    expect(funded!.text).to.include(`Vault: ${vault}`);
    expect(paid!.text).to.include("Received by the contractor: 297.00 USDC");
    // Reading the project again, as a keeper's payment would, tells nothing twice.
    await project.get();
    expect(await kinds(project, "contractor")).to.have.length(4);
  });

  it("given a step then its event for webhooks and its notices commit together", async () => {
    const project = await world.project(parties);
    await project.fund(0);
    await project.submit(0);
    const rows = await world.context.database.query<{ type: string }>(
      "SELECT type FROM milepost_gateway.events WHERE object_id = $1 ORDER BY sequence",
      [project.milestones[0]],
    );
    const types = rows.map(({ type }) => type);
    expect(types.filter((type) => type === "project.milestone.submitted")).to.have.length(1);
    expect(await kinds(project, "homeowner")).to.deep.equal([
      "project.terms_accepted",
      "milestone.submitted",
    ]);
  });

  it("given a refused step then no party is notified", async () => {
    const project = await world.project(parties);
    const refused = await project.tryStep(0, "submit", "contractor", { note: "Done" });
    expect(refused.status).to.equal(400);
    expect(await kinds(project, "homeowner")).to.deep.equal([]);
  });

  it("given a split then proposal, withdrawal and settlement notify the right party", async () => {
    const project = await world.project(parties);
    await project.fund(0);
    await project.tryStep(0, "settlement", "contractor", { recipientAmount: "200.00" });
    await project.tryStep(0, "settlement/withdraw", "contractor");
    await project.tryStep(0, "settlement", "homeowner", { recipientAmount: "100.00" });
    await project.step(0, "settlement/accept", "contractor");
    expect((await kinds(project, "homeowner")).slice(1)).to.deep.equal([
      "settlement.proposed",
      "settlement.withdrawn",
      "milestone.settled",
    ]);
    expect((await kinds(project, "contractor")).slice(2)).to.deep.equal([
      "settlement.proposed",
      "milestone.settled",
    ]);
    for (const role of ["homeowner", "contractor"] as const) {
      expect((await inbox(project, role)).at(-1)!.subject).to.match(
        /^The money for milestone 1 ".*" of "Kitchen at 12 Elm Street" was split: 99\.00 USDC to the contractor, 205\.00 USDC to the homeowner$/,
      );
    }
  });

  it("given a payment by silence then both parties are notified, without a request", async () => {
    const project = await world.project(parties);
    await project.fund(0);
    await project.submit(0);
    world.advance(7n * 86_400n);
    await world.jobs(project, "project_release_by_silence");
    for (const role of ["homeowner", "contractor"] as const) {
      expect((await kinds(project, role)).at(-1)).to.equal("milestone.executed");
    }
  });

  it("given addresses then an SMTP server gets one mail per person and hour, with all notifications", async () => {
    const mails = createReminders(world.context, { facts: chainFacts, mail: server.transport });
    // What the tests before have queued.
    await mails.look();
    world.advance(3_600n);
    await mails.look();
    server.mails.length = 0;
    const project = await world.project({
      ...parties,
      contractor: { name: "Brook", email: "brook.two@example.com" },
    });
    await project.fund(0);
    await mails.look();
    await mails.look();
    const sent = server.mails.filter(({ to }) => to === "brook.two@example.com");
    expect(sent.map(({ subject }) => subject)).to.deep.equal([
      'The schedule of "Kitchen at 12 Elm Street" is fixed (and 1 more)',
    ]);
    expect(sent[0]!.text).to.include("is in escrow");
    await project.step(0, "approve", "homeowner");
    await mails.look();
    expect(server.mails.filter(({ to }) => to === "brook.two@example.com")).to.have.length(1);
    world.advance(3_600n);
    await mails.look();
    const later = server.mails.filter(({ to }) => to === "brook.two@example.com");
    expect(later).to.have.length(2);
    expect(later[1]!.text).to.include("The homeowner approved");
  });
});
