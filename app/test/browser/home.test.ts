/** The first page in Chromium: what it loads, and the demonstration on a chain of its own. */
import { expect } from "chai";
import { type OpenPage, openPage } from "../../../tests/harness/open-page";
import type { PageConfig } from "../../src/config/page-config";
import { buildPage } from "./harness/build-page";
import { type SandboxSite, startSandboxSite } from "./harness/sandbox-site";
import { startStaticSite, type StaticSite } from "./harness/static-site";

describe("the first page", () => {
  let site: SandboxSite;
  let open: OpenPage;

  before(async () => {
    site = await startSandboxSite();
  });
  beforeEach(async () => {
    open = await openPage({ url: site.url });
  });
  afterEach(() => open.close());
  after(() => site.close());

  const button = (name: string | RegExp) =>
    open.page.getByRole("button", { name, disabled: false });

  it("says first that no API key can redirect money, and asks the chain nothing", async () => {
    const { page, problems } = open;
    await page.getByText("No API key can redirect money.", { exact: true }).waitFor();
    await button("Play it").waitFor();
    expect(site.requests).to.deep.equal([]);
    const loaded = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
    );
    // The SDK alone is larger: it is loaded when the demonstration starts.
    expect(loaded).to.be.lessThan(400_000);
    expect(problems).to.deep.equal([]);
  });

  it("plays a silence of seven days that pays the freelancer", async () => {
    const { page, problems } = open;
    await button("Play it").click();
    await button("Deliver the work").click();
    await button("Approve the delivery").waitFor();
    await button(/^Jump 7 days: silence counts as approval/).click();
    await button("Collect after the silence").click();
    const first = page
      .getByRole("listitem")
      .filter({ has: page.getByRole("heading", { name: "Design" }) });
    await first.getByText("Paid", { exact: true }).waitFor();
    await page.getByText("Nobody objected. The payment went to Brook.").waitFor();
    expect(problems).to.deep.equal([]);
  });

  it("plays a dispute that the mediator decides", async () => {
    const { page, problems } = open;
    await button("Play it").click();
    await button("Deliver the work").click();
    await button("Dispute the delivery").click();
    await button("Ask for mediation").click();
    await button("Decide: 60% to Brook").click();
    await page.getByText("Carol decided: 60% to Brook, 40% back to Ada.").waitFor();
    await page.getByText("Divided", { exact: true }).waitFor();
    expect(problems).to.deep.equal([]);
  });
});

describe("the first page without a sandbox", () => {
  it("tells the same story without a demonstration", async () => {
    const site = await startStaticSite({
      directory: await buildPage(),
      page: (url) => ({ network: "devnet", rpcUrl: `${url}/rpc` }),
    });
    const { page, problems, close } = await openPage({ url: site.url });
    try {
      await page
        .getByRole("heading", { name: "An example: paid after 7 days without a dispute" })
        .waitFor();
      await page.getByRole("heading", { name: "Silence pays", exact: true }).waitFor();
      expect(await page.getByRole("button", { name: "Play it" }).count()).to.equal(0);
      expect(problems).to.deep.equal([]);
    } finally {
      await close();
      await site.close();
    }
  });
});

describe("the start of the first page", () => {
  let site: StaticSite;
  let open: OpenPage;
  let answer: (config: PageConfig) => void;
  let asked = 0;

  beforeEach(async () => {
    const config = new Promise<PageConfig>((resolve) => (answer = resolve));
    asked = 0;
    const hold = () => {
      asked += 1;
      return config;
    };
    site = await startStaticSite({
      directory: await buildPage(),
      page: () => ({ network: "localnet", rpcUrl: "http://127.0.0.1:1/" }),
      routes: { "/page.json": hold },
    });
    open = await openPage({ url: `${site.url}/icon.svg` });
    // Only what the document names: the lower part of the page does not arrive.
    await open.page.route("**/assets/home-details-*", () => undefined);
    await open.page.goto(site.url, { waitUntil: "commit" });
  });
  afterEach(async () => {
    await open.close();
    await site.close();
  });

  it("needs the files that the document names, and not its settings", async () => {
    const { page, problems } = open;
    await page.getByRole("heading", { level: 1, name: "Milepost" }).waitFor();
    await page.getByRole("link", { name: "Network settings" }).click();
    await page.getByText("Loading this screen").waitFor();
    expect(await page.getByText("test money").count()).to.equal(0);
    answer({ network: "devnet", rpcUrl: "http://127.0.0.1:1/" });
    await page.getByText("devnet: test money", { exact: true }).waitFor();
    await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
    expect(problems).to.deep.equal([]);
  });

  it("asks for the settings once, with the document", async () => {
    const { page } = open;
    answer({ network: "devnet", rpcUrl: "http://127.0.0.1:1/" });
    await page.getByText("devnet: test money", { exact: true }).waitFor();
    expect(asked).to.equal(1);
    const first = await page.evaluate(
      () =>
        (
          performance.getEntriesByName(
            `${location.origin}/page.json`,
          )[0] as PerformanceResourceTiming
        ).initiatorType,
    );
    expect(first).to.equal("link");
  });

  it("says what is wrong with the settings", async () => {
    answer({ network: "devnet" } as PageConfig);
    await open.page.getByText("page.json: rpcUrl: expected an http or https URL").waitFor();
  });
});
