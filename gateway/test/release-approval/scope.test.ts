/** What a key without the scope `release` does never makes the rule answer `yes`, and a key with it can ask later. */
import { expect } from "chai";
import { type Scope, SCOPES } from "../../src/caller/caller";
import { createKey } from "../../src/keys/store";
import { approveRelease } from "../../src/release-approval/approve-release";
import { confirm, createIntent, fundedIntent } from "../harness/intent-world";
import { ProjectWorld } from "../harness/project-world";
import { START } from "../harness/sandbox";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import { FreightWorld } from "../freight/freight-world";

const PROOF = { proofHash: `0x${"ab".repeat(32)}`, submittedBy: "courier" };
const NET = 99_000_000n;

/** Every scope but `release`. */
const WITHOUT: Scope[] = SCOPES.filter((scope) => scope !== "release");

describe("release approval: a key without the scope release", () => {
  let gateway: SandboxGateway;
  let restricted: Record<string, string>;
  beforeEach(async () => {
    gateway = await startSandboxGateway({ clock: "manual" });
    const { accountId, context } = gateway;
    const key = { accountId, mode: "test" as const, name: "restricted", scopes: WITHOUT };
    restricted = { "x-api-key": (await createKey(context.database, key, context.now())).text };
  });
  afterEach(() => gateway?.close());

  const answer = async (path: string, index = 0) => {
    const { body } = await gateway.get(path);
    const { policy } = body.data.parts[0] as { policy: string };
    return approveRelease(gateway.context.database, { mode: "test", policy, index });
  };
  const why = async (path: string) => {
    const { body } = await gateway.get(`${path}/why`);
    const { isReady, byItself } = body as { isReady: boolean; byItself: string | null };
    const requirements = body.requirements as {
      name: string;
      isMet: boolean;
      missing: string | null;
      message: string;
    }[];
    const asked = requirements.find(({ name }) => name === "payment_requested");
    return { isReady, byItself, missing: asked?.missing, message: asked?.message };
  };
  const releases = async (path: string) => {
    const rows = await gateway.context.database.query<{ id: string }>(
      "SELECT id FROM milepost_gateway.chain_jobs WHERE subject_id = $1 AND kind = 'release_milestone'",
      [path.split("/").at(-1)],
    );
    return rows.length;
  };
  const patch = (path: string, orderStatus: string, headers?: Record<string, string>) =>
    gateway.request("PATCH", `${path}/escrow`, { orderStatus }, headers);
  const order = async (changes: object) => {
    const intent = await createIntent(gateway, changes);
    await confirm(gateway, intent.path);
    return intent.path;
  };

  it("completes a milestone, which is not paid until a key with the scope completes it again", async () => {
    const { path, ids } = await fundedIntent(gateway, { amounts: ["100.00"] });
    const before = await gateway.balance("payee");
    const url = `${path}/escrow/milestones/${ids[0]!}/complete`;
    const body = { completedBy: "contractor", completionProof: "proof" };
    const done = await gateway.post(url, body, restricted);
    expect([done.status, done.body.data.status]).to.deep.equal([200, "COMPLETED"]);
    await gateway.settled();
    expect([await answer(path), await releases(path)]).to.deep.equal(["later", 0]);
    expect(await why(path)).to.deep.equal({
      isReady: false,
      byItself: null,
      missing: "platform",
      message:
        "The payment has not been requested. Complete the milestone again, with a key that has the scope release.",
    });
    // The same key again asks for nothing either.
    await gateway.post(url, body, restricted);
    expect([await answer(path), await releases(path)]).to.deep.equal(["later", 0]);
    expect(await gateway.balance("payee")).to.equal(before);
    const paid = await gateway.post(url, body);
    expect([paid.status, paid.body.data.status]).to.deep.equal([200, "RELEASED"]);
    expect([await answer(path), await releases(path)]).to.deep.equal(["yes", 1]);
    expect((await gateway.balance("payee")) - before).to.equal(NET);
  });

  it("completes a milestone, which a key with the scope pays by an approval", async () => {
    const { path, ids } = await fundedIntent(gateway, { amounts: ["100.00"] });
    const at = `${path}/escrow/milestones/${ids[0]!}`;
    await gateway.post(`${at}/complete`, { completedBy: "contractor" }, restricted);
    expect((await gateway.post(`${at}/approve`, {}, restricted)).status).to.equal(403);
    expect([await answer(path), await releases(path)]).to.deep.equal(["later", 0]);
    expect((await gateway.post(`${at}/approve`)).body.status).to.equal("RELEASED");
    expect(await answer(path)).to.equal("yes");
    // A request that failed stays a request.
    await gateway.context.database.query(
      "UPDATE milepost_gateway.milestones SET attempt = attempt + 1 WHERE id = $1",
      [ids[0]],
    );
    expect(await answer(path)).to.equal("yes");
  });

  it("completes a milestone whose payment was requested at a later attempt: yes", async () => {
    const { path, ids } = await fundedIntent(gateway, { amounts: ["100.00"] });
    await gateway.context.database.query(
      "UPDATE milepost_gateway.milestones SET attempt = 2 WHERE id = $1",
      [ids[0]],
    );
    const at = `${path}/escrow/milestones/${ids[0]!}/complete`;
    await gateway.post(at, { completedBy: "contractor" }, restricted);
    expect(await answer(path)).to.equal("later");
    await gateway.post(at, { completedBy: "contractor" });
    expect(await answer(path)).to.equal("yes");
  });

  it("completes the second milestone: the request for the first is not one for it", async () => {
    const { path, ids } = await fundedIntent(gateway);
    const at = (index: number) => `${path}/escrow/milestones/${ids[index]!}/complete`;
    await gateway.post(at(0), { completedBy: "contractor" });
    await gateway.post(at(1), { completedBy: "contractor" }, restricted);
    expect([await answer(path, 0), await answer(path, 1)]).to.deep.equal(["yes", "later"]);
  });

  it("sets a milestone order to DELIVERED, which pays nothing", async () => {
    const { path } = await fundedIntent(gateway, { amounts: ["100.00"] });
    expect((await patch(path, "DELIVERED", restricted)).status).to.equal(200);
    expect(await answer(path)).to.equal("later");
  });

  for (const orderStatus of ["SHIPPED", "DELIVERED"]) {
    it(`sets a time lock to ${orderStatus}, which is not paid until a key with the scope does the same`, async () => {
      const until = START + 1_000n;
      const path = await order({ releaseType: "TIME_LOCKED", timeLockUntil: `${until}` });
      const before = await gateway.balance("payee");
      const set = await patch(path, orderStatus, restricted);
      expect([set.status, set.body.orderStatus]).to.deep.equal([200, orderStatus]);
      gateway.setTime(until);
      await gateway.settled();
      expect([await answer(path), await releases(path)]).to.deep.equal(["later", 0]);
      expect(await why(path)).to.deep.equal({
        isReady: false,
        byItself: null,
        missing: "platform",
        message:
          "The payment has not been requested. Set the order's status again, with a key that has the scope release.",
      });
      expect(await gateway.balance("payee")).to.equal(before);
      await patch(path, orderStatus);
      expect(await answer(path)).to.equal("yes");
      await gateway.settled();
      expect((await gateway.balance("payee")) - before).to.equal(NET);
    });
  }

  it("submits the delivery proof of a time lock, which is not paid until a key with the scope does the same", async () => {
    const until = START + 1_000n;
    const path = await order({ releaseType: "TIME_LOCKED", timeLockUntil: `${until}` });
    const url = `${path}/escrow/delivery-proof`;
    expect((await gateway.post(url, PROOF, restricted)).status).to.equal(201);
    gateway.setTime(until);
    await gateway.settled();
    expect([await answer(path), await releases(path)]).to.deep.equal(["later", 0]);
    expect((await gateway.post(url, PROOF)).status).to.equal(201);
    await gateway.settled();
    expect([await answer(path), await releases(path)]).to.deep.equal(["yes", 1]);
    expect((await gateway.get(`${path}/escrow`)).body.orderStatus).to.equal("COMPLETED");
  });

  for (const releaseType of ["DELIVERY_PROOF", "AUTO_RELEASE"]) {
    it(`submits the proof of ${releaseType}, which is not paid until a key with the scope submits it again`, async () => {
      const path = await order({ releaseType, autoRelease: true });
      const before = await gateway.balance("payee");
      const url = `${path}/escrow/delivery-proof`;
      expect((await gateway.post(url, PROOF, restricted)).status).to.equal(201);
      await gateway.settled();
      expect([await answer(path), await releases(path)]).to.deep.equal(["later", 0]);
      expect((await why(path)).message).to.equal(
        "The payment has not been requested. Submit the same delivery proof again, with a key that has the scope release.",
      );
      await gateway.post(url, PROOF, restricted);
      expect([await answer(path), await releases(path)]).to.deep.equal(["later", 0]);
      expect(await gateway.balance("payee")).to.equal(before);
      expect((await gateway.post(url, PROOF)).status).to.equal(201);
      expect([await answer(path), await releases(path)]).to.deep.equal(["yes", 1]);
      expect((await gateway.balance("payee")) - before).to.equal(NET);
    });

    it(`sets ${releaseType} to DELIVERED without its proof: later, and later with a key that has the scope`, async () => {
      const expectedDeliveryHash = PROOF.proofHash;
      const path = await order({ releaseType, autoRelease: true, expectedDeliveryHash });
      await patch(path, "DELIVERED", restricted);
      expect(await answer(path)).to.equal("later");
      await patch(path, "DELIVERED");
      expect([await answer(path), await releases(path)]).to.deep.equal(["later", 0]);
      const other = { ...PROOF, proofHash: `0x${"cd".repeat(32)}` };
      expect((await gateway.post(`${path}/escrow/delivery-proof`, other)).status).to.equal(400);
      expect(await answer(path)).to.equal("later");
      await gateway.post(`${path}/escrow/delivery-proof`, PROOF);
      expect(await answer(path)).to.equal("yes");
    });
  }
});

