/** Faults in Chromium: a node that is down, two tabs, and a reload in the middle of each step. */
import { changePaymentPolicyStatus, createContext, getPaymentPolicy, send } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import type { Locator, Page, Route } from "playwright-core";
import type { PageConfig } from "../../src/config/page-config";
import { buildPage } from "./harness/build-page";
import { fundWallet, readTokens } from "./harness/funded-wallet";
import {
  confirm,
  type GatewaySandbox,
  sign,
  startGatewaySandbox,
  waitForCard,
} from "./harness/gateway-sandbox";
import { platformOf } from "./harness/platform";
import { finish, isTaken, isUnchanged, type Scenes, scenesOf } from "./harness/scenes";
import { createTestWallet } from "./harness/test-wallet";

/** Milliseconds after which a page that hears nothing reads the chain again. */
const POLL_MS = 21_000;

const dialogOf = (page: Page): Locator => page.locator("dialog.send-dialog");
const isDown = (route: Route) => route.abort("connectionrefused");

describe("faults", () => {
  const wallet = createTestWallet();
  let sandbox: GatewaySandbox;
  let scenes: Scenes;
  let rpc: string;
  let config: PageConfig;

  before(async function () {
    this.timeout(300_000);
    sandbox = await startGatewaySandbox(await buildPage());
    rpc = `${new URL(sandbox.chain.rpcEndpoint).origin}/**`;
    config = (await (await fetch(`${sandbox.url}/page.json`)).json()) as PageConfig;
    await fundWallet(sandbox.chain, wallet.key.publicKey);
    scenes = scenesOf(sandbox, config, wallet);
  });
  afterEach(() => {
    expect(sandbox.problems.splice(0)).to.deep.equal([]);
  });
  after(() => sandbox?.close());

  const context = () => createContext(sandbox.chain, wallet.key);

  async function pause(policy: PublicKey): Promise<void> {
    const { policyId } = await getPaymentPolicy(context(), policy);
    const tokenMint = new PublicKey(config.mints![0]!.mint);
    const status = { paused: {} };
    await send(
      context(),
      await changePaymentPolicyStatus(context(), { tokenMint, policyId, status }),
    );
  }

  for (const name of ["policy", "checkout", "project"] as const) {
    it(`loses nothing when the page reloads during the review: ${name}`, async () => {
      const scene = await scenes[name]();
      await scene.begin(scene.page);
      await scene.page.locator("dialog[data-step=review]").waitFor();
      await scene.page.reload();
      await isUnchanged(scene);
      await finish(scene);
    });

    it(`sends nothing when the page reloads while the wallet is asked: ${name}`, async () => {
      const scene = await scenes[name]();
      const { page, signing } = scene;
      if (signing) await page.route(signing, () => {}, { times: 1 });
      else await wallet.setAnswer(page, "silent");
      await scene.begin(page);
      await confirm(page);
      await page.locator("dialog[data-step=signing]").waitFor();
      await page.reload();
      await isUnchanged(scene);
      await finish(scene);
    });

    it(`sends once when the page reloads while it sends: ${name}`, async () => {
      const scene = await scenes[name]();
      const { page } = scene;
      let arrive: () => void = () => {};
      const arrived = new Promise<void>((done) => (arrive = done));
      const swallow = async (route: Route) => {
        if (!scene.isSending(route)) return route.fallback();
        await route.fetch();
        arrive();
      };
      await page.route("**/*", swallow);
      await scene.begin(page);
      await confirm(page);
      await arrived;
      await page.unroute("**/*", swallow);
      await page.reload();
      await scene.isDone(page);
      await isTaken(scene);
      expect(await dialogOf(page).count()).to.equal(0);
      await page.reload();
      await scene.isDone(page);
      await isTaken(scene);
    });
  }

  it("sends once when two tabs pay the same checkout", async () => {
    const scene = await scenes.checkout();
    const { page } = scene;
    const other = await page.context().newPage();
    await other.goto(page.url());
    const tabs = [page, other];
    for (const tab of tabs) {
      await scene.begin(tab);
      await tab.locator("dialog[data-step=review]").waitFor();
    }
    await confirm(page);
    await page.locator("dialog[data-step=confirmed]").waitFor();
    await confirm(other);
    await other.locator("dialog[data-step=confirmed], dialog[data-step=failed]").waitFor();
    await isTaken(scene);
    for (const tab of tabs) {
      await tab.keyboard.press("Escape");
      await dialogOf(tab).waitFor({ state: "hidden" });
      await scene.isDone(tab);
    }
    await isTaken(scene);
  });

  /** Has the page's requests to the gateway fail, and returns what ends it. */
  async function cutGateway(page: Page): Promise<() => Promise<void>> {
    const own = `${sandbox.url}/**`;
    await page.route(own, isDown);
    return () => page.unroute(own, isDown);
  }

  /** Checks that the dialog says one sentence with a way on, and that nothing was sent. */
  async function saysDown(
    page: Page,
    sentence = "The gateway is not reachable. Nothing was lost.",
  ): Promise<void> {
    const failed = page.locator("dialog[data-step=failed]");
    await failed.waitFor();
    const alerts = failed.getByRole("alert");
    expect(await alerts.count()).to.equal(1);
    expect(await alerts.innerText()).to.contain(sentence);
    expect(await failed.getByText(/^Transaction /).count()).to.equal(0);
    await failed.getByRole("button", { name: "Try again" }).waitFor();
  }

  it("says one sentence when the gateway is down at the click, then disputes and approves once", async () => {
    const id = await sandbox.createProject();
    const home = await sandbox.openAs("Client", `/p/${id}`);
    const contractor = await sandbox.openAs("Freelancer", `/p/${id}`);
    await sign(home, "Pay 307.50 USDC into escrow");
    await contractor.getByRole("button", { name: "Read and accept the terms" }).click();
    await sign(contractor, "Accept the terms");
    await contractor.getByRole("button", { name: "Deliver with evidence" }).click();
    await contractor.getByLabel("What you did").fill("Done.");
    await sign(contractor, "Deliver");
    await waitForCard(home, "look");
    let restore = await cutGateway(home);
    await home.getByRole("button", { name: "Dispute the delivery" }).click();
    await home.getByText("The page's server does not answer. Nothing was lost").waitFor();
    await restore();
    const details = home.getByLabel("Details");
    await details.fill("The floor is not clean.");
    const state = async () => (await sandbox.readMilestone(id, 0))!;

    restore = await cutGateway(home);
    await home.getByRole("button", { name: "Send the dispute" }).click();
    await saysDown(home);
    await home.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    expect(await details.inputValue()).to.equal("The floor is not clean.");
    expect((await state()).state).to.equal("submitted");
    await restore();
    await sign(home, "Send the dispute");
    await waitForCard(home, "wait_answer");
    await sign(home, "Withdraw the dispute");
    await waitForCard(home, "look");

    restore = await cutGateway(home);
    await home.getByRole("button", { name: "Approve and pay 300.00 USDC" }).click();
    await saysDown(home);
    await restore();
    const busy = { status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" };
    await home.route("**/approve", (route) => route.fulfill(busy), { times: 1 });
    const dialog = home.getByRole("dialog");
    await dialog.getByRole("button", { name: "Try again" }).click();
    await dialog.getByText("The gateway failed. Nothing was lost.").waitFor();
    expect((await state()).paid).to.equal("0.00");
    await dialog.getByRole("button", { name: "Try again" }).click();
    await confirm(home);
    await home.locator("dialog[data-step=confirmed]").waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await waitForCard(home, "fund");
    expect(await state()).to.include({ state: "released", funded: "307.50", paid: "307.50" });
  });

  it("looks again, and signs no second time, while the gateway still works on the signed step", async () => {
    const scene = await scenes.project();
    const { page } = scene;
    let asked = 0;
    page.on("request", (request) => {
      if (request.url().endsWith("/sign-transactions")) asked += 1;
    });
    const running = { code: "idempotency_in_progress", message: "It is running.", type: "x" };
    const answers = [
      (route: Route) => route.fetch().then(() => route.abort()),
      (route: Route) => route.fulfill({ status: 409, json: { error: running } }),
    ];
    await page.route("**/signed-transactions", (route) => answers.shift()!(route), { times: 2 });
    await scene.begin(page);
    await confirm(page);
    const look = page.getByRole("dialog").getByRole("button", { name: "Look again" });
    await look.click();
    await page.locator("dialog[data-step=failed]").waitFor();
    expect(answers).to.have.length(0);
    await look.click();
    await page.locator("dialog[data-step=confirmed]").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await scene.isDone(page);
    await isTaken(scene);
    expect(asked).to.equal(1);
  });

  it("pays a checkout once when the gateway is down at each click and after the signature", async () => {
    const intent = await platformOf(sandbox).createIntent(["5.00"]);
    const page = await scenes.openWith(intent.link);
    const had = await readTokens(sandbox.chain, wallet.key.publicKey);
    const paid = async () => had - (await readTokens(sandbox.chain, wallet.key.publicKey));
    const agree = page.getByRole("checkbox", { name: /I agree to this text/ });
    await agree.check();
    let restore = await cutGateway(page);
    await page.getByRole("button", { name: "Sign the consent" }).click();
    await page.getByText("The gateway is not reachable. Nothing was lost.").first().waitFor();
    await restore();
    expect(await agree.isChecked()).to.equal(true);
    await page.getByRole("button", { name: "Sign the consent" }).click();
    const pay = page.getByRole("button", { name: "Pay 5.00 USDC" });
    await pay.waitFor();
    restore = await cutGateway(page);
    await pay.click();
    // What signs is loaded at the first click, from the same host.
    await saysDown(page, "A part of this page could not be loaded");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    expect(await paid()).to.equal(0n);
    await restore();
    await pay.click();
    await page.locator("dialog[data-step=review]").waitFor();
    restore = await cutGateway(page);
    await confirm(page);
    await page.locator("dialog[data-step=confirmed]").waitFor();
    await restore();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await page.getByText("You paid").waitFor();
    expect(await paid()).to.equal(5_000_000n);
    expect((await platformOf(sandbox).waitUntilPaid(intent.id)).parts).to.have.length(1);
  });

  it("marks an agreement as old while the node is down, and recovers without a reload", async () => {
    const policy = await scenes.createPolicy();
    const page = await sandbox.open("/settings");
    await page.clock.install();
    await page.goto(`${sandbox.url}/p/${policy.toBase58()}`);
    await page.getByRole("heading", { name: "Logo", level: 1 }).waitFor();
    await page.route(rpc, isDown);
    await page.clock.fastForward(POLL_MS);
    await page.getByText("This may be out of date").waitFor();
    await page.getByRole("button", { name: "Read it again" }).waitFor();
    expect(await page.getByRole("heading", { name: "Logo", level: 1 }).isVisible()).to.equal(true);
    await pause(policy);
    await page.unroute(rpc, isDown);
    await page.getByText("The payer paused the agreement.").waitFor({ timeout: 60_000 });
    await page.getByText("This may be out of date").waitFor({ state: "hidden" });
  });

  it("shows an agreement that could not be read at first, once the node is back", async () => {
    const policy = await scenes.createPolicy();
    const page = await sandbox.open("/settings");
    await page.route(rpc, isDown);
    await page.goto(`${sandbox.url}/p/${policy.toBase58()}`);
    await page.getByRole("button", { name: "Read it again" }).waitFor();
    await page.unroute(rpc, isDown);
    await page.getByRole("heading", { name: "Logo", level: 1 }).waitFor();
  });
});
