import { expect } from "chai";
import { START } from "../harness/sandbox";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import {
  complete,
  createIntent,
  eventsOf,
  expectAgreement,
  fundedIntent,
  policyOf,
  type TestIntent,
} from "../harness/intent-world";

const DAY = 86_400n;

describe("refunds of milestones", () => {
  let gateway: SandboxGateway;
  let now = START;
  before(async () => (gateway = await startSandboxGateway({ clock: "manual" })));
  after(() => gateway?.close());
  afterEach(() => expectAgreement(gateway));

  const step = (intent: TestIntent, index: number, name: "refund" | "reclaim") =>
    gateway.post(`${intent.path}/escrow/milestones/${intent.ids[index]!}/${name}`);
  const statusOf = async ({ path }: TestIntent) => {
    const { body } = await gateway.get(path);
    const { body: order } = await gateway.get(`${path}/escrow`);
    return [body.status, order.orderStatus, order.settlementStatus];
  };
  const refundsOf = async ({ id }: TestIntent) => {
    const { body } = await gateway.get(
      `/v1/account/ledger-entries?paymentIntentId=${id}&type=REFUND`,
    );
    return body.data.map(({ amount, fee, net }: Record<string, string>) => [amount, fee, net]);
  };

  it("given one second before the delivery is overdue then a reclaim is refused with the date; at that second it returns the money", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["100.00"], deliveryPeriod: 1_000 });
    const { body: order } = await gateway.get(`${intent.path}/escrow`);
    const overdue = BigInt(order.deliveryDeadline);
    const state = await policyOf(gateway, intent.path);
    expect(state.milestones[0]!.reclaimableAt).to.equal(overdue);
    gateway.setTime(overdue - 1n);
    const before = await gateway.balance("payer");
    const early = await step(intent, 0, "reclaim");
    expect([early.status, early.body.error.code]).to.deep.equal([400, "invalid_status"]);
    expect(early.body.error.message).to.contain(`not overdue before ${overdue}`);
    expect(await gateway.balance("payer")).to.equal(before);
    expect(await statusOf(intent)).to.deep.equal(["SUCCEEDED", "CREATED", "NONE"]);

    now = overdue;
    gateway.setTime(now);
    const taken = await step(intent, 0, "reclaim");
    expect([taken.status, taken.body.status, taken.body.data.refunded]).to.deep.equal([
      200,
      "REFUNDED",
      "100.00",
    ]);
    expect((await gateway.balance("payer")) - before).to.equal(100_000_000n);
    expect(await statusOf(intent)).to.deep.equal(["CANCELED", "CANCELLED", "CANCELLED"]);
    expect(await refundsOf(intent)).to.deep.equal([["100.00", "0.00", "100.00"]]);
    const [refunded] = (await eventsOf(gateway, intent.ids[0]!)).slice(-1);
    expect(refunded!.type).to.equal("milestone.refunded");
    expect(refunded!.chain!.signature).to.equal(taken.body.data.releaseTxHash);
    expect((await step(intent, 0, "reclaim")).body).to.deep.equal(taken.body);
  });

  it("given both parties agree then one milestone goes back at any time, the other is paid, and the intent is SETTLED", async () => {
    const intent = await fundedIntent(gateway);
    const [payer, payee] = [await gateway.balance("payer"), await gateway.balance("payee")];
    const returned = await step(intent, 0, "refund");
    expect([returned.status, returned.body.status]).to.deep.equal([200, "REFUNDED"]);
    expect(await statusOf(intent)).to.deep.equal(["SUCCEEDED", "CREATED", "NONE"]);
    const paid = await complete(gateway, intent, 1);
    expect(paid.body.data.status).to.equal("RELEASED");
    expect(await statusOf(intent)).to.deep.equal(["SETTLED", "COMPLETED", "CONFIRMED"]);
    expect((await gateway.balance("payer")) - payer).to.equal(30_000_000n);
    expect((await gateway.balance("payee")) - payee).to.equal(69_300_000n);
    const { outstanding } = await policyOf(gateway, intent.path);
    expect(outstanding).to.equal(0n);
    const again = await step(intent, 1, "refund");
    expect([again.status, again.body.error.message]).to.deep.equal([
      400,
      "Cannot refund milestone: it ended as RELEASED.",
    ]);
  });

  it("given a submission then the payer alone cannot take the money back, but both parties together can", async () => {
    const intent = await fundedIntent(gateway, {
      amounts: ["40.00"],
      autoRelease: false,
      deliveryPeriod: 1_000,
    });
    expect((await complete(gateway, intent, 0)).body.data.status).to.equal("COMPLETED");
    now += 2n * DAY;
    gateway.setTime(now);
    const refused = await step(intent, 0, "reclaim");
    expect([refused.status, refused.body.error.message]).to.deep.equal([
      400,
      "Cannot reclaim milestone: the payee has submitted it. Approve it, or raise a dispute.",
    ]);
    const before = await gateway.balance("payer");
    expect((await step(intent, 0, "refund")).body.status).to.equal("REFUNDED");
    expect((await gateway.balance("payer")) - before).to.equal(40_000_000n);
    expect(await statusOf(intent)).to.deep.equal(["CANCELED", "CANCELLED", "CANCELLED"]);
  });

  it("given the milestone before it has not ended then a refund is refused", async () => {
    const intent = await fundedIntent(gateway);
    const refused = await step(intent, 1, "refund");
    expect([refused.status, refused.body.error.message]).to.deep.equal([
      400,
      "Cannot refund milestone: milestone 0 has not ended. It comes first.",
    ]);
  });

  it("given no money in escrow then a refund is refused", async () => {
    const terms = { amount: "30.00", releaseType: "MILESTONE_LOCKED", autoRelease: true };
    const intent = await createIntent(gateway, terms, ["30.00"]);
    const refused = await step(intent, 0, "refund");
    expect([refused.status, refused.body.error.message]).to.deep.equal([
      400,
      "Cannot refund milestone: the payment is not in escrow.",
    ]);
  });
});
