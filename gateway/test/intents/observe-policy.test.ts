import { createContext, send } from "@milepost/sdk";
import { expect } from "chai";
import { buildSettle } from "../../src/chain";
import { POLICY_OBSERVERS } from "../../src/policy-observers";
import { watchPolicies } from "../../src/policy-watch/watch";
import { reconcileNow } from "../../src/reconciliation/service";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";

describe("an intent's policy that others change on chain", () => {
  let gateway: SandboxGateway;
  before(async () => (gateway = await startSandboxGateway({ clock: "manual" })));
  after(() => gateway?.close());

  it("given both parties settle a milestone with their own wallets, then the intent shows it and the ledger agrees with the chain", async () => {
    const { chain, context, accountId } = gateway;
    const { body: intent } = await gateway.post("/v1/payment-intents", {
      amount: "1000.00",
      currency: "USDC",
      type: "DELIVERY_VS_PAYMENT",
      settlementMethod: "OFF_RAMP_MOCK",
      settlementDestination: "bank_account_123",
      metadata: { releaseType: "MILESTONE_LOCKED", autoRelease: true },
    });
    const path = `/v1/payment-intents/${intent.id}`;
    const ids: string[] = [];
    for (const [milestoneIndex, amount] of ["300.00", "700.00"].entries()) {
      const { body } = await gateway.post(`${path}/escrow/milestones`, { milestoneIndex, amount });
      ids.push(body.id);
    }
    await gateway.post(`${path}/escrow/milestones/${ids[0]!}/complete`, { completedBy: "a" });
    const { body: funded } = await gateway.get(path);
    const { policy } = funded.data.parts[0];

    const build = await buildSettle(chain, { policy, index: 1, recipientAmount: 100_000_000n });
    const { signature } = await send(
      createContext(chain.connection, chain.sponsor),
      build.instructions,
      {
        signers: [chain.sandboxKey!(accountId, "payer"), chain.sandboxKey!(accountId, "payee")],
      },
    );
    const before = await reconcileNow(context, "test", { recheckAfterMs: [] });
    expect(before.differences.length).to.be.greaterThan(0);

    expect(await watchPolicies(context, POLICY_OBSERVERS, { everyMs: 0 })).to.equal(1);
    const { body: list } = await gateway.get(`${path}/escrow/milestones`);
    const settled = list.data.find(({ id }: { id: string }) => id === ids[1]);
    expect(JSON.stringify(settled)).to.include(signature);
    expect(settled.data).to.include({ paid: "100.00", refunded: "600.00" });
    const after = await reconcileNow(context, "test", { recheckAfterMs: [] });
    expect(after.differences).to.deep.equal([]);
    expect(await watchPolicies(context, POLICY_OBSERVERS, { everyMs: 0 })).to.equal(0);
  });
});
