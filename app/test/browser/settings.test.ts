import { expect } from "chai";
import { type OpenPage, openPage } from "../../../tests/harness/open-page";
import { buildPage } from "./harness/build-page";
import { startStaticSite, type StaticSite } from "./harness/static-site";

const GENESIS = "GenesisOfThisPage";

describe("the settings", () => {
  let site: StaticSite;
  let open: OpenPage;

  before(async () => {
    const answer = (result: string) => (body: unknown) => ({ jsonrpc: "2.0", id: body, result });
    site = await startStaticSite({
      directory: await buildPage(),
      page: (url) => ({ network: "localnet", rpcUrl: `${url}/rpc`, genesisHash: GENESIS }),
      routes: { "/rpc": answer(GENESIS), "/same": answer(GENESIS), "/other": answer("Another") },
    });
  });
  beforeEach(async () => {
    open = await openPage({ url: `${site.url}/settings` });
  });
  afterEach(() => open.close());
  after(() => site.close());

  const kept = () => open.page.evaluate(() => localStorage.getItem("milepost:rpc-url"));
  const choose = async (url: string) => {
    await open.page.getByLabel("URL of the node").fill(url);
    await open.page.getByRole("button", { name: "Check and use this node" }).click();
  };

  it("use another node of the same chain after a check, and return with one click", async () => {
    const { page, problems } = open;
    await choose(`${site.url}/same`);
    await page.getByText("You use your own node").waitFor();
    expect(await kept()).to.equal(`${site.url}/same`);
    await page.getByRole("button", { name: "Use the page's node again" }).click();
    await page.getByText("of this page", { exact: true }).waitFor();
    expect(await kept()).to.equal(null);
    expect(problems).to.deep.equal([]);
  });

  it("refuse a node of another chain and keep the old one", async () => {
    await choose(`${site.url}/other`);
    const alert = open.page.getByRole("alert");
    await alert.getByText("This node is on another chain").waitFor();
    expect(await alert.textContent())
      .to.include("Another")
      .and.to.include(GENESIS);
    expect(await kept()).to.equal(null);
  });

  it("refuse plain http to another computer without asking it", async () => {
    await choose("http://rpc.example.com");
    const field = open.page.getByLabel("URL of the node");
    expect(await field.getAttribute("aria-invalid")).to.equal("true");
    await open.page.getByText("Plain http is allowed on this computer only.").waitFor();
    expect(await kept()).to.equal(null);
  });
});
