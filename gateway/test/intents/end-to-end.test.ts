import { createHash } from "node:crypto";
import { expect } from "chai";
import { START } from "../harness/sandbox";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import {
  complete,
  confirm,
  createIntent,
  eventsOf,
  expectAgreement,
  fundedIntent,
  policyOf,
  type TestIntent,
} from "../harness/intent-world";

const HASH = "ab".repeat(32);
const FEE = 1n; // percent, of the sandbox's gateway

describe("every release type to its end, read from the chain", () => {
  let gateway: SandboxGateway;
  let now = START;
  before(async () => (gateway = await startSandboxGateway({ clock: "manual" })));
  after(() => gateway?.close());
  afterEach(() => expectAgreement(gateway));

  const at = async (time: bigint) => {
    now = time;
    gateway.setTime(now);
    await gateway.settled();
  };
  const stateOf = async ({ path }: TestIntent) => {
    const { body } = await gateway.get(path);
    const { body: order } = await gateway.get(`${path}/escrow`);
    return [body.status, order.orderStatus, order.settlementStatus, order.milestones[0].status];
  };
  const move = ({ path }: TestIntent, orderStatus: string) =>
    gateway.request("PATCH", `${path}/escrow`, { orderStatus });
  /** Runs `work` and returns the base units that the payee got meanwhile. */
  const paidBy = async (work: () => Promise<unknown>) => {
    const before = await gateway.balance("payee");
    await work();
    await gateway.settled();
    return (await gateway.balance("payee")) - before;
  };
  const net = (units: bigint) => units - (units * FEE) / 100n;
  const timeLocked = async (until: bigint) => {
    const terms = { releaseType: "TIME_LOCKED", timeLockUntil: `${until}` };
    const intent = await createIntent(gateway, terms);
    await confirm(gateway, intent.path);
    return intent;
  };
  const SETTLED = ["SETTLED", "COMPLETED", "CONFIRMED", "RELEASED"];

  describe("MILESTONE_LOCKED", () => {
    it("with autoRelease: each completion pays its milestone at once, and the policy's terms are those of the intent", async () => {
      const intent = await fundedIntent(gateway);
      const state = await policyOf(gateway, intent.path);
      expect([state.funding, state.releaseCondition]).to.deep.equal(["held", 2]);
      expect([state.owner, state.recipient]).to.deep.equal([
        gateway.address("payer").toBase58(),
        gateway.address("payee").toBase58(),
      ]);
      expect(state.milestones.map(({ amount }) => amount)).to.deep.equal([
        30_000_000n,
        70_000_000n,
      ]);
      expect(await paidBy(() => complete(gateway, intent, 0))).to.equal(net(30_000_000n));
      expect((await stateOf(intent))[0]).to.equal("SUCCEEDED");
      expect(await paidBy(() => complete(gateway, intent, 1))).to.equal(net(70_000_000n));
      expect(await stateOf(intent)).to.deep.equal(SETTLED);
    });

    it("without autoRelease: the completion puts the proof on chain, and only the payer's approval pays", async () => {
      const intent = await fundedIntent(gateway, { amounts: ["100.00"], autoRelease: false });
      const url = `${intent.path}/escrow/milestones/${intent.ids[0]!}`;
      const proof = { completedBy: "contractor", completionProof: "the sink is in" };
      expect(await paidBy(() => gateway.post(`${url}/complete`, proof))).to.equal(0n);
      const [held] = (await policyOf(gateway, intent.path)).milestones;
      const hash = createHash("sha256").update("the sink is in").digest("hex");
      expect([held!.state, held!.evidenceHash]).to.deep.equal(["submitted", hash]);
      expect(await stateOf(intent)).to.deep.equal(["SUCCEEDED", "CREATED", "NONE", "COMPLETED"]);
      expect(await paidBy(() => gateway.post(`${url}/approve`))).to.equal(net(100_000_000n));
      expect(await stateOf(intent)).to.deep.equal(SETTLED);
    });

    it("takes a proof of 32 bytes in hex as it is (trap 9)", async () => {
      const intent = await fundedIntent(gateway, { amounts: ["100.00"], autoRelease: false });
      const url = `${intent.path}/escrow/milestones/${intent.ids[0]!}/complete`;
      const body = { completedBy: "contractor", completionProof: `0x${HASH}` };
      expect((await gateway.post(url, body)).body.data.proofHash).to.equal(HASH);
      const [held] = (await policyOf(gateway, intent.path)).milestones;
      expect(held!.evidenceHash).to.equal(HASH);
    });

    it("given a completion twice then the same proof answers 200 and the same body, another proof 400, and it is paid once", async () => {
      const intent = await fundedIntent(gateway);
      const url = `${intent.path}/escrow/milestones/${intent.ids[0]!}/complete`;
      const body = { completedBy: "contractor", completionProof: "proof" };
      const first = await gateway.post(url, body);
      const before = await gateway.balance("payee");
      const again = await gateway.post(url, body);
      expect([again.status, again.body]).to.deep.equal([200, first.body]);
      const other = await gateway.post(url, { ...body, completionProof: "another" });
      expect([other.status, other.body.error.code, other.body.error.message]).to.deep.equal([
        400,
        "invalid_request",
        "Milestone already completed",
      ]);
      const key = { "idempotency-key": `complete-${intent.id}` };
      const kept = await gateway.post(url, body, key);
      const replay = await gateway.post(url, body, key);
      expect([replay.body, replay.headers.get("idempotent-replayed")]).to.deep.equal([
        kept.body,
        "true",
      ]);
      expect(await gateway.balance("payee")).to.equal(before);
    });
  });

  describe("TIME_LOCKED", () => {
    it("given a past time then nothing is paid before the order moves, and it is paid as soon as the order is DELIVERED", async () => {
      const intent = await timeLocked(1_735_689_600n);
      expect(await stateOf(intent)).to.deep.equal(["SUCCEEDED", "CREATED", "NONE", "PENDING"]);
      expect((await policyOf(gateway, intent.path)).releaseCondition).to.equal(3);
      expect(await paidBy(() => move(intent, "DELIVERED"))).to.equal(net(100_000_000n));
      expect(await stateOf(intent)).to.deep.equal(SETTLED);
      const { body } = await gateway.get(`${intent.path}/escrow`);
      const types = (await eventsOf(gateway, body.id)).map(({ type }) => type);
      expect(types).to.include("time_lock.released");
    });

    it("given SHIPPED before the time then it is paid at that second by the chain's clock, and not a second before", async () => {
      const intent = await timeLocked(now + 500n);
      const until = now + 500n;
      expect(await paidBy(() => move(intent, "SHIPPED"))).to.equal(0n);
      expect(await stateOf(intent)).to.deep.equal(["SUCCEEDED", "SHIPPED", "NONE", "PENDING"]);
      expect(await paidBy(() => at(until - 1n))).to.equal(0n);
      expect(await paidBy(() => at(until))).to.equal(net(100_000_000n));
      expect(await stateOf(intent)).to.deep.equal(SETTLED);
    });

    it("given SHIPPED after the time then it is paid at once (trap 8)", async () => {
      const intent = await timeLocked(now + 500n);
      expect(await paidBy(() => at(now + 600n))).to.equal(0n);
      expect(await paidBy(() => move(intent, "SHIPPED"))).to.equal(net(100_000_000n));
      expect(await stateOf(intent)).to.deep.equal(SETTLED);
    });

    it("given a status that goes back then it is refused", async () => {
      const intent = await timeLocked(now + 500n);
      await move(intent, "DELIVERED");
      const { status, body } = await move(intent, "SHIPPED");
      expect([status, body.error.code]).to.deep.equal([400, "invalid_state_transition"]);
      expect((await stateOf(intent))[1]).to.equal("DELIVERED");
    });
  });

  describe("DELIVERY_PROOF and AUTO_RELEASE", () => {
    const proof = { proofHash: `0x${HASH}`, submittedBy: "courier" };
    const start = async (terms: object) => {
      const intent = await createIntent(gateway, terms);
      await confirm(gateway, intent.path);
      return intent;
    };
    const prove = ({ path }: TestIntent, body: object = proof) =>
      gateway.post(`${path}/escrow/delivery-proof`, body);

    for (const terms of [
      { releaseType: "DELIVERY_PROOF", autoRelease: true },
      { releaseType: "AUTO_RELEASE", autoRelease: true },
      { releaseType: "AUTO_RELEASE" },
    ]) {
      it(`${JSON.stringify(terms)}: the proof pays, once; another proof is refused`, async () => {
        const intent = await start(terms);
        expect((await policyOf(gateway, intent.path)).releaseCondition).to.equal(2);
        expect(await paidBy(() => prove(intent))).to.equal(net(100_000_000n));
        expect(await stateOf(intent)).to.deep.equal(SETTLED);
        expect(await paidBy(() => prove(intent))).to.equal(0n);
        const other = await prove(intent, { ...proof, proofHash: `0x${"cd".repeat(32)}` });
        expect([other.status, other.body.error.message]).to.deep.equal([
          400,
          "Delivery proof already submitted for this order",
        ]);
      });
    }

    for (const terms of [
      { releaseType: "DELIVERY_PROOF" },
      { releaseType: "AUTO_RELEASE", autoRelease: false },
    ]) {
      it(`${JSON.stringify(terms)}: the proof is the evidence on chain, and the payer's silence pays`, async () => {
        const intent = await start(terms);
        expect(await paidBy(() => prove(intent))).to.equal(0n);
        const [held] = (await policyOf(gateway, intent.path)).milestones;
        expect([held!.state, held!.evidenceHash]).to.deep.equal(["submitted", HASH]);
        expect(await stateOf(intent)).to.deep.equal([
          "SUCCEEDED",
          "DELIVERED",
          "NONE",
          "COMPLETED",
        ]);
        // Other tests' payments become due as well: this one's are those of its policy.
        const paid = async () => (await policyOf(gateway, intent.path)).paid;
        await at(held!.silentApprovalAt! - 1n);
        expect(await paid()).to.equal(0n);
        await at(held!.silentApprovalAt!);
        expect(await paid()).to.equal(100_000_000n);
        expect(await stateOf(intent)).to.deep.equal(SETTLED);
      });
    }

    it("given an expected hash then another proof is refused, and the error has both hashes", async () => {
      const intent = await start({
        releaseType: "DELIVERY_PROOF",
        autoRelease: true,
        expectedDeliveryHash: HASH,
      });
      const other = "cd".repeat(32);
      const { status, body } = await prove(intent, { ...proof, proofHash: other });
      expect([status, body.error.param]).to.deep.equal([400, "proofHash"]);
      expect(body.error.message).to.contain(HASH).and.to.contain(other);
      expect(await paidBy(() => prove(intent))).to.equal(net(100_000_000n));
    });
  });

  describe("CONSENTED_PULL", () => {
    it("is a delegated policy of one milestone that the confirmation pays", async () => {
      const intent = await createIntent(gateway, { type: "CONSENTED_PULL" });
      const before = await gateway.balance("payee");
      await confirm(gateway, intent.path);
      expect((await gateway.balance("payee")) - before).to.equal(net(100_000_000n));
      const state = await policyOf(gateway, intent.path);
      expect([state.funding, state.releaseCondition, state.outstanding]).to.deep.equal([
        "delegated",
        0,
        0n,
      ]);
      expect((await gateway.get(intent.path)).body.status).to.equal("SETTLED");
    });
  });

  describe("OFF_RAMP_MOCK", () => {
    it("is SETTLED ten seconds after the release, with a row in the ledger, and not a second before; the order stays EXECUTED", async () => {
      const intent = await fundedIntent(gateway, {
        amounts: ["100.00"],
        settlementMethod: "OFF_RAMP_MOCK",
        settlementDestination: "bank_account_123",
      });
      const { body } = await complete(gateway, intent, 0);
      const released = BigInt(body.data.releasedAt);
      const rows = async () =>
        (
          await gateway.get(
            `/v1/account/ledger-entries?paymentIntentId=${intent.id}&type=SETTLEMENT`,
          )
        ).body.data;
      await at(released + 9n);
      expect(await stateOf(intent)).to.deep.equal([
        "SUCCEEDED",
        "COMPLETED",
        "EXECUTED",
        "RELEASED",
      ]);
      expect(await rows()).to.deep.equal([]);
      await at(released + 10n);
      expect(await stateOf(intent)).to.deep.equal(["SETTLED", "COMPLETED", "EXECUTED", "RELEASED"]);
      const [row] = await rows();
      expect([row.amount, row.destination]).to.deep.equal(["99.00", "bank_account_123"]);
    });
  });
});
