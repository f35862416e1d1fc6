/** Spec 000 (Milestone Payments Example), taken at its word, and afterwards the chain is asked. */
import { createContext, getPaymentPolicy } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import path from "node:path";
import { readPrinted, runPython, runTypeScript } from "../harness/printed";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";

const PRINTED = path.join(__dirname, "printed");

describe("spec 000's printed examples", () => {
  let gateway: SandboxGateway;
  before(async () => (gateway = await startSandboxGateway()));
  after(() => gateway?.close());

  it("given the TypeScript flow then three milestones are paid on chain, 99 percent of 1,000 to the payee", async () => {
    const { url, keys } = gateway;
    const before = await gateway.balance("payee");
    const file = path.join(PRINTED, "milestone-flow.ts.txt");
    const source = readPrinted(file, { url, key: keys.test });
    const { lines } = await runTypeScript(source, "runMilestoneFlow()", keys.test);
    expect(lines.at(-1)).to.equal("Milestone 2 completed, all funds released");
    expect(lines.filter((line) => line.includes("undefined"))).to.deep.equal([]);
    expect((await gateway.balance("payee")) - before).to.equal(990_000_000n);
    const { body } = await gateway.get("/v1/payment-intents/intent_xxx");
    const context = createContext(gateway.chain.connection, gateway.chain.sponsor);
    const policy = await getPaymentPolicy(context, new PublicKey(body.data.parts[0].policy));
    expect(policy.policyType.milestone.currentMilestone).to.equal(3);
    const { body: order } = await gateway.get("/v1/payment-intents/intent_xxx/escrow");
    expect([order.orderStatus, order.settlementStatus]).to.deep.equal(["COMPLETED", "EXECUTED"]);
  });

  it("given the Python program then three milestones are paid on chain", async () => {
    const { url, keys } = gateway;
    const before = await gateway.balance("payee");
    const file = path.join(PRINTED, "milestone-flow.py.txt");
    const lines = await runPython(readPrinted(file, { url, key: keys.test }), keys.test);
    expect(lines).to.have.length(6);
    expect(lines.at(-1)).to.equal("Milestone 2 completed");
    expect((await gateway.balance("payee")) - before).to.equal(990_000_000n);
  });
});
