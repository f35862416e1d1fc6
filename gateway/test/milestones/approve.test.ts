import { expect } from "chai";
import {
  complete,
  eventsOf,
  expectAgreement,
  fundedIntent,
  policyOf,
  type TestIntent,
} from "../harness/intent-world";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";

describe("approvals of milestones", () => {
  let gateway: SandboxGateway;
  before(async () => (gateway = await startSandboxGateway({ clock: "manual" })));
  after(() => gateway?.close());
  afterEach(() => expectAgreement(gateway));

  const step = ({ path, ids }: TestIntent, index: number, name: "approve" | "refund") =>
    gateway.post(`${path}/escrow/milestones/${ids[index]!}/${name}`);
  const jobsOf = ({ id }: TestIntent) =>
    gateway.context.database.query(
      `SELECT id FROM milepost_gateway.chain_jobs
       WHERE subject_id = $1 AND kind = 'approve_milestone' ORDER BY sequence`,
      [id],
    );

  for (const amounts of [
    ["30.00", "70.00"],
    // The second one begins a policy of its own.
    ["10.00", "10.00", "10.00", "10.00", "60.00"],
  ]) {
    const last = amounts.length - 1;
    it(`refuses the payer's approval of milestone ${last} before milestone 0 has ended, and leaves every way open`, async () => {
      const intent = await fundedIntent(gateway, { amounts, autoRelease: false });
      const before = await policyOf(gateway, intent.path);
      const refused = await step(intent, last, "approve");
      expect([refused.status, refused.body.error.code, refused.body.error.message]).to.deep.equal([
        400,
        "invalid_status",
        "Cannot approve milestone: milestone 0 has not ended. It comes first.",
      ]);
      expect(await jobsOf(intent)).to.deep.equal([]);
      expect((await policyOf(gateway, intent.path)).milestones).to.deep.equal(before.milestones);
      for (let index = 0; index < last; index += 1) {
        expect((await step(intent, index, "refund")).body.status).to.equal("REFUNDED");
      }
      // An approval that waited for its turn made this a conflict, and nobody could take it back.
      const refunded = await step(intent, last, "refund");
      expect([refunded.status, refunded.body.status]).to.deep.equal([200, "REFUNDED"]);
    });
  }

  it("pays the milestones one after another, also before they are submitted", async () => {
    const intent = await fundedIntent(gateway, { autoRelease: false });
    const payee = await gateway.balance("payee");
    expect((await complete(gateway, intent, 0)).body.data.status).to.equal("COMPLETED");
    for (const index of [0, 1]) {
      const { status, body } = await step(intent, index, "approve");
      expect([status, body.status]).to.deep.equal([200, "RELEASED"]);
      const types = (await eventsOf(gateway, intent.ids[index]!)).map(({ type }) => type);
      expect(types).to.deep.equal(["milestone.completed", "milestone.released"]);
    }
    expect((await gateway.balance("payee")) - payee).to.equal(99_000_000n);
    expect((await gateway.get(intent.path)).body.status).to.equal("SETTLED");
    expect(await jobsOf(intent)).to.have.lengthOf(2);
  });
});
