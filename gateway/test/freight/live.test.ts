/** Spec 004 in live mode: payer and carrier sign each item's funding; events pay the carrier as in the sandbox. */
import { expect } from "chai";
import { readPolicy } from "../../src/chain";
import { type Freight, startFreight } from "../../src/freight/start-freight";
import { reconcileNow } from "../../src/reconciliation/service";
import { LiveProjectWorld, signBy } from "../harness/live-project-world";

describe("freight in live mode", () => {
  let world: LiveProjectWorld;
  let freight: Freight;
  before(async () => {
    world = await LiveProjectWorld.open();
    freight = await startFreight(world.context, { freightPort: 0, payPort: 0, webhookMs: 50 });
  });
  after(async () => {
    await freight.close();
    await world.close();
  });

  async function ask(service: "freight" | "pay", method: string, path: string, body?: object) {
    const url = service === "freight" ? freight.freightUrl : freight.payUrl;
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { "x-api-key": world.keys.own, "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: answer.status, body: await answer.json() };
  }
  const walletOf = (role: "homeowner" | "contractor" | "mediator") =>
    world.wallets[role].publicKey.toBase58();

  async function intent(wallets: object = {}): Promise<{ shipment: number; id: number }> {
    const shipment = await ask("freight", "POST", "/shipments", {
      shipper_name: "FedEx",
      origin: "SF",
      destination: "NY",
      risk_score: 0.1,
    });
    const path = `/shipments/${shipment.body.id}/tokenize`;
    const token = await ask("freight", "POST", path, { face_value: 1_000 });
    const created = await ask("pay", "POST", "/payment_intents", {
      freight_token_id: token.body.id,
      amount: 1_000,
      payer: walletOf("homeowner"),
      recipient: walletOf("contractor"),
      mediator: walletOf("mediator"),
      ...wallets,
    });
    expect(created.status, JSON.stringify(created.body)).to.equal(201);
    return { shipment: shipment.body.id, id: created.body.id };
  }
  const fund = async (id: number) =>
    (await ask("pay", "POST", `/payment_intents/${id}/fund`, {})).body;
  const hand = (id: number, item: number, transaction: string) =>
    ask("pay", "POST", `/payment_intents/${id}/items/${item}/signed_transaction`, { transaction });
  const fundingsOf = (body: { items: { funding: string }[] }) =>
    body.items.map(({ funding }) => funding);

  it("given both signatures for each item then each item is its own escrow, and events pay the carrier", async () => {
    const { shipment, id } = await intent();
    const built = await ask("pay", "POST", `/payment_intents/${id}/build_schedule`);
    expect(fundingsOf(built.body)).to.deep.equal(["unsigned", "unsigned", "unsigned"]);
    const { homeowner, contractor } = world.wallets;
    const before = await world.balances();
    for (let index = 0; index < 3; index += 1) {
      const { signing } = await fund(id);
      expect(signing.signers).to.have.members([walletOf("homeowner"), walletOf("contractor")]);
      // The carrier signs later, what the payer has signed before.
      const first = await hand(id, signing.item_id, signBy(signing.transaction, homeowner));
      expect(first.body.signing.missing).to.deep.equal([walletOf("contractor")]);
      const both = signBy(first.body.signing.transaction, contractor);
      const second = await hand(id, signing.item_id, both);
      expect([second.status, second.body.items[index].funding]).to.deep.equal([200, "funded"]);
    }
    const { body } = await ask("pay", "GET", `/payment_intents/${id}/schedule`);
    const amounts: bigint[] = [];
    for (const { policy } of body.items) {
      const state = (await readPolicy(world.chain, policy))!;
      expect([state.owner, state.recipient, state.releaseCondition]).to.deep.equal([
        walletOf("homeowner"),
        walletOf("contractor"),
        2,
      ]);
      amounts.push(state.outstanding);
    }
    expect(amounts).to.deep.equal([200_000_000n, 700_000_000n, 100_000_000n]);
    const paidIn = (await world.balances()).homeowner;
    expect(before.homeowner - paidIn).to.equal(1_000_000_000n);

    await ask("freight", "POST", `/shipments/${shipment}/events`, { event_type: "POD_CONFIRMED" });
    for (;;) {
      const history = await ask("pay", "GET", `/payment_intents/${id}/history`);
      if (history.body.milestone_settlements[0]?.status === "settled") break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await world.balances()).contractor - before.contractor).to.equal(693_000_000n);
    const { differences } = await reconcileNow(world.context, "live", { recheckAfterMs: [] });
    expect(differences).to.deep.equal([]);
  });

  it("refuses changed bytes, another item's and expired ones; nothing is funded, and the item can be asked for again", async () => {
    const { id } = await intent();
    await ask("pay", "POST", `/payment_intents/${id}/build_schedule`);
    const { homeowner, contractor } = world.wallets;
    const { signing, items } = await fund(id);
    const signed = signBy(signing.transaction, homeowner, contractor);
    const changed = Buffer.from(signing.transaction, "base64");
    changed[changed.length - 2]! ^= 1;
    const forged = signBy(changed.toString("base64"), homeowner, contractor);
    expect((await hand(id, signing.item_id, forged)).status).to.equal(400);
    const other = items[1].id;
    expect((await hand(id, other, signed)).status).to.equal(400);
    world.sandbox.localnet.chain.warp(200, 0);
    const late = await hand(id, signing.item_id, signed);
    expect([late.status, late.body.detail]).to.deep.equal([
      409,
      "transaction: expired before every party had signed, so it can no longer land. Request a new one and sign it.",
    ]);
    const read = await ask("pay", "GET", `/payment_intents/${id}/schedule`);
    expect(fundingsOf(read.body)).to.deep.equal(["unsigned", "unsigned", "unsigned"]);
    const again = (await fund(id)).signing;
    const landed = await hand(id, again.item_id, signBy(again.transaction, homeowner, contractor));
    expect(landed.body.items[0].funding).to.equal("funded");
    const twice = await hand(id, again.item_id, signBy(again.transaction, homeowner, contractor));
    expect(twice.status).to.equal(409);
  });

  it("refuses a schedule of a payment without a wallet of each party", async () => {
    const { id } = await intent({ recipient: undefined });
    const { status, body } = await ask("pay", "POST", `/payment_intents/${id}/build_schedule`);
    expect([status, body.detail]).to.deep.equal([
      409,
      `The payment intent ${id} has no recipient. Create one with payer, recipient and mediator: three different wallets.`,
    ]);
  });
});
