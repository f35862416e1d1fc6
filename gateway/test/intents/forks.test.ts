import { createContext, send } from "@milepost/sdk";
import { expect } from "chai";
import { buildSettle } from "../../src/chain";
import { POLICY_OBSERVERS } from "../../src/policy-observers";
import { watchPolicies } from "../../src/policy-watch/watch";
import { type Fork, forkOf } from "../harness/fork";
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
import { until } from "../harness/until";

describe("forks: the chain rolls back a confirmed transaction", () => {
  let gateway: SandboxGateway;
  let fork: Fork;
  beforeEach(async () => {
    gateway = await startSandboxGateway({ clock: "manual", outbox: { finalityMs: 50 } });
    fork = forkOf(gateway.localnet, gateway.chain);
  });
  afterEach(() => gateway?.close());

  const changesOf = async ({ id }: TestIntent) =>
    (await eventsOf(gateway, id)).filter(({ type }) => type === "payment_intent.status_changed");
  const statusOf = async ({ path }: TestIntent) => {
    const { body } = await gateway.get(path);
    const { body: order } = await gateway.get(`${path}/escrow`);
    return [body.status, order.orderStatus, order.milestones[0].status];
  };
  const isReverted = (intent: TestIntent) =>
    until(
      async () => (await changesOf(intent)).some(({ data }) => data.status === "REQUIRES_ACTION"),
      "REQUIRES_ACTION",
    );

  it("given a release in a fork that is dropped then the intent is REQUIRES_ACTION with a problem, events and a webhook, and the payment is sent again once", async () => {
    const hook = { url: "http://127.0.0.1:9/hook", enabledEvents: ["payment_intent.*"] };
    expect((await gateway.post("/v1/webhook-endpoints", hook)).status).to.equal(201);
    const intent = await fundedIntent(gateway, { amounts: ["30.00", "70.00"] });
    const before = await gateway.balance("payee");
    fork.mark();
    const paid = await complete(gateway, intent, 0);
    expect(paid.body.data.status).to.equal("RELEASED");
    const dropped = paid.body.data.releaseTxHash as string;
    fork.drop();
    expect(await gateway.balance("payee")).to.equal(before);
    await isReverted(intent);
    await gateway.settled();

    const events = await changesOf(intent);
    const incident = events.find(({ data }) => data.status === "REQUIRES_ACTION")!;
    expect(incident.data.data.problem)
      .to.contain(dropped)
      .and.to.contain("The gateway sends it again.");
    expect(incident.data.data.next_action).to.equal("wait");
    expect(incident.data.data.settlementStatus).to.equal("PENDING");
    expect(events.at(-1)!.data.status).to.equal("SUCCEEDED");
    const milestone = await eventsOf(gateway, intent.ids[0]!);
    expect(milestone.map(({ type }) => type)).to.deep.equal([
      "milestone.completed",
      "milestone.released",
      "milestone.reverted",
      "milestone.released",
    ]);
    const deliveries = await gateway.context.database.query<{ type: string }>(
      `SELECT e.type FROM milepost_gateway.webhook_deliveries d JOIN milepost_gateway.events e ON e.id = d.event_id
       WHERE e.data->>'status' = 'REQUIRES_ACTION'`,
    );
    expect(deliveries).to.have.length(1);

    const { body } = await gateway.get(`${intent.path}/escrow/milestones/${intent.ids[0]!}`);
    expect(body.status).to.equal("RELEASED");
    expect(body.data.releaseTxHash).to.be.a("string").and.not.equal(dropped);
    expect((await gateway.balance("payee")) - before).to.equal(29_700_000n);
    const ledger = await gateway.get(`/v1/account/ledger-entries?paymentIntentId=${intent.id}`);
    const releases = ledger.body.data.filter(({ type }: { type: string }) => type === "RELEASE");
    expect(releases.map(({ net }: { net: string }) => net)).to.deep.equal([
      "29.70",
      "-29.70",
      "29.70",
    ]);
    await expectAgreement(gateway);
    expect((await complete(gateway, intent, 1)).body.data.status).to.equal("RELEASED");
    expect(await statusOf(intent)).to.deep.equal(["SETTLED", "COMPLETED", "RELEASED"]);
    await expectAgreement(gateway);
  });

  it("given the last release is dropped then order and intent are reopened, and SETTLED again afterwards", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["100.00"] });
    fork.mark();
    await complete(gateway, intent, 0);
    expect(await statusOf(intent)).to.deep.equal(["SETTLED", "COMPLETED", "RELEASED"]);
    fork.drop();
    await isReverted(intent);
    await gateway.settled();
    expect((await changesOf(intent)).map(({ data }) => data.status)).to.deep.equal([
      "PROCESSING",
      "SUCCEEDED",
      "SETTLED",
      "REQUIRES_ACTION",
      "SUCCEEDED",
      "SETTLED",
    ]);
    expect(await statusOf(intent)).to.deep.equal(["SETTLED", "COMPLETED", "RELEASED"]);
    await expectAgreement(gateway);
  });

  it("given the funding is dropped then nothing is reported in escrow, and a new confirmation funds it once", async () => {
    fork.mark();
    const intent = await fundedIntent(gateway, { amounts: ["30.00", "70.00"] });
    expect(await statusOf(intent)).to.deep.equal(["SUCCEEDED", "CREATED", "PENDING"]);
    fork.drop();
    await isReverted(intent);
    expect(await statusOf(intent)).to.deep.equal(["REQUIRES_ACTION", "PENDING", "PENDING"]);
    const { body } = await gateway.get(intent.path);
    const shown = [body.data.next_action, body.data.contractAddress, body.data.settlementStatus];
    expect(shown).to.deep.equal(["confirm", null, null]);
    const { body: balance } = await gateway.get("/v1/account/balance");
    expect(balance.data.balances[0].reserved).to.equal("0.00");
    await expectAgreement(gateway);

    fork.mark();
    await confirm(gateway, intent.path);
    expect(await statusOf(intent)).to.deep.equal(["SUCCEEDED", "CREATED", "PENDING"]);
    const state = await policyOf(gateway, intent.path);
    expect([state.funded, state.outstanding]).to.deep.equal([100_000_000n, 100_000_000n]);
    await expectAgreement(gateway);
    for (const index of [0, 1]) await complete(gateway, intent, index);
    expect(await statusOf(intent)).to.deep.equal(["SETTLED", "COMPLETED", "RELEASED"]);
    await expectAgreement(gateway);
  });

  it("given a refund is dropped then the intent is no longer CANCELED, and the refund is sent again", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["100.00"] });
    const before = await gateway.balance("payer");
    fork.mark();
    const refund = `${intent.path}/escrow/milestones/${intent.ids[0]!}/refund`;
    expect((await gateway.post(refund)).body.status).to.equal("REFUNDED");
    expect(await statusOf(intent)).to.deep.equal(["CANCELED", "CANCELLED", "REFUNDED"]);
    fork.drop();
    await isReverted(intent);
    await gateway.settled();
    expect(await statusOf(intent)).to.deep.equal(["CANCELED", "CANCELLED", "REFUNDED"]);
    expect((await gateway.balance("payer")) - before).to.equal(100_000_000n);
    await expectAgreement(gateway);
  });

  it("given a submission and a dispute are dropped then both are sent again, and the dispute stays open", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["100.00"], autoRelease: false });
    fork.mark();
    await complete(gateway, intent, 0);
    const raised = await gateway.post(`${intent.path}/escrow/dispute`, {
      reason: "The sink leaks.",
      raisedBy: "homeowner",
    });
    expect(raised.body.data.transactionHash).to.be.a("string");
    fork.drop();
    await isReverted(intent);
    await gateway.settled();
    await until(async () => {
      const { body } = await gateway.get(`${intent.path}/escrow/dispute`);
      const hash = body.data[0].data.transactionHash as string | null;
      return hash !== null && hash !== raised.body.data.transactionHash;
    }, "a new dispute transaction");
    const state = await policyOf(gateway, intent.path);
    expect(state.milestones[0]!.state).to.equal("disputed");
    expect(await statusOf(intent)).to.deep.equal(["SUCCEEDED", "DISPUTED", "COMPLETED"]);
    await expectAgreement(gateway);
  });

  it("given an off-ramp was booked after the release and the release is dropped then the ledger reverses both, and books both again once", async () => {
    const intent = await fundedIntent(gateway, {
      amounts: ["100.00"],
      settlementMethod: "OFF_RAMP_MOCK",
    });
    fork.mark();
    const { body } = await complete(gateway, intent, 0);
    const released = BigInt(body.data.releasedAt as string);
    gateway.setTime(released + 10n);
    await gateway.settled();
    expect(await statusOf(intent)).to.deep.equal(["SETTLED", "COMPLETED", "RELEASED"]);
    fork.drop();
    await isReverted(intent);
    await gateway.settled();
    const again = (await gateway.get(`${intent.path}/escrow`)).body.milestones[0];
    gateway.setTime(BigInt(again.releasedAt as string) + 10n);
    await gateway.settled();
    expect(await statusOf(intent)).to.deep.equal(["SETTLED", "COMPLETED", "RELEASED"]);
    const ledger = await gateway.get(`/v1/account/ledger-entries?paymentIntentId=${intent.id}`);
    const sums = new Map<string, number>();
    for (const { type, net } of ledger.body.data as { type: string; net: string }[]) {
      sums.set(type, (sums.get(type) ?? 0) + Number(net));
    }
    expect(Object.fromEntries(sums)).to.deep.equal({ RESERVE: 100, RELEASE: 99, SETTLEMENT: 99 });
    await expectAgreement(gateway);
  });

  it("given the mediator's decision is dropped then dispute and order are open again, and the decision is sent again", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["100.00"], autoRelease: false });
    await complete(gateway, intent, 0);
    const reason = { reason: "The sink leaks.", raisedBy: "homeowner" };
    const raised = await gateway.post(`${intent.path}/escrow/dispute`, reason);
    const before = await gateway.balance("payer");
    fork.mark();
    const url = `${intent.path}/escrow/dispute/${raised.body.id}/resolve`;
    const decision = { outcome: "PARTIAL_REFUND", recipientAmount: "40.00" };
    expect((await gateway.post(url, decision)).body.status).to.equal("resolved");
    fork.drop();
    await isReverted(intent);
    await gateway.settled();
    await until(async () => (await statusOf(intent))[0] === "SETTLED", "SETTLED again");
    expect((await gateway.balance("payer")) - before).to.equal(60_000_000n);
    const types = (await eventsOf(gateway, raised.body.id as string)).map(({ type }) => type);
    expect(types).to.include("dispute.reopened");
    expect(types.at(-1)).to.equal("dispute.resolved");
    await expectAgreement(gateway);
  });

  it("given a transaction that the parties' own wallets sent is dropped then its effects are undone", async () => {
    const { chain, context, accountId } = gateway;
    const intent = await fundedIntent(gateway, { amounts: ["100.00"] });
    const { address: policy } = await policyOf(gateway, intent.path);
    fork.mark();
    const build = await buildSettle(chain, { policy, index: 0, recipientAmount: 40_000_000n });
    const wallets = createContext(chain.connection, chain.sponsor);
    const signers = (["payer", "payee"] as const).map((role) => chain.sandboxKey!(accountId, role));
    await send(wallets, build.instructions, { signers });
    await watchPolicies(context, POLICY_OBSERVERS, { everyMs: 0 });
    expect(await statusOf(intent)).to.deep.equal(["SETTLED", "COMPLETED", "RESOLVED"]);
    await gateway.settled();
    fork.drop();
    // Without the bytes, only a long silence of the chain proves that they can no longer land.
    gateway.localnet.chain.warp(600, 0);
    await until(async () => (await statusOf(intent))[0] === "REQUIRES_ACTION", "REQUIRES_ACTION");
    expect(await statusOf(intent)).to.deep.equal(["REQUIRES_ACTION", "CREATED", "PENDING"]);
    await expectAgreement(gateway);
    await watchPolicies(context, POLICY_OBSERVERS, { everyMs: 0 });
    expect((await statusOf(intent))[0]).to.equal("SUCCEEDED");
    await complete(gateway, intent, 0);
    expect(await statusOf(intent)).to.deep.equal(["SETTLED", "COMPLETED", "RELEASED"]);
    await expectAgreement(gateway);
  });

  it("given a consented payment is dropped then nothing is reported as paid, and a new confirmation pays once", async () => {
    fork.mark();
    const intent = await createIntent(gateway, { type: "CONSENTED_PULL" });
    await confirm(gateway, intent.path);
    const { body: paid } = await gateway.get(intent.path);
    expect(paid.status).to.equal("SETTLED");
    fork.drop();
    await isReverted(intent);
    const { body } = await gateway.get(intent.path);
    expect([body.status, body.data.next_action, body.data.contractAddress]).to.deep.equal([
      "REQUIRES_ACTION",
      "confirm",
      null,
    ]);
    await expectAgreement(gateway);
    const before = await gateway.balance("payee");
    fork.mark();
    await confirm(gateway, intent.path);
    expect((await gateway.get(intent.path)).body.status).to.equal("SETTLED");
    expect((await gateway.balance("payee")) - before).to.equal(99_000_000n);
    await expectAgreement(gateway);
  });

  it("given every transaction is final then finalized is true, and a SETTLED intent becomes FINAL", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["100.00"] });
    expect((await gateway.get(intent.path)).body.data.finalized).to.equal(false);
    await complete(gateway, intent, 0);
    gateway.setTime(START + 60n);
    await gateway.settled();
    expect((await gateway.get(intent.path)).body.status).to.equal("SETTLED");
    fork.finalize();
    await until(async () => (await gateway.get(intent.path)).body.data.finalized, "finalized");
    await until(async () => (await gateway.get(intent.path)).body.status === "FINAL", "FINAL");
    const last = (await changesOf(intent)).at(-1)!;
    expect([last.data.status, last.data.data.finalized]).to.deep.equal(["FINAL", true]);
  });
});
