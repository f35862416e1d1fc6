import { expect } from "chai";
import fc from "fast-check";
import { ORDER_TRANSITIONS, type OrderStatus } from "../../src/escrow-orders/order-status";
import { INTENT_TRANSITIONS, type IntentStatus } from "../../src/intents/intent-status";
import { MILESTONE_TRANSITIONS, type MilestoneStatus } from "../../src/milestones/milestone-status";
import { mayFollow, type Transitions } from "../../src/status/status-machine";
import {
  complete,
  createIntent,
  eventsOf,
  expectAgreement,
  fundedIntent,
  type TestIntent,
} from "../harness/intent-world";
import { type Reply, type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import { START } from "../harness/sandbox";

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const RUNS = Number(process.env.RUNS ?? 12);
const HOUR = 3_600n;
const DAY = 24n * HOUR;

/** Terms of an intent, and its milestones. */
interface Start {
  terms: object;
  amounts: string[];
}

const STARTS: readonly Start[] = [
  { terms: { releaseType: "MILESTONE_LOCKED", autoRelease: true }, amounts: ["33.33", "66.67"] },
  {
    terms: { releaseType: "MILESTONE_LOCKED", autoRelease: false, deliveryPeriod: 86_400 },
    amounts: ["0.000001", "99.999999"],
  },
  {
    terms: { releaseType: "MILESTONE_LOCKED", autoRelease: true },
    amounts: ["20.00", "20.00", "20.00", "20.00", "20.00"],
  },
  { terms: { releaseType: "TIME_LOCKED", timeLockUntil: `${START + 2n * DAY}` }, amounts: [] },
  { terms: { releaseType: "DELIVERY_PROOF", autoRelease: true }, amounts: [] },
  { terms: { releaseType: "DELIVERY_PROOF" }, amounts: [] },
  { terms: { releaseType: "AUTO_RELEASE", settlementMethod: "OFF_RAMP_MOCK" }, amounts: [] },
];

const STEPS = [
  "confirm",
  "cancel",
  "complete",
  "approve",
  "dispute",
  "withdraw",
  "resolve",
  "refund",
  "reclaim",
  "ship",
  "deliver",
  "prove",
  "hour",
  "days",
  "month",
] as const;

/** A call, with numbers that choose among what there is. */
interface Step {
  name: (typeof STEPS)[number];
  index: number;
  choice: number;
}

const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  name: fc.constantFrom(...STEPS),
  index: fc.nat(4),
  choice: fc.nat(2),
});

