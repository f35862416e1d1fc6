import { createHash } from "node:crypto";
import { expect } from "chai";
import { fundedIntent, policyOf } from "../harness/intent-world";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";

const HASH = `0x${"ab".repeat(32)}`;
const BODY = {
  amount: "100.00",
  currency: "USDC",
  type: "DELIVERY_VS_PAYMENT",
  settlementMethod: "ON_CHAIN",
  settlementDestination: "payee",
};

describe("release types on chain", () => {
  let gateway: SandboxGateway;
  before(async () => (gateway = await startSandboxGateway({ clock: "manual" })));
  after(() => gateway?.close());

  const start = async (changes: object) => {
    const { body } = await gateway.post("/v1/payment-intents", { ...BODY, ...changes });
    const path = `/v1/payment-intents/${body.id}`;
    await gateway.post(`${path}/confirm`, { signature: "0x...", payerAddress: "0x..." });
    return path;
  };
  const proof = { proofHash: HASH, submittedBy: "courier" };

  it("given a consented pull then it is paid at once, and has no escrow order", async () => {
    const before = await gateway.balance("payee");
    const path = await start({ type: "CONSENTED_PULL" });
    await gateway.settled();
    expect((await gateway.get(path)).body.status).to.equal("SETTLED");
    expect((await gateway.balance("payee")) - before).to.equal(99_000_000n);
    expect((await gateway.get(`${path}/escrow`)).status).to.equal(400);
  });

  it("given automatic release then the delivery proof pays, once", async () => {
    const before = await gateway.balance("payee");
    const path = await start({ releaseType: "DELIVERY_PROOF", autoRelease: true });
    const first = await gateway.post(`${path}/escrow/delivery-proof`, proof);
    expect([first.status, first.body.data.proofHash]).to.deep.equal([201, HASH]);
    const again = await gateway.post(`${path}/escrow/delivery-proof`, proof);
    expect(again.body).to.deep.equal(first.body);
    const { body: order } = await gateway.get(`${path}/escrow`);
    expect([order.orderStatus, order.settlementStatus]).to.deep.equal(["COMPLETED", "CONFIRMED"]);
    expect((await gateway.balance("payee")) - before).to.equal(99_000_000n);
  });

  it("given no automatic release then the proof goes on chain and the payer's approval pays", async () => {
    const before = await gateway.balance("payee");
    const path = await start({ releaseType: "DELIVERY_PROOF" });
    await gateway.post(`${path}/escrow/delivery-proof`, proof);
    const { body: order } = await gateway.get(`${path}/escrow`);
    const [milestone] = order.milestones;
    expect([milestone.status, order.orderStatus]).to.deep.equal(["COMPLETED", "DELIVERED"]);
    expect(await gateway.balance("payee")).to.equal(before);
    const url = `${path}/escrow/milestones/${milestone.id}/approve`;
    const approved = await gateway.post(url);
    expect([approved.status, approved.body.status]).to.deep.equal([200, "RELEASED"]);
    expect((await gateway.balance("payee")) - before).to.equal(99_000_000n);
  });

  // On chain, 32 zero bytes mean that there is no hash: the submission failed after the proof was taken.
  it("refuses a delivery proof of 32 zero bytes and changes nothing", async () => {
    const path = await start({ releaseType: "DELIVERY_PROOF" });
    await gateway.settled();
    const seen = async () => [(await gateway.get(path)).body, await gateway.get(`${path}/escrow`)];
    const before = JSON.stringify(await seen());
    for (const zero of ["0".repeat(64), `0x${"0".repeat(64)}`]) {
      const url = `${path}/escrow/delivery-proof`;
      const refused = await gateway.post(url, { ...proof, proofHash: zero });
      expect([refused.status, refused.body.error.param]).to.deep.equal([400, "proofHash"]);
      expect(refused.body.error.message).to.equal(
        `proofHash: expected 64 hexadecimal digits, not all zero, received "${zero}"`,
      );
      const terms = { releaseType: "DELIVERY_PROOF", expectedDeliveryHash: zero };
      const intent = await gateway.post("/v1/payment-intents", { ...BODY, ...terms });
      expect([intent.status, intent.body.error.param]).to.deep.equal([400, "expectedDeliveryHash"]);
    }
    expect(JSON.stringify(await seen())).to.equal(before);
    const taken = await gateway.post(`${path}/escrow/delivery-proof`, proof);
    expect(taken.status).to.equal(201);
    expect((await gateway.get(path)).body.data.problem).to.equal(null);
  });

  it("submits and disputes with the SHA-256 of a text that spells 32 zero bytes", async () => {
    const zero = "0".repeat(64);
    const intent = await fundedIntent(gateway, { amounts: ["40.00"], autoRelease: false });
    const url = `${intent.path}/escrow/milestones/${intent.ids[0]!}/complete`;
    const submitted = await gateway.post(url, { completedBy: "payee", completionProof: zero });
    expect([submitted.status, submitted.body.data.status]).to.deep.equal([200, "COMPLETED"]);
    const dispute = { reason: zero, raisedBy: "payer" };
    const raised = await gateway.post(`${intent.path}/escrow/dispute`, dispute);
    expect([raised.status, raised.body.data.isOnChain]).to.deep.equal([201, true]);
    const hash = createHash("sha256").update(zero).digest("hex");
    const { milestones } = await policyOf(gateway, intent.path);
    expect([milestones[0]!.evidenceHash, milestones[0]!.reasonHash]).to.deep.equal([hash, hash]);
  });
});
