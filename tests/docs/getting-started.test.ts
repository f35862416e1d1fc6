/** The snippets of docs/getting-started.md, in order, as their reader uses them. */
import { expect } from "chai";
import type { PublicKey } from "@solana/web3.js";
import type { ReleaseReport } from "@milepost/sdk";
import { DAY, revoke, START, WEEK, World } from "../world";
import { codeBlocks, openPage } from "./page";
import { run, type Surroundings, typeErrors } from "./snippet";

describe("docs/getting-started.md", () => {
  const blocks = codeBlocks("ts", openPage("docs/getting-started.md").text);
  let world: World;
  let policy: PublicKey;
  let policyId: number;

  before(async () => {
    world = await World.create();
    ({ id: policyId, address: policy } = await world.nextPolicy());
  });

  /** What the text above the snippets says is there. */
  const surroundings = (): Surroundings => ({
    connection: { type: "Connection", value: world.chain.connection },
    wallet: { type: "Keypair", value: world.people.owner },
    keeper: { type: "Keypair", value: world.people.stranger },
    mint: { type: "PublicKey", value: world.mint },
    recipient: { type: "PublicKey", value: world.key("recipient") },
    gateway: { type: "PublicKey", value: world.gateway },
    policyId: { type: "number", value: policyId },
    freelancer: { type: "Keypair", value: world.people.recipient },
    mediator: { type: "PublicKey", value: world.key("mediator") },
    photo: { type: "Uint8Array", value: new TextEncoder().encode("photo") },
  });
  const play = async (index: number): Promise<Record<string, unknown>> => {
    const code = blocks[index];
    if (!code) throw new Error(`the page has no snippet ${index}`);
    expect(typeErrors(code, surroundings()), code).to.deep.equal([]);
    return run(code, surroundings());
  };

  it("has the four snippets that run here", () => {
    expect(blocks).to.have.length(4);
  });

  it("refuses a snippet with a wrong type", () => {
    const code =
      'import { getConfigPda } from "@milepost/sdk";\nconst pda: string = getConfigPda();';
    expect(typeErrors(code, surroundings()).join()).to.match(/not assignable to type 'string'/);
  });

  it("creates a policy in twenty lines, releases the first milestone and explains the second", async () => {
    const lines = (blocks[0] ?? "").split("\n").filter((line) => line.trim() !== "");
    expect(lines).to.have.length.at.most(20);
    const result = await play(0);
    expect((result["policy"] as PublicKey).toBase58()).to.equal(policy.toBase58());
    expect(await world.balance("recipient")).to.equal(50_000_000n);
    const report = result["report"] as ReleaseReport;
    expect(report.milestoneIndex).to.equal(1);
    expect(result["printed"]).to.deep.equal([
      `dueDate due at ${START + WEEK}, ${WEEK} seconds from now PaymentNotDue`,
    ]);
  });

  it("releases the second milestone by a keeper a week later, and not one second early", async () => {
    await world.chain.setTime(START + WEEK - 1n);
    await play(1);
    expect(await world.balance("recipient"), "a second early").to.equal(50_000_000n);
    await world.chain.setTime(START + WEEK);
    await play(1);
    expect(await world.balance("recipient")).to.equal(150_000_000n);
  });

  it("repairs a revoked delegation, pauses and deletes a policy", async () => {
    const open = await world.createPolicy();
    policyId = open.id;
    await revoke(world);
    const lamports = (await world.chain.getAccount(world.key("payer")))?.lamports ?? 0n;
    const result = await play(2);
    expect(result["printed"]).to.deep.equal(["300000000 promised, 300000000 not covered"]);
    expect(await world.chain.getAccount(open.address)).to.equal(null);
    const after = (await world.chain.getAccount(world.key("payer")))?.lamports ?? 0n;
    expect(after - lamports, "rent to the account that paid it").to.equal(3_563_520n);
  });

  it("holds the first milestone in escrow, submits, explains and approves it", async () => {
    const paid = await world.balance("recipient");
    const { address } = await world.nextPolicy();
    const now = world.chain.now();
    const result = await play(3);
    expect((result["policy"] as PublicKey).toBase58()).to.equal(address.toBase58());
    expect((await world.balance("recipient")) - paid).to.equal(50_000_000n);
    expect(result["printed"]).to.include(`disputeMilestone ${now + 5n * DAY}`);
    expect(result["printed"]).to.include("approveMilestone any time");
    const printed = (result["printed"] as string[]).join("\n");
    expect(printed, "silence").to.match(new RegExp(`approval.* ${now + 7n * DAY}`));
  });
});
