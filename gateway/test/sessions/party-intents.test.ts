/** Steps of a payment intent by wallet sessions in test mode. */
import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import type { SandboxRole } from "../../src/chain";
import { fundedIntent, policyOf, type TestIntent } from "../harness/intent-world";
import { signBy } from "../harness/live-project-world";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import { type SessionAnswer, type SignedIn, signIn } from "../harness/wallet-session";

describe("a payment intent by wallet sessions in test mode", () => {
  let gateway: SandboxGateway;
  let sessions: Record<SandboxRole, SignedIn>;
  before(async () => {
    gateway = await startSandboxGateway();
    const sessionOf = (role: SandboxRole) =>
      signIn(gateway.app, gateway.chain.sandboxKey!(gateway.accountId, role));
    sessions = {
      payer: await sessionOf("payer"),
      payee: await sessionOf("payee"),
      mediator: await sessionOf("mediator"),
    };
  });
  after(() => gateway.close());

  const codeOf = ({ status, body }: SessionAnswer) => [status, body.error?.code];
  const build = (intent: TestIntent, role: SandboxRole, body: object) =>
    sessions[role].request("POST", `${intent.path}/unsigned-transactions`, body);
  async function act(intent: TestIntent, role: SandboxRole, action: string, more: object = {}) {
    const built = await build(intent, role, { action, milestoneId: intent.ids[0], ...more });
    expect(built.status, JSON.stringify(built.body)).to.equal(200);
    const transaction = signBy(built.body.data[0].transaction, sessions[role].wallet);
    const sent = await sessions[role].request("POST", `${intent.path}/signed-transactions`, {
      transaction,
    });
    expect([sent.status, sent.body.status], JSON.stringify(sent.body)).to.deep.equal([
      200,
      "landed",
    ]);
  }
  const stateOf = async ({ path }: TestIntent) =>
    (await policyOf(gateway, path)).milestones[0]!.state;

  it("given the payee submits and the payer approves then each signs their own step, and the payee is paid", async () => {
    const intent = await fundedIntent(gateway);
    const before = await gateway.balance("payee");
    await act(intent, "payee", "submit_milestone");
    await gateway.settled();
    expect(await stateOf(intent)).to.equal("submitted");
    await act(intent, "payer", "approve_milestone");
    await gateway.settled();
    expect(await stateOf(intent)).to.equal("released");
    expect((await gateway.balance("payee")) > before).to.equal(true);
  });

  it("given a session that asks for another party's transaction then it is refused, and nothing is kept", async () => {
    const intent = await fundedIntent(gateway);
    const kept = () =>
      gateway.context.database.query(
        "SELECT 1 FROM milepost_gateway.signings WHERE object_id = $1",
        [intent.id],
      );
    const body = { action: "approve_milestone", milestoneId: intent.ids[0] };
    expect(codeOf(await build(intent, "payee", body))).to.deep.equal([403, "forbidden"]);
    expect(await kept()).to.deep.equal([]);
  });

  it("given a transaction that only another wallet signed then it is refused, and the milestone stays", async () => {
    const intent = await fundedIntent(gateway);
    const body = { action: "submit_milestone", milestoneId: intent.ids[0] };
    const built = await build(intent, "payee", body);
    const { transaction } = built.body.data[0];
    const path = `${intent.path}/signed-transactions`;
    const unsigned = await sessions.payee.request("POST", path, { transaction });
    expect([unsigned.status, unsigned.body.status]).to.deep.equal([200, "incomplete"]);
    expect(await stateOf(intent)).to.equal("funded");
  });

  it("given an API key then test mode is as before: the sandbox's keys sign, and no transaction is handed out", async () => {
    const intent = await fundedIntent(gateway);
    const body = { action: "submit_milestone", milestoneId: intent.ids[0] };
    const answer = await gateway.post(`${intent.path}/unsigned-transactions`, body);
    expect([answer.status, answer.body.error.code]).to.deep.equal([400, "invalid_status"]);
  });

  it("shows a party neither the platform's metadata nor the client secret, and lists only its own intents", async () => {
    const intent = await fundedIntent(gateway, { metadata: { internal: "margin 12 %" } });
    for (const role of ["payer", "payee", "mediator"] as const) {
      const { status, body } = await sessions[role].request("GET", intent.path);
      expect([status, body.metadata, body.data.metadata]).to.deep.equal([200, undefined, null]);
      expect(JSON.stringify(body)).to.not.include("client_secret");
      const list = await sessions[role].request("GET", "/v1/payment-intents");
      expect(list.body.data.map(({ id }: { id: string }) => id)).to.include(intent.id);
    }
    const stranger = await signIn(gateway.app, Keypair.generate());
    expect(codeOf(await stranger.request("GET", intent.path))).to.deep.equal([
      404,
      "resource_missing",
    ]);
    expect((await stranger.request("GET", "/v1/payment-intents")).body.data).to.deep.equal([]);
  });

  for (const path of ["why", "coverage", "escrow", "escrow/milestones", "escrow/dispute"]) {
    it(`answers a party at ${path}`, async () => {
      const intent = await fundedIntent(gateway);
      const answer = await sessions.payee.request("GET", `${intent.path}/${path}`);
      expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    });
  }
});
