/** axe-core and the width of a phone on every screen, light and dark. */
import { source } from "axe-core";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { buildPage } from "./harness/build-page";
import { type GatewaySandbox, startGatewaySandbox, waitForCard } from "./harness/gateway-sandbox";
import { prepareScreens, type Screens, show } from "./harness/screens";

const NAMES = [
  ...["home", "create", "my-milestones", "checkout", "policy", "project", "project-freelancer"],
  ...["mediator", "operator", "settings", "not-found"],
];
const WIDTHS = [1280, 360];
/** Width that a window of 1280 px has at 200% zoom. */
const ZOOMED = 640;
const SCHEMES = ["light", "dark"] as const;

/** Returns axe's violations, each with its rule, the element and what to repair. */
function violations(page: Page): Promise<string[]> {
  return page.evaluate(`(async () => {
    const { violations } = await axe.run(document, { rules: { "target-size": { enabled: true } } });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => id + " " + target.join(" ") + ": " + failureSummary));
  })()`);
}

/** Returns by how many pixels the page is wider than its window. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe("accessibility of every screen", () => {
  let sandbox: GatewaySandbox;
  let prepared: Screens;

  before(async function () {
    this.timeout(600_000);
    sandbox = await startGatewaySandbox(await buildPage());
    prepared = await prepareScreens(sandbox);
  });
  after(() => sandbox?.close());

  it("has a test for each screen", () => {
    expect(prepared.screens.map(({ name }) => name)).to.deep.equal(NAMES);
  });

  for (const name of NAMES) {
    it(`finds nothing to repair on ${name}, light and dark, wide and narrow`, async () => {
      const page = await show(
        sandbox,
        prepared.screens.find((screen) => screen.name === name)!,
      );
      await page.evaluate(source);
      const found: string[] = [];
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 });
        for (const colorScheme of SCHEMES) {
          await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          const all = await violations(page);
          found.push(...all.map((text) => `${width} px, ${colorScheme}: ${text}`));
        }
        if ((await overflow(page)) > 0) found.push(`${width} px: the page scrolls sideways`);
      }
      await page.setViewportSize({ width: ZOOMED, height: 400 });
      if ((await overflow(page)) > 0) found.push("200% zoom: the page scrolls sideways");
      expect(found).to.deep.equal([]);
    });
  }

  /** Opens a path in a person's page. */
  async function go(page: Page, pathname: string): Promise<Page> {
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.goto(`${sandbox.url}${pathname}`);
    return page;
  }
  const pathOf = (name: string) => prepared.screens.find((screen) => screen.name === name)!.path;
  const project = async () => {
    const page = await go(prepared.people.Client, `/p/${prepared.reviewed}`);
    await waitForCard(page, "look");
    return page;
  };
  const cut = (page: Page, pattern: string) => page.route(pattern, (route) => route.abort());

  /** States of which each has a test: dialogs, nothing to show, and failures. */
  const STATES: Readonly<Record<string, () => Promise<Page>>> = {
    "the dialog that connects a wallet": async () => {
      const page = await sandbox.open("/create");
      await page.getByRole("banner").getByRole("button", { name: "Connect wallet" }).click();
      await page.getByRole("dialog", { name: "Connect a wallet" }).waitFor();
      return page;
    },
    "the dialog that reviews a transaction": async () => {
      const page = await project();
      await page.getByRole("button", { name: "Approve and pay 300.00 USDC" }).click();
      await page.locator("dialog[data-step=review]").waitFor();
      return page;
    },
    "the dialog that says the gateway is down": async () => {
      const page = await project();
      await cut(page, `${sandbox.url}/v1/**`);
      await page.getByRole("button", { name: "Approve and pay 300.00 USDC" }).click();
      await page.locator("dialog[data-step=failed]").waitFor();
      return page;
    },
    "a project while the gateway is down": async () => {
      const page = await project();
      await cut(page, `${sandbox.url}/**`);
      await page.getByText("The gateway is not reachable. Nothing was lost.").nth(1).waitFor();
      return page;
    },
    "a form in a dialog": async () => {
      const page = await go(prepared.people.Client, pathOf("policy"));
      await page.getByText(/^Other actions/).click();
      await page.getByRole("button", { name: "Dispute the delivery" }).click();
      await page.getByRole("dialog").getByLabel("What is wrong").waitFor();
      return page;
    },
    "an agreement whose node is down": async () => {
      const page = prepared.people.Client;
      await cut(page, `${new URL(sandbox.chain.rpcEndpoint).origin}/**`);
      await page.goto(`${sandbox.url}${pathOf("policy")}`);
      await page.getByRole("button", { name: "Read it again" }).waitFor();
      return page;
    },
    "an address without an agreement": async () => {
      const page = await go(prepared.people.Client, "/p/abc");
      await page.getByRole("heading", { name: "This is not an address" }).first().waitFor();
      return page;
    },
    "a project that does not exist": async () => {
      const page = await go(prepared.people.Client, "/p/project_nothing");
      await page.getByRole("heading", { name: /no such project/ }).waitFor();
      return page;
    },
    "a payment's link that is incomplete": async () => {
      const page = await go(prepared.people.Client, "/pay/intent_nothing");
      await page.getByText("This link is incomplete").waitFor();
      return page;
    },
    "a payment that does not exist": async () => {
      const page = await go(prepared.people.Client, "/pay/intent_nothing#secret");
      await page.getByText("This link does not open a payment").waitFor();
      return page;
    },
    "a wallet without payments": async () => {
      const page = await go(prepared.people.Operator, "/milestones");
      await page.getByRole("heading", { name: "Nothing here yet" }).waitFor();
      return page;
    },
    "a mediator's desk without disputes": async () => {
      const page = await go(prepared.people.Freelancer, "/mediator");
      await page.getByText("No dispute names your wallet now.").waitFor();
      return page;
    },
    "a project before signing in": async () => {
      const page = await sandbox.open(`/p/${prepared.reviewed}`, "Client");
      await page.getByRole("button", { name: "Sign in with your wallet" }).waitFor();
      return page;
    },
  };

  for (const [name, open] of Object.entries(STATES)) {
    it(`finds nothing to repair on ${name}, light and dark`, async () => {
      const page = await open();
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.evaluate(source);
      const found: string[] = [];
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const all = await violations(page);
        found.push(...all.map((text) => `${colorScheme}: ${text}`));
      }
      await page.setViewportSize({ width: 360, height: 800 });
      if ((await overflow(page)) > 0) found.push("360 px: the page scrolls sideways");
      expect(found).to.deep.equal([]);
    });
  }
});
