import { expect } from "chai";
import { complete, fundedIntent } from "../harness/intent-world";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";

describe("disputes in the sandbox", () => {
  let gateway: SandboxGateway;
  before(async () => (gateway = await startSandboxGateway({ clock: "manual" })));
  after(() => gateway?.close());

  const start = async (autoRelease: boolean) => {
    const { body } = await gateway.post("/v1/payment-intents", {
      amount: "100.00",
      currency: "USDC",
      type: "DELIVERY_VS_PAYMENT",
      settlementMethod: "ON_CHAIN",
      settlementDestination: "payee",
      metadata: { releaseType: "MILESTONE_LOCKED", autoRelease },
    });
    const path = `/v1/payment-intents/${body.id}`;
    const draft = { milestoneIndex: 0, amount: "100.00" };
    const milestone = await gateway.post(`${path}/escrow/milestones`, draft);
    return { path, complete: `${path}/escrow/milestones/${milestone.body.id}/complete` };
  };
  const raise = (path: string) =>
    gateway.post(`${path}/escrow/dispute`, { reason: "The sink leaks.", raisedBy: "homeowner" });

  it("given nothing submitted then the gateway holds the money back, and a withdrawal lets it go on", async () => {
    const { path, complete } = await start(true);
    expect((await raise(path)).status).to.equal(400);
    await gateway.post(`${path}/confirm`, { signature: "0x...", payerAddress: "0x..." });
    const raised = await raise(path);
    expect([raised.status, raised.body.status, raised.body.data.isOnChain]).to.deep.equal([
      201,
      "raised",
      false,
    ]);
    expect((await raise(path)).body.error.message).to.equal(
      "Dispute already raised for this order",
    );
    const refused = await gateway.post(complete, { completedBy: "contractor" });
    expect([refused.status, refused.body.error.code]).to.deep.equal([400, "invalid_status"]);
    const ended = await gateway.post(`${path}/escrow/dispute/${raised.body.id}/withdraw`);
    expect([ended.status, ended.body.status]).to.deep.equal([200, "withdrawn"]);
    const paid = await gateway.post(complete, { completedBy: "contractor" });
    expect([paid.status, paid.body.data.status]).to.deep.equal([200, "RELEASED"]);
  });

  it("given a submission on chain then the mediator divides it, to the last unit", async () => {
    const { path, complete } = await start(false);
    const submitted = await gateway.post(complete, { completedBy: "contractor" });
    expect([submitted.status, submitted.body.data.status]).to.deep.equal([200, "COMPLETED"]);
    const raised = await raise(path);
    expect([raised.status, raised.body.data.isOnChain]).to.deep.equal([201, true]);
    expect(raised.body.data.transactionHash).to.match(/^\w{80,}$/);
    const before = await gateway.balance("payee");
    const resolved = await gateway.post(`${path}/escrow/dispute/${raised.body.id}/resolve`, {
      outcome: "PARTIAL_REFUND",
      recipientAmount: "40.00",
    });
    expect([resolved.status, resolved.body.status, resolved.body.data.outcome]).to.deep.equal([
      200,
      "resolved",
      "PARTIAL_REFUND",
    ]);
    expect((await gateway.balance("payee")) - before).to.equal(39_600_000n);
    const { body } = await gateway.get(`${path}/escrow/milestones`);
    const { status, paid, fee, refunded } = body.data[0].data;
    expect([status, paid, fee, refunded]).to.deep.equal(["RESOLVED", "40.00", "0.40", "60.00"]);
    expect((await gateway.get(path)).body.status).to.equal("SETTLED");
  });

  it("given a dispute about a later milestone then its money is not divided before its turn, and the payer can still withdraw", async () => {
    const intent = await fundedIntent(gateway);
    const body = { reason: "No oven.", raisedBy: "homeowner", milestoneId: intent.ids[1] };
    const raised = await gateway.post(`${intent.path}/escrow/dispute`, body);
    expect(raised.status, JSON.stringify(raised.body)).to.equal(201);
    const dispute = `${intent.path}/escrow/dispute/${raised.body.id}`;
    const early = await gateway.post(`${dispute}/resolve`, { outcome: "BUYER_WON" });
    expect([early.status, early.body.error.code, early.body.error.message]).to.deep.equal([
      400,
      "invalid_status",
      "Cannot resolve the dispute: milestone 0 has not ended. It comes first.",
    ]);
    // A division that waited for its turn refused this withdrawal, and with it every payment.
    expect((await gateway.post(`${dispute}/withdraw`)).body.status).to.equal("withdrawn");
    expect((await complete(gateway, intent, 0)).body.data.status).to.equal("RELEASED");
    const again = await gateway.post(`${intent.path}/escrow/dispute`, body);
    const url = `${intent.path}/escrow/dispute/${again.body.id}`;
    const divided = await gateway.post(`${url}/resolve`, { outcome: "BUYER_WON" });
    expect([divided.status, divided.body.status]).to.deep.equal([200, "resolved"]);
    const { body: list } = await gateway.get(`${intent.path}/escrow/milestones`);
    const statuses = list.data.map(({ data }: { data: { status: string } }) => data.status);
    expect(statuses).to.deep.equal(["RELEASED", "REFUNDED"]);
  });
});
