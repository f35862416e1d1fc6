import { expect } from "chai";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import {
  complete,
  confirm,
  expectAgreement,
  fundedIntent,
  policyOf,
  createIntent,
} from "../harness/intent-world";

describe("intents of more than four milestones (trap 2)", () => {
  let gateway: SandboxGateway;
  before(async () => (gateway = await startSandboxGateway({ clock: "manual" })));
  after(() => gateway?.close());

  for (const [count, sizes] of [
    [5, [4, 1]],
    [9, [4, 4, 1]],
    [20, [4, 4, 4, 4, 4]],
  ] as const) {
    it(`given ${count} milestones then ${sizes.length} policies hold them, and all are paid in order`, async function () {
      this.timeout(180_000);
      const amounts = Array.from({ length: count }, (_, index) => `${index + 1}.00`);
      const intent = await fundedIntent(gateway, { amounts });
      const { body } = await gateway.get(intent.path);
      const parts = body.data.parts as { milestones: number; policy: string }[];
      expect(parts.map(({ milestones }) => milestones)).to.deep.equal(sizes);
      expect(new Set(parts.map(({ policy }) => policy)).size).to.equal(sizes.length);
      for (const part of sizes.keys()) {
        const state = await policyOf(gateway, intent.path, part);
        const own = amounts.slice(part * 4, part * 4 + 4).map((each) => BigInt(parseInt(each, 10)));
        const units = own.reduce((sum, each) => sum + each * 1_000_000n, 0n);
        expect([state.outstanding, state.funding]).to.deep.equal([units, "held"]);
      }
      const early = await complete(gateway, intent, count - 1);
      expect(early.body.error.message).to.equal(
        `Previous milestone (index ${count - 2}) must be completed first`,
      );
      const before = await gateway.balance("payee");
      for (const index of amounts.keys()) {
        const { body: done } = await complete(gateway, intent, index);
        expect(done.data.status, `milestone ${index}`).to.equal("RELEASED");
      }
      const sum = BigInt((count * (count + 1)) / 2) * 1_000_000n;
      expect((await gateway.balance("payee")) - before).to.equal((sum * 99n) / 100n);
      expect((await gateway.get(intent.path)).body.status).to.equal("SETTLED");
      await expectAgreement(gateway);
    });
  }

  it("given a 21st milestone then it is refused", async () => {
    const terms = { releaseType: "MILESTONE_LOCKED", autoRelease: true };
    const intent = await createIntent(gateway, terms);
    const body = { milestoneIndex: 20, amount: "1.00" };
    const { status, body: answer } = await gateway.post(`${intent.path}/escrow/milestones`, body);
    expect([status, answer.error.param]).to.deep.equal([400, "milestoneIndex"]);
  });

  it("given the second part cannot be funded then the rest waits for a new confirmation, which funds only what is missing", async () => {
    const { chain } = gateway;
    const fund = chain.sandboxFund!;
    const balance = await gateway.balance("payer");
    // The payer has enough for the first part alone.
    const amounts = ["1.00", "1.00", "1.00", "1.00", `${balance / 1_000_000n}.00`, "1.00"];
    Object.assign(chain, { sandboxFund: () => Promise.resolve() });
    const intent = await fundedIntent(gateway, { amounts });
    const { body: partly } = await gateway.get(intent.path);
    expect([partly.status, partly.data.next_action]).to.deep.equal(["PROCESSING", "confirm"]);
    expect(partly.data.problem).to.contain("could not be put into escrow");
    expect(partly.data.parts.map(({ state }: { state: string }) => state)).to.deep.equal([
      "funded",
      "planned",
    ]);
    const { body: order } = await gateway.get(`${intent.path}/escrow`);
    expect(order.orderStatus).to.equal("PENDING");
    const { body: cover } = await gateway.get(`${intent.path}/coverage`);
    expect([cover.guarantee, cover.held]).to.deep.equal(["partial", "4.00"]);
    await expectAgreement(gateway);

    Object.assign(chain, { sandboxFund: fund });
    await confirm(gateway, intent.path);
    const { body: whole } = await gateway.get(intent.path);
    expect([whole.status, whole.data.problem]).to.deep.equal(["SUCCEEDED", null]);
    expect(whole.data.parts[0].policy).to.equal(partly.data.parts[0].policy);
    const first = await policyOf(gateway, intent.path, 0);
    expect(first.outstanding).to.equal(4_000_000n);
    for (const index of amounts.keys()) await complete(gateway, intent, index);
    expect((await gateway.get(intent.path)).body.status).to.equal("SETTLED");
    await expectAgreement(gateway);
  });
});
