/** G4: no floating-point number between the wire and the chain. */
import { expect } from "chai";
import {
  complete,
  confirm,
  createIntent,
  expectAgreement,
  policyOf,
} from "../harness/intent-world";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";

/** 2^53 + 1, and the next odd one: no double is either of them. */
const UNITS = [9_007_199_254_740_993n, 9_007_199_254_740_995n];
const text = (units: bigint) =>
  `${units / 1_000_000n}.${(units % 1_000_000n).toString().padStart(6, "0")}`;

describe("amounts beyond the precision of a double", () => {
  let gateway: SandboxGateway;
  before(async () => (gateway = await startSandboxGateway()));
  after(() => gateway?.close());

  it("given an amount that no double can hold then drafts, chain, ledger and answers have it exact to the last unit", async () => {
    for (const units of UNITS) expect(BigInt(Number(units))).to.not.equal(units);
    const sum = UNITS[0]! + UNITS[1]!;
    const terms = { amount: text(sum), releaseType: "MILESTONE_LOCKED", autoRelease: true };
    const intent = await createIntent(gateway, terms, UNITS.map(text));
    await confirm(gateway, intent.path);
    const policy = await policyOf(gateway, intent.path);
    expect([policy.amount, ...policy.milestones.map(({ amount }) => amount)]).to.deep.equal([
      sum,
      ...UNITS,
    ]);
    const before = await gateway.balance("payee");
    for (const [index, units] of UNITS.entries()) {
      const { body } = await complete(gateway, intent, index);
      expect([body.data.status, body.data.amount]).to.deep.equal(["RELEASED", text(units)]);
    }
    // The localnet's gateway takes one percent of each, rounded down.
    const fees = UNITS.map((units) => units / 100n);
    const net = UNITS.map((units, index) => units - fees[index]!);
    expect((await gateway.balance("payee")) - before).to.equal(net[0]! + net[1]!);
    const { body } = await gateway.get(
      `/v1/account/ledger-entries?paymentIntentId=${intent.id}&type=RELEASE`,
    );
    const entries = (body.data as Record<string, string>[]).reverse();
    expect(entries.map((entry) => [entry["amount"], entry["fee"], entry["net"]])).to.deep.equal(
      UNITS.map((units, index) => [text(units), text(fees[index]!), text(net[index]!)]),
    );
    await expectAgreement(gateway);
  });
});
