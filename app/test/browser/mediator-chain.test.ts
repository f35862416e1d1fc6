/** The mediator's desk without a gateway: disputes are found on chain, files are checked by their hash, and the chain decides. */
import {
  acceptEscrow,
  createContext,
  createMemoBuffer,
  disputeMilestone,
  getEscrow,
  hashDocument,
  prepareHeldMilestone,
  RELEASE_OWNER,
  requestMediation,
  submitMilestone,
} from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { type OpenPage, openPage } from "../../../tests/harness/open-page";
import { type Actor, actAs } from "./harness/act-as";
import { type SandboxSite, startSandboxSite } from "./harness/sandbox-site";

describe("the mediator's desk without a gateway", () => {
  let site: SandboxSite;
  let open: OpenPage;
  let actor: Actor;

  before(async () => {
    site = await startSandboxSite();
    open = await openPage({ url: `${site.url}/settings` });
  });
  after(async () => {
    await open.close();
    await site.close();
  });

  const contextOf = (role: "payer" | "payee") =>
    createContext(site.localnet.connection, site.keys[role]);

  /** Creates a held payment of 300 tokens whose delivery is disputed and in mediation. */
  async function createDispute(delivery: string): Promise<PublicKey> {
    const { instructions, policy: policyPda } = await prepareHeldMilestone(contextOf("payer"), {
      mint: site.localnet.mint,
      gateway: site.localnet.gateway,
      recipient: site.keys.payee.publicKey,
      mediator: site.keys.mediator.publicKey,
      amounts: [300_000_000n],
      timestamps: [],
      releaseCondition: RELEASE_OWNER,
      memo: createMemoBuffer("Website"),
      fund: "next",
    });
    await site.sendAs("payer", instructions);
    await site.sendAs("payee", await acceptEscrow(contextOf("payee"), { policyPda }));
    const evidenceHash = await hashDocument(delivery);
    const delivered = { policyPda, evidenceHash };
    await site.sendAs("payee", await submitMilestone(contextOf("payee"), delivered));
    const reason = { policyPda, reasonHash: await hashDocument("It is not responsive.") };
    await site.sendAs("payer", await disputeMilestone(contextOf("payer"), reason));
    await site.sendAs("payer", await requestMediation(contextOf("payer"), { policyPda }));
    return policyPda;
  }

  it("finds the dispute, checks both files, and refunds a third", async () => {
    const policy = await createDispute("website.zip as it was delivered");
    actor = await actAs(open.page.context().browser()!, `${site.url}/mediator`, "mediator");
    const { page } = actor;
    await page.getByText("1 to decide").waitFor();
    await page.getByRole("heading", { name: "Decide the dispute" }).waitFor();
    const check = (text: string) =>
      page
        .getByLabel("Verify a file")
        .setInputFiles({ name: "file.txt", mimeType: "text/plain", buffer: Buffer.from(text) });
    await check("website.zip as it was delivered");
    await page.getByText("This is the delivery on chain.").waitFor();
    await check("It is not responsive.");
    await page.getByText("This is the dispute on chain.").waitFor();
    await check("Something else.");
    await page.getByText("The chain has neither hash. Do not rely on this file.").waitFor();
    await page.getByLabel(/Exact amount/).fill("200");
    await page.getByLabel(/Exact amount/).press("Enter");
    await actor.act("Review the decision");
    await page.getByText("No dispute names your wallet now.").waitFor();
    const { paid, refunded } = (await getEscrow(contextOf("payer"), policy)).milestones[0]!;
    expect([paid.toString(), refunded.toString()]).to.deep.equal(["200000000", "100000000"]);
    expect(actor.problems).to.deep.equal([]);
  });
});
