import { expect } from "chai";
import { createDeliveries } from "../../src/webhooks/deliveries";
import {
  complete,
  confirm,
  createIntent,
  eventsOf,
  fundedIntent,
  policyOf,
  type TestIntent,
} from "../harness/intent-world";
import { type Receiver, startReceiver } from "../harness/receiver";
import { START } from "../harness/sandbox";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";

interface Step {
  party: string;
  action: string;
  isJoint: boolean;
  from: string | null;
}

describe("complaints of others' users that this gateway must not earn", () => {
  let gateway: SandboxGateway;
  beforeEach(async () => (gateway = await startSandboxGateway({ clock: "manual" })));
  afterEach(() => gateway.close());

  describe("complaint (d): trigger cannot aim at my object or at time (stripe-cli#295, #1275)", () => {
    const receivers: Receiver[] = [];
    afterEach(() => Promise.all(receivers.splice(0).map((receiver) => receiver.close())));

    /** A new endpoint of the account, with the receiver behind it. */
    const endpoint = async () => {
      const receiver = await startReceiver();
      receivers.push(receiver);
      const { body } = await gateway.post("/v1/webhook-endpoints", { url: receiver.url });
      return { id: body.id as string, receiver };
    };
    const drain = () => createDeliveries(gateway.context).drain();
    const got = ({ receiver }: { receiver: Receiver }) => receiver.received.map(({ id }) => id);

    it("complaint (d): the events of one object are sent again to one endpoint, in order, and nothing else to anyone", async () => {
      const [mine, other] = [await fundedIntent(gateway), await fundedIntent(gateway)];
      for (const intent of [mine, other]) await complete(gateway, intent, 0);
      const [chosen, silent] = [await endpoint(), await endpoint()];
      const events = await eventsOf(gateway, mine.ids[0]!);
      expect(events.map(({ type }) => type)).to.deep.equal([
        "milestone.completed",
        "milestone.released",
      ]);
      const { body: list } = await gateway.get(`/v1/events?object_id=${mine.ids[0]!}`);
      const ids = (list.data as { id: string }[]).map(({ id }) => id).reverse();
      for (const id of ids) {
        const replayed = await gateway.post(`/v1/events/${id}/replay`, { endpoint: chosen.id });
        expect(replayed.status).to.equal(202);
      }
      await drain();
      expect(got(chosen)).to.deep.equal(ids);
      expect(got(silent)).to.deep.equal([]);
      expect(chosen.receiver.received.map(({ event }) => event.objectId)).to.deep.equal([
        mine.ids[0],
        mine.ids[0],
      ]);
    });

    it("complaint (d): the test clock makes one object's event happen, at its second and not one before", async () => {
      const until = START + 1_000n;
      const terms = { releaseType: "TIME_LOCKED", timeLockUntil: `${until}` };
      const [mine, other] = [
        await createIntent(gateway, terms),
        await createIntent(gateway, { ...terms, timeLockUntil: `${until + 1n}` }),
      ];
      for (const { path } of [mine, other]) {
        await confirm(gateway, path);
        await gateway.request("PATCH", `${path}/escrow`, { orderStatus: "SHIPPED" });
      }
      const aimed = await endpoint();
      const released = async (intent: TestIntent) => {
        await gateway.settled();
        await drain();
        const order = (await gateway.get(`${intent.path}/escrow`)).body.id as string;
        return aimed.receiver.received.filter(
          ({ event }) => event.type === "time_lock.released" && event.objectId === order,
        ).length;
      };
      const advance = async (body: object) =>
        (await gateway.post("/v1/test-clock/advance", body)).body.now;
      expect(await advance({ to: Number(until) - 1 })).to.equal(Number(until) - 1);
      expect(await released(mine)).to.equal(0);
      expect(await advance({ seconds: 1 })).to.equal(Number(until));
      expect([await released(mine), await released(other)]).to.deep.equal([1, 0]);
    });
  });

  describe("complaint (l): nobody sees what happens when, and the dangerous button comes first (kleros/escrow-ui-old#24, invofi#381)", () => {
    const stepsOf = async ({ path }: TestIntent) =>
      (await gateway.get(`${path}/why`)).body.actions as Step[];
    const shown = (steps: Step[]) =>
      steps.map(
        ({ party, action, from }) => `${party} ${action}${from === null ? "" : ` ${from}`}`,
      );

    it("complaint (l): each state lists the next step first, and what pays unseen work or takes money back last", async () => {
      const intent = await fundedIntent(gateway, {
        amounts: ["100.00"],
        autoRelease: false,
        deliveryPeriod: 1_000,
      });
      const { reclaimableAt } = (await policyOf(gateway, intent.path)).milestones[0]!;
      for (const time of [START, reclaimableAt!]) {
        gateway.setTime(time);
        expect(shown(await stepsOf(intent))).to.deep.equal([
          "payee complete",
          "payer refund",
          "payee refund",
          "payer approve",
          `payer reclaim ${reclaimableAt}`,
        ]);
      }
      await complete(gateway, intent, 0);
      expect(shown(await stepsOf(intent))).to.deep.equal([
        "payer approve",
        "payer dispute",
        "payer refund",
        "payee refund",
      ]);
      const reason = { reason: "The sink leaks.", raisedBy: "homeowner" };
      await gateway.post(`${intent.path}/escrow/dispute`, reason);
      expect(shown(await stepsOf(intent))).to.deep.equal([
        "payee complete",
        "payer refund",
        "payee refund",
      ]);
    });

    it("complaint (l): the explanation says what the payer's silence does and when, and the clock does it then", async () => {
      const intent = await fundedIntent(gateway, { amounts: ["100.00"], autoRelease: false });
      await complete(gateway, intent, 0);
      const { body } = await gateway.get(`${intent.path}/why`);
      const at = BigInt(body.byItself as string);
      const approval = body.requirements.find(({ name }: { name: string }) => name === "approved");
      expect([approval.missing, approval.at]).to.deep.equal(["payer", `${at}`]);
      const dispute = (body.actions as (Step & { until: string })[])[1]!;
      expect(dispute.action).to.equal("dispute");
      expect(BigInt(dispute.until) <= at).to.equal(true);
      gateway.setTime(at - 1n);
      await gateway.settled();
      expect((await gateway.get(`${intent.path}/why`)).body.isPaid).to.equal(false);
      gateway.setTime(at);
      await gateway.settled();
      expect((await gateway.get(`${intent.path}/why`)).body.isPaid).to.equal(true);
    });
  });
});
