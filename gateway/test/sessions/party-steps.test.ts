/** Steps of a project by wallet sessions in test mode: the sandbox's own keys sign for API keys alone. */
import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import { signBy } from "../harness/live-project-world";
import { Project, ProjectWorld, type Role } from "../harness/project-world";
import { type SessionAnswer, type SignedIn, signIn } from "../harness/wallet-session";

const SANDBOX_ROLES = { homeowner: "payer", contractor: "payee", mediator: "mediator" } as const;
const TAG = '<img src=x onerror="alert(1)"><script>alert(2)</script>';

describe("a project by wallet sessions in test mode", () => {
  let world: ProjectWorld;
  let sessions: Record<Role, SignedIn>;
  before(async () => {
    world = await ProjectWorld.open();
    const sessionOf = (role: Role) =>
      signIn(world.app, world.sandbox.chain.sandboxKey!(world.accountId, SANDBOX_ROLES[role]));
    sessions = {
      homeowner: await sessionOf("homeowner"),
      contractor: await sessionOf("contractor"),
      mediator: await sessionOf("mediator"),
    };
  });
  after(() => world.close());

  const ask = (project: Project, role: Role, path: string, body: object = {}, headers = {}) =>
    sessions[role].request(
      "POST",
      `/v1/projects/${project.id}${path}`,
      { party: project.people[role], ...body },
      headers,
    );
  const onMilestone = (project: Project, index: number, path: string) =>
    `/milestones/${project.milestones[index]}/${path}`;
  const hand = (project: Project, role: Role, transaction: string) =>
    sessions[role].request("POST", `/v1/projects/${project.id}/signed-transactions`, {
      transaction,
    });
  /** Signs an answer's transaction with the wallets of these roles; fails unless it lands. */
  async function land(project: Project, asked: SessionAnswer, ...roles: Role[]) {
    expect([asked.status, asked.body.state], JSON.stringify(asked.body)).to.deep.equal([
      202,
      "prepared",
    ]);
    const keys = roles.map((role) => sessions[role].wallet);
    const landed = await hand(project, roles[0]!, signBy(asked.body.signing.transaction, ...keys));
    expect([landed.status, landed.body.state], JSON.stringify(landed.body)).to.deep.equal([
      200,
      "landed",
    ]);
  }
  async function step(project: Project, index: number, path: string, role: Role, body = {}) {
    await land(project, await ask(project, role, onMilestone(project, index, path), body), role);
  }
  const codeOf = ({ status, body }: SessionAnswer) => [status, body.error?.code];

  it("given sessions alone then each step waits for its wallet's signature, and the contractor is paid", async () => {
    const project = await world.project();
    const before = await world.balances();
    const asked = await ask(project, "homeowner", onMilestone(project, 0, "fund"));
    expect(asked.body.signing.missing).to.deep.equal([
      sessions.homeowner.wallet.publicKey.toBase58(),
    ]);
    expect((await project.get()).body.policies).to.deep.equal([]);
    await land(project, asked, "homeowner");
    await land(project, await ask(project, "contractor", "/accept-terms"), "contractor");
    await step(project, 0, "submit", "contractor", { note: "Done" });
    expect((await project.statuses())[0]).to.equal("pending_verification");
    await step(project, 0, "approve", "homeowner");
    const after = await world.balances();
    expect(after.contractor - before.contractor).to.equal(297_000_000n);
  });

  it("given a key that funds and a session that approves then both kinds of steps land", async () => {
    const project = await world.project();
    await project.fund(0);
    await project.submit(0);
    await step(project, 0, "approve", "homeowner");
    await project.fund(1);
    await step(project, 1, "submit", "contractor", { note: "Done" });
    await project.step(1, "approve", "homeowner");
    expect((await project.onChain())!.milestones.map(({ state }) => state)).to.deep.equal([
      "released",
      "released",
      "unfunded",
    ]);
  });

  it("given a transaction without the wallet's signature then nothing is sent", async () => {
    const project = await world.project();
    const asked = await ask(project, "homeowner", onMilestone(project, 0, "fund"));
    for (const role of ["homeowner", "contractor"] as const) {
      const handed = await hand(project, role, asked.body.signing.transaction);
      expect(handed.status).to.be.oneOf([202, 400]);
      expect((await project.get()).body.policies).to.deep.equal([]);
    }
  });

  it("given a settlement then both wallets sign, and the other party finds the transaction among its actions", async () => {
    const project = await world.project();
    await project.fund(0);
    const proposed = await ask(project, "contractor", onMilestone(project, 0, "settlement"), {
      recipientAmount: "100.00",
    });
    expect(proposed.status, JSON.stringify(proposed.body)).to.equal(201);
    const asked = await ask(project, "homeowner", onMilestone(project, 0, "settlement/accept"));
    const first = await hand(
      project,
      "homeowner",
      signBy(asked.body.signing.transaction, sessions.homeowner.wallet),
    );
    expect([first.status, first.body.state]).to.deep.equal([202, "prepared"]);
    const party = project.people.contractor;
    const actions = await sessions.contractor.request(
      "GET",
      `/v1/projects/${project.id}/actions?party=${party}`,
    );
    const [waiting] = actions.body.toSign;
    const second = await hand(
      project,
      "contractor",
      signBy(waiting.signing.transaction, sessions.contractor.wallet),
    );
    expect([second.status, second.body.state], JSON.stringify(second.body)).to.deep.equal([
      200,
      "landed",
    ]);
  });

  it("given another role's step then it is refused, and no action exists", async () => {
    const project = await world.project();
    await project.fund(0);
    await project.submit(0);
    const path = onMilestone(project, 0, "approve");
    expect(codeOf(await ask(project, "contractor", path))).to.deep.equal([403, "forbidden"]);
    const asHomeowner = { party: project.people.homeowner };
    expect(codeOf(await ask(project, "contractor", path, asHomeowner))).to.deep.equal([
      403,
      "forbidden",
    ]);
    const rows = await world.context.database.query(
      "SELECT 1 FROM milepost_gateway.project_actions WHERE project_id = $1 AND kind = 'approve'",
      [project.id],
    );
    expect(rows).to.deep.equal([]);
  });

  it("given one Idempotency-Key of a key and of two wallets then each has its own answer", async () => {
    const project = await world.project();
    const headers = { "idempotency-key": "same" };
    const path = onMilestone(project, 0, "fund");
    const first = await ask(project, "homeowner", path, {}, headers);
    const again = await ask(project, "homeowner", path, {}, headers);
    expect(again.headers["idempotent-replayed"]).to.equal("true");
    expect(again.body).to.deep.equal(first.body);
    const other = await ask(project, "contractor", path, {}, headers);
    expect(codeOf(other)).to.deep.equal([403, "forbidden"]);
    const byKey = await project.post(path, "homeowner", {}, headers);
    expect(byKey.status, JSON.stringify(byKey.body)).to.equal(200);
  });

  it("given a session's step then the audit log names the session and its wallet", async () => {
    const project = await world.project();
    await ask(project, "homeowner", onMilestone(project, 0, "fund"));
    const { body } = await world.request("GET", `/audit-log?objectId=${project.id}`);
    const { session, wallet } = sessions.homeowner;
    expect(body.data[0]).to.deep.include({ keyId: session.id });
    expect(body.data[0].details).to.deep.equal({ wallet: wallet.publicKey.toBase58() });
  });

  it("shows a party no mail address of the others, and none of the platform's metadata", async () => {
    const project = await world.project({
      metadata: { internal: "margin 12 %" },
      contractor: { name: "Brook & Sons", email: "brook@example.com" },
    });
    const { body } = await sessions.contractor.request("GET", `/v1/projects/${project.id}`);
    const emails = [body.homeowner.email, body.contractor.email, body.mediator.email];
    expect(emails).to.deep.equal([null, "brook@example.com", null]);
    expect(body.metadata).to.deep.equal({});
    const list = await sessions.contractor.request("GET", "/v1/projects");
    expect(list.body.data[0]).to.deep.equal(body);
  });

  it("given texts that look like HTML then they come back as JSON text, to the letter", async () => {
    const project = await world.project({
      title: TAG,
      homeowner: { name: TAG },
      contractor: { name: "Brook" },
    });
    await project.fund(0);
    await step(project, 0, "submit", "contractor", { note: TAG });
    await step(project, 0, "dispute", "homeowner", { type: "quality_issue", text: TAG });
    const message = await ask(project, "contractor", onMilestone(project, 0, "dispute/messages"), {
      text: TAG,
    });
    expect([message.status, message.body.text]).to.deep.equal([201, TAG]);
    for (const path of ["", onMilestone(project, 0, "submissions"), "/timeline"]) {
      const answer = await world.app.inject({
        url: `/v1/projects/${project.id}${path}`,
        headers: { cookie: sessions.mediator.cookie },
      });
      expect(answer.headers["content-type"]).to.match(/^application\/json/);
      expect(answer.headers["x-content-type-options"]).to.equal("nosniff");
      if (path === "") expect(answer.json().title).to.equal(TAG);
    }
  });

  it("given a wallet that is no party then the projects do not exist", async () => {
    const project = await world.project();
    const stranger = await signIn(world.app, Keypair.generate());
    const url = `/v1/projects/${project.id}`;
    expect(codeOf(await stranger.request("GET", url))).to.deep.equal([404, "resource_missing"]);
    const party = { party: project.people.homeowner };
    const fund = await stranger.request("POST", `${url}${onMilestone(project, 0, "fund")}`, party);
    expect(codeOf(fund)).to.deep.equal([404, "resource_missing"]);
    expect((await stranger.request("GET", "/v1/projects")).body.data).to.deep.equal([]);
  });
});
