import { createHash } from "node:crypto";
import { expect } from "chai";
import { FreightWorld } from "./freight-world";
import { printed, printedJson, runPrinted } from "./printed";

/** SHA-256 of each fixture as the document prints it. */
const HASHES: Readonly<Record<string, string>> = {
  "build-schedule-response.json":
    "f4b5c95e2fe78629729629b26ae6ae7fe18e9e22e6cb6b9e67314c88bbd24c15",
  "event-request.json": "aa73558583bb9f871a30e0011e62d6bd738458ba8739b995e5f0fa705aa9b39f",
  "event-response.json": "d6f6407c1fe7ef3f306dd2e3b6cc26316ac9cafe84ac054f5ba5c271aacd118c",
  "idempotency-test.sh": "1781e62c5dc5e9451254886e4464a6c5708b4b5ef71a966d37aaf29026865076",
  "step-1-create-shipment.sh": "1cdcd2c05f2b63f630f6cf556fcc7102a4575ad8d8372373e197959d47690163",
  "step-2-tokenize-shipment.sh": "2da9bcb493c35ed0e3764af352985a6cd574a7b7988385cf35635d10a1087fe1",
  "step-3-create-payment-intent.sh":
    "97966157725128527b0971db6cd43f683e26d373d0c811209e1ba31c96ccc959",
  "step-4-build-payment-schedule.sh":
    "21efb457aad66f4118e428234bf7a12db046ace9ccccd204fbc4bb732706823f",
  "step-5-record-shipment-event-pod.sh":
    "ad8a39debc5ba6e6fb06cb9338d4731949b0b4e58d034f0d3e84d32eb14aa1cc",
  "step-7-query-milestones.sh": "4acfb4ac02110dadba0b662f8726f416411f56e0216027792c171d2bed3f1046",
  "webhook-request.json": "fb5a16f3a90168dcfd6450c0b43297bf80886deca01ab2e4b10ff3e598423d93",
  "webhook-response.json": "abfcc13847d066a69d86b12f7f82ddb87b4364cf0c5c1e106df6bc04ad98020a",
};

/** Base units of one dollar. */
const DOLLAR = 1_000_000n;

