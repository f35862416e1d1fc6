import { createContext, send } from "@milepost/sdk";
import { expect } from "chai";
import { buildPart, amountsOf } from "../../src/intents/fund-part";
import { readPart } from "../../src/intents/parts-store";
import { readIntent } from "../../src/intents/store";
import { keysFor, memoOf } from "../../src/chain";
import { POLICY_OBSERVERS } from "../../src/policy-observers";
import { watchPolicies } from "../../src/policy-watch/watch";
import { type Fork, forkOf } from "../harness/fork";
import {
  complete,
  expectAgreement,
  fundedIntent,
  policyOf,
  type TestIntent,
} from "../harness/intent-world";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";

describe("a chain that lost a finalized funding, whose address another payment's policy takes", () => {
  let gateway: SandboxGateway;
  let fork: Fork;
  beforeEach(async () => {
    gateway = await startSandboxGateway({ clock: "manual" });
    fork = forkOf(gateway.localnet, gateway.chain);
    fork.finalize();
    // The payer's counter and accounts are there before the fork.
    await fundedIntent(gateway);
    fork.mark();
  });
  afterEach(() => gateway?.close());

  const show = async ({ path }: TestIntent) => (await gateway.get(path)).body;

  /** Puts a policy at the intent's address that is like the intent's, with another memo. */
  const takeAddress = async (intent: TestIntent, address: string): Promise<void> => {
    const { chain, context } = gateway;
    const found = (await readIntent(context.database, intent.id))!;
    const part = (await readPart(context.database, intent.id, 0))!;
    const amounts = await amountsOf(context, part);
    const total = amounts.reduce((sum, each) => sum + each, 0n);
    const payer = chain.sandboxKey!(found.accountId, "payer").publicKey;
    await chain.sandboxFund!(payer, found.currency, total);
    const memo = memoOf("another", 0);
    const built = await buildPart(chain, { intent: found, part, amounts, memo });
    expect(built.policy).to.equal(address);
    const { keys } = keysFor(chain, found.accountId, built.signers);
    await send(createContext(chain.connection, chain.sponsor), built.instructions, {
      signers: keys,
    });
  };

  it("given another's policy at the address, when the intent's milestone is completed, then nothing is paid, and the intent is REQUIRES_ACTION", async () => {
    const intent = await fundedIntent(gateway);
    const { address } = await policyOf(gateway, intent.path);
    fork.drop();
    await takeAddress(intent, address);
    const before = await policyOf(gateway, intent.path);
    const paid = await gateway.balance("payee");

    const { body } = await complete(gateway, intent, 0);
    await gateway.settled();
    expect(body.data?.status).to.not.equal("RELEASED");
    const after = await policyOf(gateway, intent.path);
    expect([after.currentMilestone, after.milestones]).to.deep.equal([0, before.milestones]);
    expect(await gateway.balance("payee")).to.equal(paid);
    const shown = await show(intent);
    expect(shown.status).to.equal("REQUIRES_ACTION");
    expect(shown.data.problem).to.contain(address).and.to.contain("belongs to another payment");
  });

  it("given another's policy at the address, when the address is observed, then nothing of it is written down", async () => {
    const intent = await fundedIntent(gateway);
    const { address } = await policyOf(gateway, intent.path);
    fork.drop();
    await takeAddress(intent, address);
    const entries = async () =>
      gateway.context.database.query(
        "SELECT * FROM milepost_gateway.ledger_entries WHERE intent_id = $1",
        [intent.id],
      );
    const before = await entries();
    await watchPolicies(gateway.context, POLICY_OBSERVERS, { everyMs: 0 });
    const shown = await show(intent);
    expect(shown.status).to.equal("REQUIRES_ACTION");
    expect(shown.data.problem).to.contain("Nothing was written down").and.to.contain(address);
    expect(await entries()).to.deep.equal(before);
  });

  for (const released of [0, 1, 2]) {
    it(`given ${released} lost payments of an intent, when the next intent gets its address, then that one is funded and paid once, and the old one takes back its money`, async () => {
      const old = await fundedIntent(gateway);
      for (let index = 0; index < released; index += 1) await complete(gateway, old, index);
      const { address } = await policyOf(gateway, old.path);
      fork.drop();
      const next = await fundedIntent(gateway);
      expect((await policyOf(gateway, next.path)).address).to.equal(address);
      expect((await show(next)).status).to.equal("SUCCEEDED");

      const shown = await show(old);
      expect([shown.status, shown.data.next_action]).to.deep.equal(["REQUIRES_ACTION", "confirm"]);
      expect(shown.data.problem).to.contain(address).and.to.contain("Confirm the payment again");
      await expectAgreement(gateway);

      const before = await gateway.balance("payee");
      await complete(gateway, next, 0);
      await complete(gateway, next, 1);
      expect((await gateway.balance("payee")) - before).to.equal(99_000_000n);
      expect((await show(next)).status).to.be.oneOf(["SETTLED", "FINAL"]);
      await expectAgreement(gateway);
    });
  }
});
