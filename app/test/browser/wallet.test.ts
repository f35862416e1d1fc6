import { expect } from "chai";
import { type OpenPage, openPage } from "../../../tests/harness/open-page";
import { addressOf } from "../policies";
import { buildPage } from "./harness/build-page";
import { type SandboxSite, startSandboxSite } from "./harness/sandbox-site";
import { startStaticSite, type StaticSite } from "./harness/static-site";

describe("connecting a wallet", () => {
  let site: SandboxSite;
  let open: OpenPage;

  before(async () => {
    site = await startSandboxSite();
  });
  afterEach(() => open?.close());
  after(() => site?.close());

  const visit = async (path: string) => {
    open = await openPage({ url: `${site.url}${path}` });
    return open.page;
  };

  it("offers the sandbox's wallets first, and remembers the chosen one", async () => {
    const page = await visit("/milestones");
    const header = page.getByRole("banner");
    await header.getByRole("button", { name: "Connect wallet" }).click();
    const dialog = page.getByRole("dialog", { name: "Connect a wallet" });
    const names = dialog.locator("ul strong");
    await names.first().waitFor();
    expect(await names.allTextContents()).to.deep.equal([
      "Client",
      "Freelancer",
      "Mediator",
      "Operator",
    ]);
    await dialog.getByRole("button", { name: /^Client/ }).click();
    await dialog.waitFor({ state: "detached" });
    const connected = header.getByRole("button", { name: /^Wallet: Client/ });
    await connected.waitFor();
    await page.reload();
    await connected.waitFor();
    await connected.click();
    await page.getByText(site.keys.payer.publicKey.toBase58()).nth(1).waitFor();
    await page.getByRole("button", { name: "Disconnect" }).click();
    await header.getByRole("button", { name: "Connect wallet" }).waitFor();
    expect(open.problems).to.deep.equal([]);
  });

  it("loads neither the SDK nor the wallets with the first page, until it is asked", async () => {
    site.requests.length = 0;
    const page = await visit("/");
    const scripts = () =>
      page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect((await scripts()).join(" ")).to.not.include("chain-scope");
    expect(site.requests).to.deep.equal([]);
    await page.getByRole("banner").getByRole("button", { name: "Connect wallet" }).click();
    await page.getByRole("dialog", { name: "Connect a wallet" }).waitFor();
    expect((await scripts()).join(" ")).to.include("chain-scope");
  });
});

describe("a page without a wallet, or on another chain", () => {
  let site: StaticSite;
  let open: OpenPage;
  /** Answers of the fake node per method. */
  const answers: Record<string, unknown> = { getGenesisHash: "AnotherChain" };

  before(async () => {
    site = await startStaticSite({
      directory: await buildPage(),
      page: (url) => ({
        network: "sandbox",
        rpcUrl: `${url}/rpc`,
        genesisHash: "ChainOfThisPage",
        sandbox: { wallets: [{ role: "payer", name: "", address: addressOf(1).toBase58() }] },
      }),
      routes: {
        "/rpc": (body) => {
          const { id, method } = body as { id: unknown; method: string };
          return { jsonrpc: "2.0", id, result: answers[method] ?? [] };
        },
        "/plain.json": () => ({}),
      },
    });
  });
  beforeEach(async () => {
    open = await openPage({ url: `${site.url}/plain.json` });
  });
  afterEach(() => open.close());
  after(() => site.close());

  /** Hides the sandbox from the page's settings, as on a host without one. */
  async function withoutSandbox(path: string) {
    const { page } = open;
    await page.route("**/page.json", (route) =>
      route.fulfill({ json: { network: "devnet", rpcUrl: `${site.url}/rpc` } }),
    );
    await page.goto(`${site.url}${path}`);
    await page.getByRole("banner").getByRole("button", { name: "Connect wallet" }).click();
    return page.getByRole("dialog", { name: "Connect a wallet" });
  }

  it("says how to get a wallet, and offers the phone by a QR code", async () => {
    const dialog = await withoutSandbox("/milestones");
    await dialog.getByText("No wallet was found in this browser").waitFor();
    await dialog.getByRole("img", { name: "QR code of this page's address" }).waitFor();
    const link = dialog.getByRole("link", { name: "Phantom" });
    expect(await link.getAttribute("rel")).to.equal("noopener noreferrer");
  });

  it("opens this very page in a wallet's own browser on a phone", async () => {
    await open.page.addInitScript(() => {
      const userAgent = "Mozilla/5.0 (Linux; Android 15) Mobile";
      Object.defineProperty(navigator, "userAgent", { get: () => userAgent });
    });
    const dialog = await withoutSandbox("/create");
    const href = await dialog.getByRole("link", { name: "Open in Solflare" }).getAttribute("href");
    expect(href).to.include(encodeURIComponent(`${site.url}/create`));
    expect(await dialog.getByRole("img", { name: /QR code/ }).count()).to.equal(0);
  });

  it("hides the screen from a wallet when the node is on another chain", async () => {
    const { page } = open;
    await page.goto(`${site.url}/create`);
    await page.getByRole("heading", { name: "What is paid for?" }).waitFor();
    await page.getByRole("banner").getByRole("button", { name: "Connect wallet" }).click();
    await page.getByRole("button", { name: /^Client/ }).click();
    const alert = page.getByRole("alert");
    await alert.getByText("The RPC node is on another chain").waitFor();
    expect(await page.getByRole("heading", { name: "What is paid for?" }).count()).to.equal(0);
    await alert.getByRole("link", { name: "Open the settings" }).click();
    await page.getByRole("heading", { name: "Settings" }).waitFor();
  });
});
