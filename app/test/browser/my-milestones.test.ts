import { expect } from "chai";
import {
  createContext,
  createMemoBuffer,
  createMilestone,
  RELEASE_DUE_DATE,
  TOKEN_PROGRAM_ID,
} from "@milepost/sdk";
import { PublicKey, TransactionInstruction } from "@solana/web3.js";
import type { Page } from "playwright-core";
import { type OpenPage, openPage } from "../../../tests/harness/open-page";
import { buildPage } from "./harness/build-page";
import { longestTask, scrollAndFilter } from "./harness/longest-task";
import { type SandboxSite, startSandboxSite } from "./harness/sandbox-site";
import { startStaticSite } from "./harness/static-site";

/** Instruction `Revoke` of the token program. */
const REVOKE = 5;

describe("my milestones", () => {
  let site: SandboxSite;
  let open: OpenPage;

  before(async () => {
    site = await startSandboxSite();
  });
  afterEach(() => open?.close());
  after(() => site?.close());

  const visit = async (wallet: string | null): Promise<Page> => {
    open = await openPage({ url: `${site.url}/settings` });
    if (wallet)
      await open.page.evaluate((name) => localStorage.setItem("milepost:wallet", name), wallet);
    await open.page.goto(`${site.url}/milestones`);
    return open.page;
  };

  /** Creates a delegated payment of 40 and 60 USDC, due in 10 and 20 days, and returns its due dates. */
  async function createPayment(title: string): Promise<number[]> {
    const { localnet, keys } = site;
    const now = localnet.chain.clock.time;
    const timestamps = [10, 20].map((days) => Number(now) + days * 86_400);
    const context = createContext(localnet.connection, keys.payer);
    const instructions = await createMilestone(context, {
      mint: localnet.mint,
      recipient: keys.payee.publicKey,
      gateway: localnet.gateway,
      amounts: [40_000_000n, 60_000_000n],
      timestamps,
      releaseCondition: RELEASE_DUE_DATE,
      memo: createMemoBuffer(title),
    });
    await site.sendAs("payer", instructions);
    return timestamps;
  }

  it("asks for a wallet first", async () => {
    const page = await visit(null);
    await page.getByRole("heading", { name: "Whose milestones?" }).waitFor();
    await page.getByRole("main").getByRole("button", { name: "Connect wallet" }).click();
    await page.getByRole("dialog", { name: "Connect a wallet" }).waitFor();
  });

  it("leads a wallet without payments to create", async () => {
    const page = await visit("Operator");
    await page.getByRole("heading", { name: "Nothing here yet" }).waitFor();
    const links = page.getByRole("link", { name: "Create a payment" });
    expect(await links.last().getAttribute("href")).to.equal("/create");
  });

  it("lists a payment for payer and payee, and filters it by text and role", async () => {
    await createPayment("Translation of a book");
    for (const [wallet, role] of [
      ["Client", "You pay"],
      ["Freelancer", "You are paid"],
    ] as const) {
      const page = await visit(wallet);
      const row = page.getByRole("listitem").filter({ hasText: "Translation of a book" });
      await row.getByText(role).waitFor();
      await row.getByText("100.00 USDC").waitFor();
      await page.getByLabel("Search").fill("nothing like it");
      await page.getByText("Nothing fits this filter.").waitFor();
      await page.getByRole("button", { name: "Show all" }).click();
      await page.getByLabel("Your role").selectOption({ label: role });
      await row.waitFor();
      expect(open.problems).to.deep.equal([]);
      await open.close();
    }
  });

  it("says from when a revoked permission fails, and renews it with one signature", async () => {
    await createPayment("Weekly cleaning");
    const { localnet, keys } = site;
    const owner = keys.payer.publicKey;
    const { value } = await localnet.connection.getTokenAccountsByOwner(owner, {
      mint: localnet.mint,
    });
    const account: PublicKey = value[0]!.pubkey;
    await site.sendAs("payer", [
      new TransactionInstruction({
        programId: TOKEN_PROGRAM_ID,
        keys: [
          { pubkey: account, isSigner: false, isWritable: true },
          { pubkey: owner, isSigner: true, isWritable: false },
        ],
        data: Buffer.of(REVOKE),
      }),
    ]);
    const page = await visit("Client");
    const coverage = page.getByRole("region", { name: "Coverage in USDC" });
    await coverage.getByText("0% covered").waitFor();
    await coverage.getByText("The first payment that would fail is due").waitFor();
    await coverage.getByRole("button", { name: "Renew the permission" }).click();
    await page.getByRole("dialog").locator(".milepost-review-confirm").click();
    await page.getByText("The transaction is on the chain.").waitFor();
    await page.getByRole("dialog").getByRole("button").last().click();
    await coverage.getByText("100% covered").waitFor();
  });
});

describe("my milestones with 1,000 policies", () => {
  const LONGEST_MS = 50;
  /** The first round also compiles the code. */
  const ROUNDS = 2;

  it("scrolls and filters without a frame above 50 ms", async () => {
    const directory = await buildPage("test/browser/many-policies");
    const site = await startStaticSite({
      directory,
      page: (url) => ({ network: "localnet", rpcUrl: url }),
    });
    const { page, problems, close } = await openPage({ url: site.url });
    try {
      await page.getByText("1000 payments, the next deadline first").waitFor();
      const rounds: number[] = [];
      for (let round = 0; round < ROUNDS && !rounds.some((ms) => ms <= LONGEST_MS); round += 1) {
        rounds.push(await longestTask(page, () => scrollAndFilter(page)));
      }
      expect(Math.min(...rounds), `longest tasks: ${rounds.join(", ")} ms`).to.be.at.most(
        LONGEST_MS,
      );
      const items = await page.getByRole("listitem").count();
      expect(items).to.be.within(1, 60);
      expect(problems).to.deep.equal([]);
    } finally {
      await close();
      await site.close();
    }
  });
});
