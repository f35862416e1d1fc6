import { expect } from "chai";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import {
  complete,
  eventsOf,
  expectAgreement,
  fundedIntent,
  policyOf,
  type TestIntent,
} from "../harness/intent-world";

describe("what the clock does by itself", () => {
  let gateway: SandboxGateway;
  beforeEach(async () => (gateway = await startSandboxGateway({ clock: "manual" })));
  afterEach(() => gateway?.close());

  const milestoneOf = async ({ path, ids }: TestIntent, index = 0) =>
    (await gateway.get(`${path}/escrow/milestones/${ids[index]!}`)).body;
  const orderOf = async ({ path }: TestIntent) => (await gateway.get(`${path}/escrow`)).body;
  const raise = ({ path }: TestIntent) =>
    gateway.post(`${path}/escrow/dispute`, { reason: "The sink leaks.", raisedBy: "homeowner" });
  const at = async (time: bigint) => {
    gateway.setTime(time);
    await gateway.settled();
  };

  it("given the payer's silence then nothing is paid one second before its end, and the milestone is paid once at its end", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["100.00"], autoRelease: false });
    expect((await complete(gateway, intent, 0)).body.data.status).to.equal("COMPLETED");
    const { silentApprovalAt } = (await policyOf(gateway, intent.path)).milestones[0]!;
    const before = await gateway.balance("payee");
    await at(silentApprovalAt! - 1n);
    expect((await milestoneOf(intent)).status).to.equal("COMPLETED");
    expect(await gateway.balance("payee")).to.equal(before);
    await at(silentApprovalAt!);
    expect((await milestoneOf(intent)).status).to.equal("RELEASED");
    expect((await gateway.balance("payee")) - before).to.equal(99_000_000n);
    await at(silentApprovalAt! + 1n);
    expect((await gateway.balance("payee")) - before).to.equal(99_000_000n);
    const [released] = (await eventsOf(gateway, intent.ids[0]!)).slice(-1);
    expect([released!.type, released!.chain?.account]).to.deep.equal([
      "milestone.released",
      (await policyOf(gateway, intent.path)).address,
    ]);
    await expectAgreement(gateway);
  });

  it("given a dispute then silence does not pay, and the mediator's silence divides the milestone at its end, not a second earlier", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["100.00"], autoRelease: false });
    await complete(gateway, intent, 0);
    const { silentApprovalAt } = (await policyOf(gateway, intent.path)).milestones[0]!;
    expect((await raise(intent)).body.status).to.equal("raised");
    const { mediationExpiresAt } = (await policyOf(gateway, intent.path)).escrow!;
    const before = await gateway.balance("payee");
    await at(silentApprovalAt!);
    expect((await milestoneOf(intent)).status).to.equal("COMPLETED");
    await at(mediationExpiresAt! - 1n);
    expect((await milestoneOf(intent)).status).to.equal("COMPLETED");
    expect(await gateway.balance("payee")).to.equal(before);
    await at(mediationExpiresAt!);
    const { status, data } = await milestoneOf(intent);
    expect(["RESOLVED", "RELEASED", "REFUNDED"]).to.include(status);
    const { paid, refunded } = (await policyOf(gateway, intent.path)).milestones[0]!;
    expect(paid + refunded).to.equal(100_000_000n);
    expect(Number(data.paid) + Number(data.refunded)).to.equal(100);
    const { body: disputes } = await gateway.get(`${intent.path}/escrow/dispute`);
    expect(disputes.data[0].status).to.equal("resolved");
    await expectAgreement(gateway);
  });

  it("given a withdrawn dispute then the end of the review pays, and the intent needs no action", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["100.00"], autoRelease: false });
    await complete(gateway, intent, 0);
    const raised = await raise(intent);
    const { mediationExpiresAt } = (await policyOf(gateway, intent.path)).escrow!;
    await gateway.post(`${intent.path}/escrow/dispute/${raised.body.id}/withdraw`);
    const { silentApprovalAt } = (await policyOf(gateway, intent.path)).milestones[0]!;
    await at(silentApprovalAt!);
    expect((await milestoneOf(intent)).status).to.equal("RELEASED");
    await at(mediationExpiresAt!);
    expect((await gateway.get(intent.path)).body.status).to.equal("SETTLED");
    await expectAgreement(gateway);
  });

  it("given a dispute that the chain refuses then the order is not left DISPUTED, and the dispute says why", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["100.00"], autoRelease: false });
    await complete(gateway, intent, 0);
    const { disputeClosesAt, silentApprovalAt } = (await policyOf(gateway, intent.path))
      .milestones[0]!;
    await at(disputeClosesAt!);
    const raised = await raise(intent);
    expect([raised.status, raised.body.status]).to.deep.equal([201, "failed"]);
    expect(raised.body.data.problem).to.contain(`${disputeClosesAt}`);
    expect((await orderOf(intent)).orderStatus).to.equal("CREATED");
    const { body } = await gateway.get(intent.path);
    expect([body.status, body.data.next_action]).to.deep.equal([
      "REQUIRES_ACTION",
      "raise_dispute",
    ]);
    expect((await eventsOf(gateway, raised.body.id)).map(({ type }) => type)).to.deep.equal([
      "dispute.failed",
    ]);
    await at(silentApprovalAt!);
    expect((await gateway.get(intent.path)).body.status).to.equal("SETTLED");
    await expectAgreement(gateway);
  });
});