describe(`random calls on the sandbox (SEED=${SEED}, RUNS=${RUNS})`, function () {
  this.timeout(600_000);
  let gateway: SandboxGateway;
  let now = START;
  before(async () => (gateway = await startSandboxGateway({ clock: "manual" })));
  after(() => gateway?.close());

  const advance = (seconds: bigint) => {
    now += seconds;
    gateway.setTime(now);
  };
  const milestonesOf = async ({ path }: TestIntent) =>
    (await gateway.get(`${path}/escrow/milestones`)).body.data.map(
      ({ data }: { data: object }) => data,
    ) as { id: string; status: MilestoneStatus; amount: string | null; paid: string }[];

  async function take(intent: TestIntent, { name, index, choice }: Step): Promise<Reply | null> {
    const { path } = intent;
    const milestones = await milestonesOf(intent);
    const { id } = milestones[index % Math.max(milestones.length, 1)] ?? { id: "milestone_none" };
    const milestone = `${path}/escrow/milestones/${id}`;
    const { body: disputes } = await gateway.get(`${path}/escrow/dispute`);
    const dispute = `${path}/escrow/dispute/${disputes.data?.[0]?.id ?? "dispute_none"}`;
    switch (name) {
      case "confirm":
        return gateway.post(`${path}/confirm`, { signature: "0x...", payerAddress: "0x..." });
      case "complete":
        return gateway.post(`${milestone}/complete`, { completedBy: `label ${choice}` });
      case "approve":
      case "refund":
      case "reclaim":
        return gateway.post(`${milestone}/${name}`);
      case "cancel":
        return gateway.post(`${path}/cancel`);
      case "dispute":
        return gateway.post(`${path}/escrow/dispute`, { reason: "late", raisedBy: "buyer" });
      case "withdraw":
        return gateway.post(`${dispute}/withdraw`);
      case "resolve":
        return gateway.post(
          `${dispute}/resolve`,
          [
            { outcome: "BUYER_WON" },
            { outcome: "MERCHANT_WON" },
            { outcome: "PARTIAL_REFUND", recipientAmount: "0.000001" },
          ][choice],
        );
      case "ship":
        return gateway.request("PATCH", `${path}/escrow`, { orderStatus: "SHIPPED" });
      case "deliver":
        return gateway.request("PATCH", `${path}/escrow`, { orderStatus: "DELIVERED" });
      case "prove":
        return gateway.post(`${path}/escrow/delivery-proof`, {
          proofHash: `${choice + 1}`.repeat(64),
          submittedBy: "courier",
        });
      case "hour":
        advance(HOUR);
        return null;
      case "days":
        advance(4n * DAY);
        return null;
      case "month":
        advance(31n * DAY);
        return null;
    }
  }

  /** Checks that each state may follow the one before it. */
  function walks<State extends string>(
    table: Transitions<State>,
    states: readonly State[],
    what: string,
  ): void {
    states.slice(1).forEach((to, at) => {
      const from = states[at]!;
      expect(from === to || mayFollow(table, from, to), `${what}: ${from} -> ${to}`).to.equal(true);
    });
  }

  async function check(intent: TestIntent): Promise<void> {
    const events = await eventsOf(gateway, intent.id);
    const statuses = events
      .filter(({ type }) => /created|status_changed/.test(type))
      .map(({ data }) => data.status as IntentStatus);
    walks(INTENT_TRANSITIONS, statuses, "intent");
    const { body } = await gateway.get(intent.path);
    expect(statuses.at(-1), "the last event has the status").to.equal(body.status);
    const { body: order } = await gateway.get(`${intent.path}/escrow`);
    const orders = (await eventsOf(gateway, order.id)).map(
      ({ data }) => data.orderStatus as OrderStatus,
    );
    walks(ORDER_TRANSITIONS, ["PENDING", ...orders], "order");
    expect(orders.at(-1) ?? "PENDING", "the last event has the order").to.equal(order.orderStatus);
    const units = (text: string) => BigInt(Math.round(Number(text) * 1e6));
    let sum = 0n;
    for (const each of await milestonesOf(intent)) {
      const told = (await eventsOf(gateway, each.id)).map(
        ({ data }) => data.data.status as MilestoneStatus,
      );
      walks(MILESTONE_TRANSITIONS, ["PENDING", ...told], "milestone");
      sum += units(each.amount ?? "0");
      const { paid, fee, net, refunded, amount, status } = each as unknown as Record<
        string,
        string
      >;
      expect(units(fee!) + units(net!)).to.equal(units(paid!));
      const isEnded = ["RELEASED", "REFUNDED", "RESOLVED"].includes(status!);
      const moved = units(paid!) + units(refunded!);
      expect(moved).to.equal(isEnded ? units(amount!) : 0n);
    }
    if (body.data.parts.length > 0) expect(sum).to.equal(units(body.data.amount as string));
    await expectAgreement(gateway);
  }

  const ENDS = ["SETTLED", "FINAL", "CANCELED"];

  /** Every state has a way out: time, the payer, or both parties; no mediator, and nobody else. */
  async function leave(intent: TestIntent): Promise<void> {
    for (let turn = 0; turn < 12; turn += 1) {
      await gateway.settled();
      const { status } = (await gateway.get(intent.path)).body;
      if (ENDS.includes(status as string)) return;
      await gateway.post(`${intent.path}/cancel`);
      advance(31n * DAY);
      await gateway.settled();
      for (const { id, status: state } of await milestonesOf(intent)) {
        if (!["PENDING", "COMPLETED"].includes(state)) continue;
        const url = `${intent.path}/escrow/milestones/${id}`;
        if ((await gateway.post(`${url}/reclaim`)).status !== 200) {
          await gateway.post(`${url}/refund`);
        }
      }
    }
    const { body } = await gateway.get(intent.path);
    throw new Error(`no way out of ${body.status}: ${body.data.problem}`);
  }

  it("given any calls in any order then no step is illegal, no answer is 5xx, ledger and chain agree after each, and every intent has a way out", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...STARTS),
        fc.array(stepArbitrary, { minLength: 4, maxLength: 12 }),
        async ({ terms, amounts }, steps) => {
          const intent = await createIntent(gateway, shifted(terms, now), amounts);
          for (const step of [{ name: "confirm", index: 0, choice: 0 } as const, ...steps]) {
            const answer = await take(intent, step);
            expect(answer?.status ?? 200, JSON.stringify(answer?.body)).to.be.lessThan(500);
            await gateway.settled();
            await check(intent);
          }
          await leave(intent);
          await check(intent);
        },
      ),
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    );
  });

  it("given 100 equal completions at once then one payment is made, and every answer is the same", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["10.00"] });
    const before = await gateway.balance("payee");
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => complete(gateway, intent, 0)),
    );
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).to.equal(1);
    expect((await gateway.balance("payee")) - before).to.equal(9_900_000n);
    const types = (await eventsOf(gateway, intent.ids[0]!)).map(({ type }) => type);
    expect(types).to.deep.equal(["milestone.completed", "milestone.released"]);
    await expectAgreement(gateway);
  });
});

/** A time lock lies ahead of the clock, which earlier runs have moved. */
function shifted(terms: object, now: bigint): object {
  return "timeLockUntil" in terms ? { ...terms, timeLockUntil: `${now + 2n * DAY}` } : terms;
}
