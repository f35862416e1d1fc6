/** What the sandbox's page creates without a key: a project, a payment, and its milestones' completion; and its clock. */
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../../src/http/app";
import { RESOURCES } from "../../src/resources";
import { sandboxDemoRoutes } from "../../src/sandbox-demo/routes";
import { START } from "../harness/sandbox";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";

const OWN = { host: "127.0.0.1:8080", origin: "http://127.0.0.1:8080" };

describe("demonstrations of the sandbox's page", () => {
  let gateway: SandboxGateway;
  let app: FastifyInstance;
  before(async () => {
    gateway = await startSandboxGateway({ clock: "manual" });
    const { context, accountId } = gateway;
    const sandbox = { accountId, webhookSecret: "whsec_" };
    app = await buildApp({ ...context, sandbox }, RESOURCES, { rootRoutes: [sandboxDemoRoutes] });
  });
  after(async () => {
    await app.close();
    await gateway.close();
  });

  const post = async (url: string, payload: object = {}) => {
    const answer = await app.inject({ method: "POST", url, payload, headers: OWN });
    // JSON of an answer: a test asserts what is in it.
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    return { status: answer.statusCode, body: answer.json<any>() };
  };

  it("creates spec 001's renovation, finalized, of the sandbox's account", async () => {
    const { status, body } = await post("/sandbox/demo-projects");
    expect(status).to.equal(201);
    const project = await gateway.get(`/v1/projects/${body.projectId}`);
    expect(project.status).to.equal(200);
    expect([project.body.status, project.body.amount]).to.deep.equal(["active", "1000.00"]);
    const amounts = project.body.milestones.map(({ amount }: { amount: string }) => amount);
    expect(amounts).to.deep.equal(["300.00", "500.00", "200.00"]);
  });

  it("creates a payment in three milestones with its checkout's address, and completes them like an API key", async () => {
    const { status, body } = await post("/sandbox/demo-intents");
    expect(status).to.equal(201);
    const { intentId, paymentUrl } = body as { intentId: string; paymentUrl: string };
    expect(paymentUrl).to.match(new RegExp(`/pay/${intentId}#${intentId}_secret_[\\w-]{43}$`));
    const listed = await gateway.get(`/v1/payment-intents/${intentId}/escrow/milestones`);
    const [first] = listed.body.data as { id: string }[];
    const before = await gateway.balance("payee");
    const done = await post(`/sandbox/intents/${intentId}/milestones/${first!.id}/complete`);
    expect([done.status, done.body.status]).to.deep.equal([200, "completed"]);
    await gateway.settled();
    const paid = (await gateway.balance("payee")) - before;
    expect(paid).to.equal(297_000_000n);
  });

  it("completes no milestone of another account", async () => {
    const other = { "x-api-key": gateway.keys.other };
    const intent = await gateway.post(
      "/v1/payment-intents",
      {
        amount: "1.00",
        currency: "USDC",
        type: "DELIVERY_VS_PAYMENT",
        settlementMethod: "ON_CHAIN",
        settlementDestination: "payee",
        releaseType: "MILESTONE_LOCKED",
      },
      other,
    );
    const answer = await post(`/sandbox/intents/${intent.body.id}/milestones/milestone_1/complete`);
    expect([answer.status, answer.body.error.code]).to.deep.equal([404, "resource_missing"]);
  });

  it("reads the chain's clock and moves it forward", async () => {
    const read = await app.inject({ url: "/sandbox/clock", headers: { host: OWN.host } });
    expect(read.json()).to.deep.equal({ now: Number(START) });
    const moved = await post("/sandbox/clock/advance", { seconds: 3_600 });
    expect([moved.status, moved.body]).to.deep.equal([200, { now: Number(START) + 3_600 }]);
    const refused = await post("/sandbox/clock/advance", { seconds: 0 });
    expect([refused.status, refused.body.error.message]).to.deep.equal([
      400,
      "seconds: expected at least 1, received 0",
    ]);
  });
});
