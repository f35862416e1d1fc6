/** Freight's money in ledger, balance and reconciliation, and what others do to an item's policy. */
import { createContext, send } from "@milepost/sdk";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { buildReclaim, buildSettle } from "../../src/chain";
import { buildApp } from "../../src/http/app";
import { ledgerRoutes } from "../../src/ledger/routes";
import { POLICY_OBSERVERS } from "../../src/policy-observers";
import { watchPolicies } from "../../src/policy-watch/watch";
import { reconcileNow } from "../../src/reconciliation/service";
import { FreightWorld } from "./freight-world";

const DAY = 86_400n;

describe("freight in ledger, balance and reconciliation", () => {
  let world: FreightWorld;
  let app: FastifyInstance;
  beforeEach(async () => {
    world = await FreightWorld.open();
    app = await buildApp(world.context, [ledgerRoutes]);
  });
  afterEach(async () => {
    await app.close();
    await world.close();
  });

  const get = async (url: string, key = world.keys.own) =>
    (await app.inject({ url, headers: { "x-api-key": key } })).json();
  const balance = async (key?: string) => (await get("/v1/account/balance", key)).data.balances;
  const entries = async () =>
    (await get("/v1/account/ledger-entries?limit=100")).data.map(
      (entry: { type: string; amount: string; fee: string }) =>
        [entry.type, entry.amount, entry.fee].join(" "),
    );
  const differences = async () =>
    (await reconcileNow(world.context, "test", { recheckAfterMs: [] })).differences;
  const items = async (intent: number) =>
    (await world.ask("pay", "GET", `/payment_intents/${intent}/schedule`)).body.items;

  /** Sends a transaction of the sandbox's parties, past the gateway. */
  async function sendBy(
    build: typeof buildReclaim,
    milestone: Parameters<typeof buildSettle>[1],
  ): Promise<void> {
    const { chain, accounts } = world;
    const { instructions, signers } = await build(chain, milestone);
    const keys = (["payer", "payee"] as const).map((role) => chain.sandboxKey!(accounts.own, role));
    await send(
      createContext(chain.connection, chain.sponsor, { programId: chain.programId }),
      instructions,
      { signers: keys.filter(({ publicKey }) => signers.some((each) => each.equals(publicKey))) },
    );
  }

  it("given fundings and a release then ledger, balance and chain agree", async () => {
    const { shipment, intent } = await world.scheduled({ risk: 0.1 });
    await world.settled();
    expect(await balance()).to.deep.equal([
      {
        currency: "USDC",
        available: "0.00",
        reserved: "10000.00",
        settled: "0.00",
        fees: "0.00",
        refunded: "0.00",
        total: "10000.00",
      },
    ]);
    await world.event(shipment, "POD_CONFIRMED");
    await world.settled();
    await world.history(intent);
    const [{ available, reserved, fees }] = await balance();
    expect([available, reserved, fees]).to.deep.equal(["6930.00", "3000.00", "70.00"]);
    expect(await world.balance("payee")).to.equal(6_930_000_000n);
    expect(await entries()).to.deep.equal([
      "RELEASE 7000.00 70.00",
      "RESERVE 1000.00 0.00",
      "RESERVE 7000.00 0.00",
      "RESERVE 2000.00 0.00",
    ]);
    expect(await differences()).to.deep.equal([]);
    expect(await balance(world.keys.other)).to.deep.equal([]);
  });

  it("given a release that was not recorded then reconciliation names the item", async () => {
    const { shipment, intent } = await world.scheduled({ risk: 0.1 });
    await world.event(shipment, "POD_CONFIRMED");
    await world.history(intent);
    const [, { policy }] = await items(intent);
    await world.context.database.query(
      "DELETE FROM milepost_gateway.policy_movements WHERE policy = $1 AND kind = 'paid'",
      [policy],
    );
    const found = (await differences()).map((row) => [
      row.policy,
      row.field,
      row.ledger,
      row.chain,
    ]);
    expect(found).to.deep.equal([
      [policy, "outstanding", "7000000000", "0"],
      [policy, "paid", "0", "7000000000"],
    ]);
    expect(
      (
        await world.context.database.query<{ id: string }>(
          "SELECT object_id AS id FROM milepost_gateway.policies WHERE address = $1",
          [policy],
        )
      )[0]!.id,
    ).to.match(/^freight_item_/);
  });

  it("given the payer takes an item back on chain then it is returned, in ledger and answer", async () => {
    const { shipment, intent } = await world.scheduled({ risk: 0.9 });
    await world.event(shipment, "POD_CONFIRMED");
    await world.settled();
    const [, pod] = await items(intent);
    await world.pass(181n * DAY);
    await sendBy(buildReclaim, { policy: pod.policy, index: 0, recipientAmount: 0n });
    for (let turn = 0; turn < 2; turn += 1) {
      await watchPolicies(world.context, POLICY_OBSERVERS, { everyMs: 0 });
      expect(
        (await items(intent)).map(({ funding }: { funding: string }) => funding),
      ).to.deep.equal(["none", "returned", "funded"]);
    }
    const { milestone_settlements: settlements } = await world.history(intent);
    expect([settlements[0].status, settlements[0].waits_for, settlements[0].error]).to.deep.equal([
      "cancelled",
      null,
      "The item's money was returned to the payer on chain.",
    ]);
    expect(await entries()).to.deep.equal([
      "REFUND 8000.00 0.00",
      "RESERVE 2000.00 0.00",
      "RESERVE 8000.00 0.00",
    ]);
    expect(await differences()).to.deep.equal([]);
    const events = await world.context.database.query<{ type: string }>(
      "SELECT type FROM milepost_gateway.events WHERE type = 'freight_settlement.cancelled'",
    );
    expect(events).to.have.length(1);
  });

  it("given both parties divide every item on chain then the payment ends", async () => {
    const { intent } = await world.scheduled({ risk: 0.9 });
    await world.settled();
    for (const { policy } of (await items(intent)).slice(1)) {
      await sendBy(
        (chain, milestone) => buildSettle(chain, { recipientAmount: 0n, ...milestone }),
        {
          policy,
          index: 0,
          recipientAmount: 0n,
        },
      );
    }
    await watchPolicies(world.context, POLICY_OBSERVERS, { everyMs: 0 });
    const read = await world.ask("pay", "GET", `/payment_intents/${intent}`);
    expect(read.body.status).to.equal("cancelled");
    const [{ available, reserved, refunded }] = await balance();
    expect([available, reserved, refunded]).to.deep.equal(["0.00", "0.00", "10000.00"]);
    expect(await differences()).to.deep.equal([]);
  });
});