describe("release approval of freight: a key without the scope release", () => {
  let world: FreightWorld;
  before(async () => (world = await FreightWorld.open()));
  after(() => world?.close());

  const answers = async (intent: number) => {
    const { body } = await world.ask("pay", "GET", `/payment_intents/${intent}/schedule`);
    const { items } = body as { items: { policy: string | null }[] };
    return Promise.all(
      items.flatMap(({ policy }) =>
        policy === null
          ? []
          : [approveRelease(world.context.database, { mode: "test", policy, index: 0 })],
      ),
    );
  };

  const restricted = async () => {
    const { accounts, context } = world;
    const key = { accountId: accounts.own, mode: "test" as const, name: "r", scopes: WITHOUT };
    return { "x-api-key": (await createKey(context.database, key, context.now())).text };
  };
  const reported = async (risk: number, event_type: string) => {
    const headers = await restricted();
    const { shipment, intent } = await world.scheduled({ risk });
    await world.settled();
    const url = `/shipments/${shipment}/events`;
    const told = await world.ask("freight", "POST", url, { event_type }, headers);
    expect(told.status, JSON.stringify(told.body)).to.be.lessThan(300);
    await world.settled();
    const settle = `/payment_intents/${intent}/settle`;
    const settled = await world.ask("pay", "POST", settle, { force_approval: true }, headers);
    expect(settled.status).to.equal(403);
    return { intent, yes: (await answers(intent)).filter((each) => each === "yes") };
  };

  it("reports a delivery at high risk, and cannot settle it: later, until a key with the scope does", async () => {
    const { intent, yes } = await reported(0.9, "pod_confirmed");
    expect(yes).to.deep.equal([]);
    const url = `/payment_intents/${intent}/settle`;
    await world.ask("pay", "POST", url, { force_approval: true });
    expect((await answers(intent)).filter((each) => each === "yes")).to.deep.equal(["yes"]);
  });

  it("reports a pickup at medium risk, which the schedule delays: later", async () => {
    expect((await reported(0.5, "pickup_confirmed")).yes).to.deep.equal([]);
  });

  it("reports a pickup at low risk: yes for its part alone, because the schedule requested it", async () => {
    const { yes } = await reported(0.1, "pickup_confirmed");
    expect(yes).to.deep.equal(["yes"]);
  });
});

describe("release approval of projects", () => {
  let world: ProjectWorld;
  before(async () => (world = await ProjectWorld.open()));
  after(() => world?.close());

  it("answers later for every milestone, whatever a key does: the parties sign", async () => {
    const project = await world.project();
    await project.fund(0);
    await project.submit(0);
    const [{ policy }] = (await project.get()).body.policies as [{ policy: string }];
    for (const index of [0, 1, 2, 3]) {
      const ref = { mode: "test" as const, policy, index };
      expect(await approveRelease(world.context.database, ref)).to.equal("later");
    }
    await project.step(0, "approve", "homeowner");
    const ref = { mode: "test" as const, policy, index: 0 };
    expect(await approveRelease(world.context.database, ref)).to.equal("later");
  });
});
