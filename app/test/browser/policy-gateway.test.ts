/** First page and policy screen in Chromium on the gateway's sandbox. */
import { expect } from "chai";
import { type OpenPage, openPage } from "../../../tests/harness/open-page";
import { buildPage } from "./harness/build-page";
import { type GatewaySandbox, sign, startGatewaySandbox } from "./harness/gateway-sandbox";

describe("the page of a gateway's sandbox", () => {
  let sandbox: GatewaySandbox;

  before(async function () {
    this.timeout(300_000);
    sandbox = await startGatewaySandbox(await buildPage());
  });
  afterEach(() => {
    expect(sandbox.problems.splice(0)).to.deep.equal([]);
  });
  after(() => sandbox?.close());

  describe("the first page", () => {
    let open: OpenPage;
    const button = (name: string | RegExp) => open.page.getByRole("button", { name });

    beforeEach(async () => {
      open = await openPage({ url: sandbox.url });
      await button("Play it").click();
    });
    afterEach(async () => {
      const { problems } = open;
      await open.close();
      expect(problems).to.deep.equal([]);
    });

    it("plays a silence of seven days on the sandbox's own clock", async () => {
      await button("Deliver the work").click();
      await button(/^Jump 7 days: silence counts as approval/).click();
      await open.page.getByText(/^Nobody objected|^7 days passed/).waitFor();
      const collect = button("Collect after the silence");
      const isPaid = open.page.getByText("Paid", { exact: true });
      // A keeper of the sandbox may be faster.
      await collect.or(isPaid).first().waitFor();
      if (await collect.isVisible()) await collect.click();
      await isPaid.waitFor();
    });

    it("opens a renovation project", async () => {
      await button("Try a renovation project").click();
      await open.page.waitForURL(/\/p\/project_/);
    });
  });

  it("links an agreement to the project of the wallet that signed in", async () => {
    const id = await sandbox.createProject();
    const page = await sandbox.openAs("Client", `/p/${id}`);
    await sign(page, "Pay 307.50 USDC into escrow");
    const read = () => sandbox.get<{ policies: { policy: string }[] }>(`/v1/projects/${id}`);
    const { policies } = await read();
    await page.goto(`${sandbox.url}/p/${policies[0]!.policy}`);
    await page.getByRole("link", { name: "Open the project" }).click();
    await page.waitForURL(`${sandbox.url}/p/${id}`);
  });
});
