import { expect } from "chai";
import { START } from "../harness/sandbox";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import {
  complete,
  confirm,
  createIntent,
  eventsOf,
  fundedIntent,
  policyOf,
  type TestEvent,
  type TestIntent,
} from "../harness/intent-world";

const HASH = "ab".repeat(32);

/** Finternet's twelve, and what this gateway tells besides. */
describe("types of webhooks: each is sent at its time, with the whole object and its proof", () => {
  let gateway: SandboxGateway;
  before(async () => {
    gateway = await startSandboxGateway({ clock: "manual" });
    const hook = { url: "http://127.0.0.1:9/hook", enabledEvents: ["*"] };
    expect((await gateway.post("/v1/webhook-endpoints", hook)).status).to.equal(201);
  });
  after(() => gateway?.close());

  const orderOf = async ({ path }: TestIntent) => (await gateway.get(`${path}/escrow`)).body;
  const typesOf = (events: readonly TestEvent[]) => events.map(({ type }) => type);
  /** Returns the object's only event of a type; checks that a webhook was created for it. */
  const only = async (objectId: string, type: string) => {
    const found = (await eventsOf(gateway, objectId)).filter((event) => event.type === type);
    expect(found, type).to.have.length(1);
    const rows = await gateway.context.database.query(
      `SELECT 1 FROM milepost_gateway.webhook_deliveries d
       JOIN milepost_gateway.events e ON e.id = d.event_id WHERE e.object_id = $1 AND e.type = $2`,
      [objectId, type],
    );
    expect(rows, `webhook ${type}`).to.have.length(1);
    return found[0]!;
  };
  const proves = async (event: TestEvent, { path }: TestIntent) => {
    const { address } = await policyOf(gateway, path);
    const { signature, slot, account, accountHash } = event.chain!;
    expect(account).to.equal(address);
    expect(accountHash).to.match(/^[0-9a-f]{64}$/);
    const landed = await gateway.chain.connection.getTransaction(signature, {
      commitment: "confirmed",
      maxSupportedTransactionVersion: 0,
    });
    expect(landed!.slot).to.equal(slot);
  };
  const whole = (event: TestEvent, object: object) =>
    expect(Object.keys(event.data as object).sort()).to.deep.equal(Object.keys(object).sort());

  /** Returns the intent as a webhook has it: only an answer to the account's key has the client secret. */
  const withoutSecret = async ({ path }: TestIntent) => {
    const { body } = await gateway.get(path);
    const { client_secret: secret, ...data } = body.data;
    expect(secret).to.be.a("string");
    return { ...body, data: { ...data, paymentUrl: data.paymentUrl.split("#")[0] } };
  };

  it("payment_intent.created: at creation, off chain", async () => {
    const intent = await createIntent(gateway);
    const event = await only(intent.id, "payment_intent.created");
    expect([event.sequence, event.chain]).to.deep.equal([1, null]);
    expect(event.data).to.deep.equal(await withoutSecret(intent));
  });

  it("payment_intent.status_changed: at every change; with proof where a transaction caused it", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["100.00"] });
    await complete(gateway, intent, 0);
    const events = (await eventsOf(gateway, intent.id)).filter(
      ({ type }) => type === "payment_intent.status_changed",
    );
    expect(events.map(({ data, chain }) => [data.status, chain !== null])).to.deep.equal([
      ["PROCESSING", false],
      ["SUCCEEDED", true],
      ["SETTLED", true],
    ]);
    for (const event of events.slice(1)) await proves(event, intent);
    expect(events.at(-1)!.data).to.deep.equal(await withoutSecret(intent));
  });

  it("payment_intent.blockchain_tx_submitted: before the funding is sent, off chain because nothing has landed", async () => {
    const intent = await fundedIntent(gateway);
    const event = await only(intent.id, "payment_intent.blockchain_tx_submitted");
    expect([event.data.status, event.chain]).to.deep.equal(["PROCESSING", null]);
    whole(event, (await gateway.get(intent.path)).body);
  });

  it("payment_intent.blockchain_tx_confirmed: when the funding has landed, with proof", async () => {
    const intent = await fundedIntent(gateway);
    const event = await only(intent.id, "payment_intent.blockchain_tx_confirmed");
    await proves(event, intent);
    const { body } = await gateway.get(intent.path);
    expect(event.data.data.contractAddress).to.equal(body.data.contractAddress);
    expect(event.chain!.signature).to.equal(body.data.transactionHash);
  });

  it("payment_intent.settlement_initiated and settlement_completed: at the first release, and when the money is where it belongs", async () => {
    const intent = await fundedIntent(gateway);
    await complete(gateway, intent, 0);
    const begun = await only(intent.id, "payment_intent.settlement_initiated");
    expect(begun.data.data.settlementStatus).to.equal("IN_PROGRESS");
    await proves(begun, intent);
    expect(typesOf(await eventsOf(gateway, intent.id))).to.not.include(
      "payment_intent.settlement_completed",
    );
    await complete(gateway, intent, 1);
    const ended = await only(intent.id, "payment_intent.settlement_completed");
    expect([ended.data.status, ended.data.data.settlementStatus]).to.deep.equal([
      "SETTLED",
      "COMPLETED",
    ]);
    await proves(ended, intent);
  });

  it("escrow_order.created: when the money is locked, with proof; escrow_order.status_changed afterwards", async () => {
    const intent = await createIntent(gateway, {
      releaseType: "TIME_LOCKED",
      timeLockUntil: `${START + 100n}`,
    });
    const { id } = await orderOf(intent);
    expect(await eventsOf(gateway, id)).to.deep.equal([]);
    await confirm(gateway, intent.path);
    const event = await only(id, "escrow_order.created");
    expect(event.data.orderStatus).to.equal("CREATED");
    expect(event.data).to.deep.equal(await orderOf(intent));
    await proves(event, intent);
    await gateway.request("PATCH", `${intent.path}/escrow`, { orderStatus: "SHIPPED" });
    const moved = await only(id, "escrow_order.status_changed");
    expect([moved.data.orderStatus, moved.chain]).to.deep.equal(["SHIPPED", null]);
  });

  it("time_lock.released: when a time lock is paid, with proof", async () => {
    const intent = await createIntent(gateway, {
      releaseType: "TIME_LOCKED",
      timeLockUntil: "1735689600",
    });
    await confirm(gateway, intent.path);
    await gateway.request("PATCH", `${intent.path}/escrow`, { orderStatus: "DELIVERED" });
    await gateway.settled();
    const event = await only((await orderOf(intent)).id, "time_lock.released");
    expect(event.data.milestones[0].status).to.equal("RELEASED");
    whole(event, await orderOf(intent));
    await proves(event, intent);
  });

  it("milestone.completed: at once where the gateway releases, off chain; then milestone.released, with proof", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["100.00"] });
    const { body } = await complete(gateway, intent, 0);
    const completed = await only(intent.ids[0]!, "milestone.completed");
    expect([completed.data.status, completed.chain]).to.deep.equal(["COMPLETED", null]);
    const released = await only(intent.ids[0]!, "milestone.released");
    expect(released.data.data).to.deep.equal(body.data);
    await proves(released, intent);
  });

  it("milestone.completed: with the payee's submission and its proof where the payer approves", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["100.00"], autoRelease: false });
    await complete(gateway, intent, 0);
    const event = await only(intent.ids[0]!, "milestone.completed");
    await proves(event, intent);
    const url = `${intent.path}/escrow/milestones/${intent.ids[0]!}`;
    expect(event.data).to.deep.equal((await gateway.get(url)).body);
  });

  it("delivery_proof.submitted: with the proof's transaction where it is the evidence on chain, otherwise off chain at once", async () => {
    const body = { proofHash: HASH, submittedBy: "courier" };
    const send = async (terms: object) => {
      const intent = await createIntent(gateway, terms);
      await confirm(gateway, intent.path);
      return { intent, answer: await gateway.post(`${intent.path}/escrow/delivery-proof`, body) };
    };
    const onChain = await send({ releaseType: "DELIVERY_PROOF" });
    const event = await only(onChain.answer.body.id, "delivery_proof.submitted");
    await proves(event, onChain.intent);
    expect(event.data).to.deep.equal(onChain.answer.body);
    expect(event.data.data.transactionHash).to.equal(event.chain!.signature);
    const offChain = await send({ releaseType: "DELIVERY_PROOF", autoRelease: true });
    const other = await only(offChain.answer.body.id, "delivery_proof.submitted");
    expect([other.chain, other.data.data.transactionHash]).to.deep.equal([null, null]);
  });

  it("dispute.raised and dispute.resolved: with the proofs of the dispute and of the decision", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["100.00"], autoRelease: false });
    await complete(gateway, intent, 0);
    const reason = { reason: "The sink leaks.", raisedBy: "homeowner" };
    const { body } = await gateway.post(`${intent.path}/escrow/dispute`, reason);
    const raised = await only(body.id, "dispute.raised");
    expect(raised.data).to.deep.equal(body);
    await proves(raised, intent);
    const url = `${intent.path}/escrow/dispute/${body.id}/resolve`;
    const resolved = await gateway.post(url, { outcome: "BUYER_WON" });
    const event = await only(body.id, "dispute.resolved");
    expect(event.data).to.deep.equal(resolved.body);
    await proves(event, intent);
    expect(event.chain!.signature).to.not.equal(raised.chain!.signature);
  });

  it("dispute.raised and dispute.resolved: off chain where the gateway alone holds the money back", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["100.00"] });
    const reason = { reason: "The sink leaks.", raisedBy: "homeowner" };
    const { body } = await gateway.post(`${intent.path}/escrow/dispute`, reason);
    await gateway.post(`${intent.path}/escrow/dispute/${body.id}/withdraw`);
    const events = await eventsOf(gateway, body.id);
    expect(events.map(({ type, chain }) => [type, chain])).to.deep.equal([
      ["dispute.raised", null],
      ["dispute.resolved", null],
    ]);
  });
});
