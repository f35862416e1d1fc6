/** Faults of ChainBridge's freight services, each of which must not be ours. */
import { expect } from "chai";
import { deliverEvent } from "../../src/freight/shipment-events/deliver";
import { FreightWorld } from "./freight-world";

const DOLLAR = 1_000_000n;
/** One percent goes to the localnet's gateway. */
const net = (dollars: bigint) => (dollars * DOLLAR * 99n) / 100n;

describe("faults of the freight services", () => {
  let world: FreightWorld;
  beforeEach(async () => (world = await FreightWorld.open()));
  afterEach(() => world.close());

  it("given ChainPay fails while an event comes then the webhook is repeated until it is taken, and pays once", async () => {
    const { shipment, intent } = await world.scheduled({ risk: 0.1 });
    await world.settled();
    const chain = world.chain as { time: () => Promise<bigint> };
    const { time } = chain;
    let failures = 0;
    chain.time = () => {
      failures += 1;
      return Promise.reject(new Error("the chain does not answer"));
    };
    const told = await world.event(shipment, "POD_CONFIRMED");
    expect([told.status, told.body.webhook_sent]).to.deep.equal([201, 0]);
    expect(failures).to.be.greaterThan(0);
    expect(await world.balance("payee")).to.equal(0n);
    chain.time = time;
    let total = 0;
    while (total === 0) ({ total } = await world.history(intent));
    await world.settled();
    expect([(await world.history(intent)).total, await world.balance("payee")]).to.deep.equal([
      1,
      net(7_000n),
    ]);
  });

  it("given an event that is delivered twice at the same time then both end after ChainPay has it", async () => {
    const { shipment, intent } = await world.scheduled({ risk: 0.1 });
    const { body } = await world.event(shipment, "POD_CONFIRMED");
    await world.history(intent);
    const { context } = world;
    const accountId = world.accounts.own;
    const event = [accountId, body.id];
    const where = "WHERE account_id = $1 AND mode = 'test' AND id = $2";
    // The loop that repeats webhooks leaves it alone.
    await context.database.query(
      `UPDATE milepost_gateway.freight_events SET webhook_sent_at = NULL, webhook_next_at = 'infinity' ${where}`,
      event,
    );
    const owner = { accountId, mode: "test" } as const;
    const deliver = async () => {
      await deliverEvent(context, owner, BigInt(body.id));
      const [row] = await context.database.query<{ sent: boolean }>(
        `SELECT webhook_sent_at IS NOT NULL AS sent FROM milepost_gateway.freight_events ${where}`,
        event,
      );
      return row!.sent;
    };
    const ends = await Promise.all(Array.from({ length: 8 }, deliver));
    expect(ends).to.deep.equal(ends.map(() => true));
    expect((await world.history(intent)).total).to.equal(1);
  });

  it("given an event of one shipment then it pays the intents of that shipment's token, and no others of the account", async () => {
    const [mine, other] = [
      await world.scheduled({ risk: 0.1 }),
      await world.scheduled({ risk: 0.1 }),
    ];
    const second = await world.ask("pay", "POST", "/payment_intents", {
      freight_token_id: mine.token,
      amount: 1_000,
    });
    const { id } = second.body;
    await world.ask("pay", "POST", `/payment_intents/${id}/build_schedule`);
    await world.settled();
    await world.event(mine.shipment, "POD_CONFIRMED");
    await world.settled();
    const totals = [mine.intent, id, other.intent].map(
      async (intent: number) => (await world.history(intent)).total,
    );
    expect(await Promise.all(totals)).to.deep.equal([1, 1, 0]);
    expect(await world.balance("payee")).to.equal(net(7_700n));
    expect((await world.policies(other.intent)).map((each) => each!.paid)).to.deep.equal([
      0n,
      0n,
      0n,
    ]);
  });

  it("given one event ten times at once then one settlement, paid once", async () => {
    const { shipment, intent } = await world.scheduled({ risk: 0.1 });
    await world.settled();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => world.event(shipment, "pod_confirmed")),
    );
    expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 201));
    expect(new Set(answers.map(({ body }) => body.event_type))).to.deep.equal(
      new Set(["POD_CONFIRMED"]),
    );
    await world.settled();
    expect([(await world.history(intent)).total, await world.balance("payee")]).to.deep.equal([
      1,
      net(7_000n),
    ]);
  });

  it("given an item of 0 % then its event is a settlement of 0 that never goes on chain", async () => {
    const { shipment, intent } = await world.scheduled({ risk: 0.9 });
    await world.settled();
    const policies = await world.policies(intent);
    const { body } = await world.ask("pay", "GET", `/payment_intents/${intent}/schedule`);
    const zero = (body.items as { percentage: number; event_type: string }[]).findIndex(
      ({ percentage }) => percentage === 0,
    );
    expect(zero).to.be.at.least(0);
    expect(policies.map((each) => each === null)).to.deep.equal(
      policies.map((_, index) => index === zero),
    );
    const jobs = async () =>
      (await world.context.database.query("SELECT 1 FROM milepost_gateway.chain_jobs")).length;
    const before = await jobs();
    await world.event(shipment, body.items[zero].event_type);
    const { milestone_settlements: settlements } = await world.history(intent);
    expect(
      settlements.map((each: Record<string, unknown>) => each["settlement_amount"]),
    ).to.deep.equal([0]);
    expect([await jobs(), await world.balance("payee")]).to.deep.equal([before, 0n]);
  });
});
