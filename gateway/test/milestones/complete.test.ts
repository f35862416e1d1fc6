import { expect } from "chai";
import { getPaymentPolicy, createContext } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";

const BODY = {
  amount: "1000.00",
  currency: "USDC",
  type: "DELIVERY_VS_PAYMENT",
  settlementMethod: "OFF_RAMP_MOCK",
  settlementDestination: "bank_account_123",
  metadata: { releaseType: "MILESTONE_LOCKED", autoRelease: true },
};
const SPLIT = ["300.00", "500.00", "200.00"];

describe("completing milestones with automatic release", () => {
  let gateway: SandboxGateway;
  before(async () => (gateway = await startSandboxGateway({ clock: "manual" })));
  after(() => gateway?.close());

  const create = async (amounts: readonly string[] = SPLIT, changes: object = {}) => {
    const { body: intent } = await gateway.post("/v1/payment-intents", { ...BODY, ...changes });
    const path = `/v1/payment-intents/${intent.id}`;
    const ids: string[] = [];
    for (const [milestoneIndex, amount] of amounts.entries()) {
      const { body } = await gateway.post(`${path}/escrow/milestones`, { milestoneIndex, amount });
      ids.push(body.id);
    }
    return { id: intent.id as string, path, ids };
  };
  const complete = (path: string, id: string, proof = "proof") =>
    gateway.post(`${path}/escrow/milestones/${id}/complete`, {
      completedBy: "contractor",
      completionProof: proof,
    });

  it("says that milestones are missing until they sum to the amount, and that the confirmation is next from then on", async () => {
    const { path } = await create([]);
    const next = async () => (await gateway.get(path)).body.data.next_action as string;
    expect(await next()).to.equal("create_milestones");
    const draft = (milestoneIndex: number, amount: string) =>
      gateway.post(`${path}/escrow/milestones`, { milestoneIndex, amount });
    await draft(0, "300.00");
    expect(await next()).to.equal("create_milestones");
    const { body: last } = await draft(1, "700.00");
    expect(await next()).to.equal("confirm");
    const url = `${path}/escrow/milestones/${last.id}`;
    expect((await gateway.request("DELETE", url)).status).to.equal(200);
    expect(await next()).to.equal("create_milestones");
  });

  it("given no confirmation then the first completion funds and pays, and the chain has the money where it belongs", async () => {
    const { path, ids } = await create();
    const before = await gateway.balance("payee");
    const { status, body } = await complete(path, ids[0]!);
    expect([status, body.status, body.data.status]).to.deep.equal([200, "completed", "RELEASED"]);
    // The sandbox's gateway takes 1 percent.
    expect([body.data.paid, body.data.fee, body.data.net]).to.deep.equal([
      "300.00",
      "3.00",
      "297.00",
    ]);
    expect((await gateway.balance("payee")) - before).to.equal(297_000_000n);
    const { body: intent } = await gateway.get(path);
    expect([intent.status, intent.data.confirmedBy, intent.data.settlementStatus]).to.deep.equal([
      "SUCCEEDED",
      "sandbox",
      "IN_PROGRESS",
    ]);
    const policy = await getPaymentPolicy(
      createContext(gateway.chain.connection, gateway.chain.sponsor),
      new PublicKey(intent.data.parts[0].policy),
    );
    expect(policy.policyType.milestone.currentMilestone).to.equal(1);
  });
});
