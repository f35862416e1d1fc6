import { expect } from "chai";
import type { CrashPoint } from "../../src/outbox/crash-points";
import { until } from "../harness/until";
import { START } from "../harness/sandbox";
import { type Reply, type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
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

/** Holds the worker at a point; `reached` resolves once it is there. */
class Gate {
  private held: CrashPoint | null = null;
  private arrive: () => void = () => undefined;
  private open: () => void = () => undefined;
  private passed = Promise.resolve();

  hold(point: CrashPoint): Promise<void> {
    this.held = point;
    this.passed = new Promise((resolve) => (this.open = resolve));
    return new Promise((resolve) => (this.arrive = resolve));
  }

  letGo(): void {
    this.held = null;
    this.open();
  }

  async pass(point: CrashPoint): Promise<void> {
    if (point !== this.held) return;
    this.arrive();
    await this.passed;
  }
}

describe("contrary requests about one milestone at the same time", () => {
  const gate = new Gate();
  let gateway: SandboxGateway;
  before(async () => {
    const outbox = { crash: (point: CrashPoint) => gate.pass(point) };
    gateway = await startSandboxGateway({ clock: "manual", outbox });
  });
  after(() => gateway?.close());
  afterEach(async () => {
    gate.letGo();
    await gateway.settled();
    await expectAgreement(gateway);
  });

  const one = (changes: object = {}) => fundedIntent(gateway, { amounts: ["40.00"], ...changes });
  const finish = (intent: TestIntent) => complete(gateway, intent, 0);
  const refund = ({ path, ids }: TestIntent) =>
    gateway.post(`${path}/escrow/milestones/${ids[0]!}/refund`);
  const approve = ({ path, ids }: TestIntent) =>
    gateway.post(`${path}/escrow/milestones/${ids[0]!}/approve`);
  const raise = ({ path }: TestIntent) =>
    gateway.post(`${path}/escrow/dispute`, { reason: "The sink leaks.", raisedBy: "homeowner" });
  const disputesOf = async ({ path }: TestIntent) =>
    (await gateway.get(`${path}/escrow/dispute`)).body.data;
  const milestoneOf = async ({ path, ids }: TestIntent) =>
    (await gateway.get(`${path}/escrow/milestones/${ids[0]!}`)).body.data;
  const disputed = async (changes: object = {}) => {
    const intent = await one(changes);
    if ("autoRelease" in changes) expect((await finish(intent)).status).to.equal(200);
    const { status, body } = await raise(intent);
    expect([status, body.status]).to.deep.equal([201, "raised"]);
    const url = `${intent.path}/escrow/dispute/${body.id}`;
    return {
      intent,
      id: body.id as string,
      resolve: (asked: object) => gateway.post(`${url}/resolve`, asked),
      withdraw: () => gateway.post(`${url}/withdraw`),
    };
  };
  const expectConflict = ({ status, body }: Reply, text: string) =>
    expect([status, body.error?.code, body.error?.message]).to.deep.equal([409, "conflict", text]);
  const balances = async () => [await gateway.balance("payer"), await gateway.balance("payee")];
  /** Resolves once that many answers to requests wait for the chain. */
  const answersWaiting = (count: number) =>
    new Promise<void>((resolve) => {
      const { outbox } = gateway;
      const wait = outbox.wait.bind(outbox);
      let waiting = 0;
      outbox.wait = (...asked) => {
        waiting += 1;
        if (waiting === count) {
          outbox.wait = wait;
          resolve();
        }
        return wait(...asked);
      };
    });
  /** Base units that payer and payee got since. */
  const moved = async (before: bigint[]) =>
    (await balances()).map((each, index) => each - before[index]!);

  const PAYMENT = "The payment of this milestone is on its way.";
  const REFUND = "The refund of this milestone is on its way.";

  for (const point of ["before-sign", "before-send", "after-landing"] as const) {
    it(`given a release held ${point} then a dispute and a refund are refused, and the milestone is paid`, async () => {
      const intent = await one();
      const before = await balances();
      const reached = gate.hold(point);
      const completed = finish(intent);
      await reached;
      const [dispute, refunded] = await Promise.all([raise(intent), refund(intent)]);
      expectConflict(dispute, PAYMENT);
      expectConflict(refunded, PAYMENT);
      gate.letGo();
      const { status, body } = await completed;
      expect([status, body.status, body.data.status]).to.deep.equal([200, "completed", "RELEASED"]);
      expect(await moved(before)).to.deep.equal([0n, 39_600_000n]);
      expect(await disputesOf(intent)).to.deep.equal([]);
    });

    it(`given a refund held ${point} then completion, approval and dispute are refused, and the payer has the money`, async () => {
      const intent = await one();
      const before = await balances();
      const reached = gate.hold(point);
      const refunded = refund(intent);
      await reached;
      expectConflict(await finish(intent), REFUND);
      expectConflict(await raise(intent), REFUND);
      expect((await approve(intent)).status).to.be.oneOf([400, 409]);
      gate.letGo();
      const { status, body } = await refunded;
      expect([status, body.status]).to.deep.equal([200, "REFUNDED"]);
      expect(await moved(before)).to.deep.equal([40_000_000n, 0n]);
      expect((await milestoneOf(intent)).completedBy).to.equal(null);
    });
  }

  it("given a time lock's release that was built when a dispute is raised then it is not sent until the withdrawal", async () => {
    const timeLockUntil = START + 1_000n;
    const lock = { releaseType: "TIME_LOCKED", timeLockUntil: `${timeLockUntil}` };
    const intent = await createIntent(gateway, { amount: "40.00", ...lock });
    await confirm(gateway, intent.path);
    const order = `${intent.path}/escrow`;
    const shipped = await gateway.request("PATCH", order, { orderStatus: "SHIPPED" });
    expect(shipped.status).to.equal(200);
    const before = await balances();
    const reached = gate.hold("before-sign");
    gateway.setTime(timeLockUntil);
    await reached;
    const raised = await raise(intent);
    expect(raised.status, JSON.stringify(raised.body)).to.equal(201);
    gate.letGo();
    await until(async () => {
      const [job] = await gateway.opened.database.query<{ error: string | null }>(
        `SELECT error FROM milepost_gateway.chain_jobs
         WHERE subject_id = $1 AND kind = 'release_milestone' AND state = 'queued' AND is_waiting`,
        [intent.id],
      );
      return job?.error === "a dispute is open";
    }, "the release waits");
    expect(await moved(before)).to.deep.equal([0n, 0n]);
    const withdrawn = await gateway.post(`${order}/dispute/${raised.body.id}/withdraw`);
    expect([withdrawn.status, withdrawn.body.status]).to.deep.equal([200, "withdrawn"]);
    await until(async () => (await moved(before))[1] === 39_600_000n, "the release");
  });

  it("given completion and dispute in parallel, in both orders, then nothing is paid while a dispute is open", async () => {
    for (const order of [0, 1]) {
      const intent = await one();
      const before = await balances();
      const steps = [() => finish(intent), () => raise(intent)];
      if (order === 1) steps.reverse();
      const replies = await Promise.all(steps.map((step) => step()));
      if (order === 1) replies.reverse();
      const [completed, dispute] = replies as [Reply, Reply];
      const disputes = await disputesOf(intent);
      if (dispute.status === 201) {
        expect([completed.status, completed.body.error.code]).to.deep.equal([
          400,
          "invalid_status",
        ]);
        expect(await moved(before)).to.deep.equal([0n, 0n]);
        expect(disputes[0].data.outcome).to.equal(null);
        expect(disputes[0].status).to.equal("raised");
      } else {
        expect(dispute.status).to.be.oneOf([400, 409]);
        expect(completed.body.data.status).to.equal("RELEASED");
        expect(await moved(before)).to.deep.equal([0n, 39_600_000n]);
        expect(disputes).to.deep.equal([]);
      }
    }
  });

  it("given completion and refund in parallel, in both orders, then the one that did not happen is refused", async () => {
    for (const order of [0, 1]) {
      const intent = await one();
      const before = await balances();
      const steps = [() => finish(intent), () => refund(intent)];
      if (order === 1) steps.reverse();
      const replies = await Promise.all(steps.map((step) => step()));
      if (order === 1) replies.reverse();
      const { status } = await milestoneOf(intent);
      const isPaid = status === "RELEASED";
      const codes = replies.map((reply) => (reply.status === 200 ? "done" : "refused"));
      expect(codes).to.deep.equal(isPaid ? ["done", "refused"] : ["refused", "done"]);
      expect(replies[isPaid ? 1 : 0]!.status).to.be.oneOf([400, 409]);
      expect(await moved(before)).to.deep.equal(isPaid ? [0n, 39_600_000n] : [40_000_000n, 0n]);
    }
  });

  for (const [name, changes] of [
    ["the gateway alone has", {}],
    ["is on chain", { autoRelease: false }],
  ] as const) {
    it(`given a decision about a dispute that ${name} then another one, a withdrawal and a refund are refused`, async () => {
      const { intent, resolve, withdraw } = await disputed(changes);
      const before = await balances();
      const half = { outcome: "PARTIAL_REFUND", recipientAmount: "10.00" };
      const reached = gate.hold("before-send");
      const both = answersWaiting(2);
      const decided = resolve(half);
      await reached;
      const other = await resolve({ outcome: "MERCHANT_WON" });
      expectConflict(other, "Cannot resolve the dispute: another decision is on its way.");
      expectConflict(await withdraw(), "Cannot withdraw the dispute: a decision is on its way.");
      expectConflict(await refund(intent), "The division of this milestone's money is on its way.");
      const again = resolve(half);
      // The same decision once this one is done would be refused.
      await Promise.race([both, again]);
      gate.letGo();
      const replies = await Promise.all([decided, again]);
      for (const { status, body } of replies) {
        expect([status, body.status, body.data.outcome]).to.deep.equal([
          200,
          "resolved",
          "PARTIAL_REFUND",
        ]);
      }
      expect(await moved(before)).to.deep.equal([30_000_000n, 9_900_000n]);
      const late = await withdraw();
      expect([late.status, late.body.error.message]).to.deep.equal([
        400,
        "Cannot withdraw the dispute: it is resolved.",
      ]);
    });

    it(`given decision and withdrawal in parallel of a dispute that ${name}, in both orders, then one happens`, async () => {
      for (const order of [0, 1]) {
        const { intent, resolve, withdraw } = await disputed(changes);
        const before = await balances();
        const steps = [() => resolve({ outcome: "BUYER_WON" }), withdraw];
        if (order === 1) steps.reverse();
        const replies = await Promise.all(steps.map((step) => step()));
        if (order === 1) replies.reverse();
        await gateway.settled();
        const [dispute] = await disputesOf(intent);
        const isDecided = dispute.status === "resolved";
        expect(dispute.data.outcome).to.equal(isDecided ? "BUYER_WON" : null);
        expect(replies.map(({ status }) => status === 200)).to.deep.equal([isDecided, !isDecided]);
        expect(replies[isDecided ? 1 : 0]!.status).to.be.oneOf([400, 409]);
        expect(await moved(before)).to.deep.equal(isDecided ? [40_000_000n, 0n] : [0n, 0n]);
      }
    });
  }

  it("given a withdrawal on its way to the chain then a decision is refused", async () => {
    const { resolve, withdraw } = await disputed({ autoRelease: false });
    const reached = gate.hold("before-send");
    const withdrawn = withdraw();
    await reached;
    const refused = await resolve({ outcome: "MERCHANT_WON" });
    expectConflict(refused, "Cannot resolve the dispute: its withdrawal is on its way.");
    gate.letGo();
    const { status, body } = await withdrawn;
    expect([status, body.status, body.data.outcome]).to.deep.equal([200, "withdrawn", null]);
  });

  for (const point of ["before-sign", "before-send", "after-landing"] as const) {
    it(`given a submission held ${point} then a dispute is refused until it is on chain, where the dispute then is as well`, async () => {
      const intent = await one({ autoRelease: false });
      const reached = gate.hold(point);
      const submitted = finish(intent);
      await reached;
      // The gateway alone cannot hold back what was submitted: on chain, silence would pay it.
      expectConflict(await raise(intent), "The submission of this milestone is on its way.");
      expect(await disputesOf(intent)).to.deep.equal([]);
      gate.letGo();
      expect((await submitted).body.data.status).to.equal("COMPLETED");
      const raised = await raise(intent);
      expect([raised.status, raised.body.data.isOnChain]).to.deep.equal([201, true]);
      const { milestones } = await policyOf(gateway, intent.path);
      expect(milestones[0]!.state).to.equal("disputed");
    });

    it(`given a dispute on its way to the chain, held ${point}, then its withdrawal is refused, and happens once it is there`, async () => {
      const intent = await one({ autoRelease: false });
      expect((await finish(intent)).body.data.status).to.equal("COMPLETED");
      const reached = gate.hold(point);
      const raised = raise(intent);
      await reached;
      const [{ id }] = await disputesOf(intent);
      const withdraw = () => gateway.post(`${intent.path}/escrow/dispute/${id}/withdraw`);
      expectConflict(
        await withdraw(),
        "Cannot withdraw the dispute: it is on its way to the chain.",
      );
      gate.letGo();
      expect([(await raised).status, (await raised).body.status]).to.deep.equal([201, "raised"]);
      const withdrawn = await withdraw();
      expect([withdrawn.status, withdrawn.body.status]).to.deep.equal([200, "withdrawn"]);
      expect((await disputesOf(intent)).map((each: { id: string }) => each.id)).to.deep.equal([id]);
      const { milestones } = await policyOf(gateway, intent.path);
      expect(milestones[0]!.state).to.equal("submitted");
    });
  }

  it("given a submission that waits for its turn then a dispute holds it back, and it goes on chain once that is withdrawn", async () => {
    const intent = await fundedIntent(gateway, { autoRelease: false });
    const [first, second] = intent.ids as [string, string];
    await finish(intent);
    const asked = complete(gateway, intent, 1);
    const jobOf = async () => {
      const [job] = await gateway.opened.database.query<{ error: string; state: string }>(
        `SELECT error, state FROM milepost_gateway.chain_jobs
         WHERE subject_id = $1 AND kind = 'submit_milestone' AND payload->>'milestoneId' = $2`,
        [intent.id, second],
      );
      return job;
    };
    const waits = (error: string) => until(async () => (await jobOf())?.error === error, error);
    await waits("the milestone before it has not ended");
    const milestoneId = second;
    const dispute = { reason: "No oven.", raisedBy: "homeowner", milestoneId };
    const raised = await gateway.post(`${intent.path}/escrow/dispute`, dispute);
    expect([raised.status, raised.body.data.isOnChain]).to.deep.equal([201, false]);
    const refunded = await gateway.post(`${intent.path}/escrow/milestones/${first}/refund`);
    expect(refunded.body.status).to.equal("REFUNDED");
    await waits("a dispute is open");
    expect((await policyOf(gateway, intent.path)).milestones[1]!.state).to.equal("funded");
    const url = `${intent.path}/escrow/dispute/${raised.body.id}/withdraw`;
    expect((await gateway.post(url)).body.status).to.equal("withdrawn");
    await until(async () => (await jobOf())?.state === "landed", "the submission");
    expect((await policyOf(gateway, intent.path)).milestones[1]!.state).to.equal("submitted");
    expect((await asked).body.data.status).to.equal("COMPLETED");
  });

  it("given an open dispute when the whole milestone is refunded then it ends without an outcome", async () => {
    const { intent, id } = await disputed();
    expect((await refund(intent)).status).to.equal(200);
    const [dispute] = await disputesOf(intent);
    expect([dispute.status, dispute.data.outcome, dispute.data.transactionHash]).to.deep.equal([
      "resolved",
      null,
      null,
    ]);
    expect((await eventsOf(gateway, id)).at(-1)!.data.data.outcome).to.equal(null);
    expect((await policyOf(gateway, intent.path)).outstanding).to.equal(0n);
  });
});