describe("spec 004, as printed", () => {
  let world: FreightWorld;
  before(async () => (world = await FreightWorld.open({ clock: "wall" })));
  after(() => world.close());

  // The seven steps build on each other, as in the document.
  const step = async (name: string) => {
    const [answer] = await runPrinted(name, world.freight);
    return answer!;
  };

  it("keeps the fixtures as printed", () => {
    for (const [name, hash] of Object.entries(HASHES)) {
      expect(createHash("sha256").update(printed(name)).digest("hex"), name).to.equal(hash);
    }
  });

  it("step 1 creates shipment 15, pending", async () => {
    const { status, body } = await step("step-1-create-shipment");
    expect(status).to.equal(201);
    expect(body).to.deep.include({
      id: 15,
      status: "pending",
      shipper_name: "FedEx",
      cargo_value: 10_000,
      cargo_value_decimal: "10000.00",
      pickup_eta: "2025-11-08T10:00:00Z",
    });
  });

  it("step 2 creates token 7 with risk 0.45, medium", async () => {
    const { status, body } = await step("step-2-tokenize-shipment");
    expect(status).to.equal(201);
    expect(body).to.deep.include({
      id: 7,
      shipment_id: 15,
      face_value: 10_000,
      currency: "USD",
      risk_score: 0.45,
      risk_category: "medium",
    });
  });

  it("step 3 creates payment intent 9 of medium risk", async () => {
    const { status, body } = await step("step-3-create-payment-intent");
    expect(status).to.equal(201);
    expect(body).to.deep.include({
      id: 9,
      freight_token_id: 7,
      amount: 10_000,
      amount_decimal: "10000.00",
      risk_tier: "medium",
      status: "pending",
      description: "Payment for shipment 15",
    });
  });

  it("step 4 builds schedule 3 with three items, and the chain holds the money of each in a policy of its own", async () => {
    const { status, body } = await step("step-4-build-payment-schedule");
    expect(status).to.equal(200);
    const example = printedJson("build-schedule-response");
    expect(body).to.deep.include({ ...example, payment_id: 9 });
    const policies = await world.policies(9);
    expect(
      policies.map((each) => [each!.amount, each!.outstanding, each!.releaseCondition]),
    ).to.deep.equal([
      [1_000n * DOLLAR, 1_000n * DOLLAR, 2],
      [7_000n * DOLLAR, 7_000n * DOLLAR, 2],
      [2_000n * DOLLAR, 2_000n * DOLLAR, 2],
    ]);
    expect(await world.balance("payee")).to.equal(0n);
  });

  it("step 5 records event 42 and tells ChainPay, which pays 70 % on chain without a pickup", async () => {
    const { status, body } = await step("step-5-record-shipment-event-pod");
    expect(status).to.equal(201);
    const example = printedJson("event-response");
    expect(Object.keys(body as object)).to.deep.equal(Object.keys(example));
    expect(body).to.deep.include({
      id: 42,
      shipment_id: 15,
      event_type: "POD_CONFIRMED",
      occurred_at: "2025-11-08T18:45:00Z",
      metadata: "driver_signature_0x123...",
      webhook_sent: 1,
    });
    await world.history(9);
    // The localnet's gateway takes 1 %.
    expect(await world.balance("payee")).to.equal(6_930n * DOLLAR);
    const policies = await world.policies(9);
    expect(policies.map((each) => each!.milestones[0]!.state)).to.deep.equal([
      "funded",
      "released",
      "funded",
    ]);
  });

  it("step 7 lists the milestone settlement of 7000.00 with its signature", async () => {
    const { status, body } = await step("step-7-query-milestones");
    expect(status).to.equal(200);
    expect(body.total).to.equal(1);
    const [settlement] = body.milestone_settlements as Record<string, unknown>[];
    expect(settlement).to.deep.include({
      payment_intent_id: 9,
      event_type: "POD_CONFIRMED",
      settlement_amount: 7_000,
      settlement_amount_decimal: "7000.00",
      status: "settled",
      shipment_event_id: 42,
      fee_decimal: "70.00",
      net_decimal: "6930.00",
    });
    const { value } = await world.chain.connection.getSignatureStatus(
      settlement!["reference"] as string,
    );
    expect(value!.err).to.equal(null);
  });

  it("the idempotency test records two events and pays nothing again", async () => {
    const answers = await runPrinted("idempotency-test", world.freight);
    expect(answers.map(({ status, body }) => [status, body.id, body.webhook_sent])).to.deep.equal([
      [201, 43, 1],
      [201, 44, 1],
    ]);
    await world.settled();
    expect(await world.balance("payee")).to.equal(6_930n * DOLLAR);
    expect((await world.history(9)).total).to.equal(1);
  });

  it("the printed webhook answers in the printed shape, and that the milestone exists already", async () => {
    const request = printedJson("webhook-request");
    const { status, body } = await world.ask("pay", "POST", "/webhooks/shipment_event", request);
    expect(status).to.equal(200);
    expect(Object.keys(body as object)).to.deep.equal(Object.keys(printedJson("webhook-response")));
    expect(body).to.deep.include({
      shipment_id: 15,
      event_type: "POD_CONFIRMED",
      milestone_settlements_created: 0,
      message: "milestone already exists (idempotent)",
    });
  });

  it("the printed event is taken as JSON and answers in the printed shape", async () => {
    const request = printedJson("event-request");
    const { status, body } = await world.ask("freight", "POST", "/shipments/15/events", request);
    expect(status).to.equal(201);
    expect(body).to.deep.include(request);
    expect(await world.balance("payee")).to.equal(6_930n * DOLLAR);
  });
});
