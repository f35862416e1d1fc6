/** Wallets that fail, in Chromium: each has its own sentence and way on, and the chain stays as it was. */
import {
  createContext,
  createMemoBuffer,
  getPaymentPolicy,
  prepareMilestone,
  RELEASE_DUE_DATE,
  send,
} from "@milepost/sdk";
import type { Connection, PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import type { Locator, Page, Route } from "playwright-core";
import { type OpenPage, openPage } from "../../../tests/harness/open-page";
import type { PageConfig } from "../../src/config/page-config";
import { buildPage } from "./harness/build-page";
import { callChain, connectTestWallet, fundWallet, readTokens } from "./harness/funded-wallet";
import { type GatewaySandbox, startGatewaySandbox } from "./harness/gateway-sandbox";
import { type Platform, platformOf } from "./harness/platform";
import { scenesOf } from "./harness/scenes";
import { type SandboxSite, startSandboxSite } from "./harness/sandbox-site";
import { type Answering, createTestWallet } from "./harness/test-wallet";

/** Milliseconds after which a wallet that does not answer gets a notice. */
const SILENT_MS = 21_000;
/** Milliseconds after which the page builds a transaction again. */
const OLD_MS = 57_000;
/** Slots after which a finalized block is past a blockhash's life: 150 blocks, and those until a block is final. */
const EXPIRY_SLOTS = 200;
/** What the console repeats of a node that a test has fail, and what web3.js says of a busy one. */
const OF_THE_NODE = /^(Failed to load resource|Server responded with 429)/;

/** What both screens have in common: a dialog that asks the wallet, and a chain that must not change. */
interface Scene {
  page: Page;
  chain: Connection;
  /** Address of the node, as a pattern. */
  rpc: string;
  /** Opens the dialog that reviews the transaction. */
  begin(): Promise<void>;
  /** Returns what the transaction changes on the chain. */
  read(): Promise<string>;
  before: string;
  after: string;
}

const wallet = createTestWallet();
const dialogOf = (page: Page): Locator => page.locator("dialog.send-dialog");

async function ask({ page, begin }: Scene, answering: Answering): Promise<Locator> {
  await wallet.setAnswer(page, answering);
  await begin();
  const dialog = dialogOf(page);
  await dialog.getByRole("button", { name: "Sign in wallet" }).click();
  return dialog;
}

/** Tries again with a wallet that signs, which ends well. */
async function retry(scene: Scene, dialog: Locator): Promise<void> {
  await wallet.setAnswer(scene.page, "approve");
  await dialog.getByRole("button", { name: "Try again" }).click();
  await dialog.getByRole("button", { name: "Sign in wallet" }).click();
  await dialog.getByText("The transaction is on the chain.").waitFor();
  expect(await scene.read()).to.equal(scene.after);
}

/** Describes the failures on one screen. */
function failsAlike(open: () => Promise<Scene>): void {
  let scene: Scene;

  beforeEach(async () => {
    scene = await open();
    expect(await scene.read()).to.equal(scene.before);
  });
  const isUnchanged = async () => expect(await scene.read()).to.equal(scene.before);

  it("says that the person declined, and sends once they try again", async () => {
    const dialog = await ask(scene, "reject");
    await dialog.getByText("You declined the request in your wallet. Nothing was sent.").waitFor();
    await dialog.getByText("Try again when you are ready.").waitFor();
    await isUnchanged();
    await retry(scene, dialog);
  });

  it("says where to look for a wallet that never answers, and cancels", async () => {
    const dialog = await ask(scene, "silent");
    await dialog.getByText("Open Test Wallet and approve the transaction there.").waitFor();
    await scene.page.clock.fastForward(SILENT_MS);
    await dialog.getByText("Your wallet has not answered for 20 seconds.").waitFor();
    await dialog.getByText("Look for the window of Test Wallet behind this one").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "hidden" });
    await wallet.answerLate(scene.page);
    await scene.begin();
    await dialog.getByRole("button", { name: "Sign in wallet" }).waitFor();
    await isUnchanged();
  });

  it("refuses the signature of another account", async () => {
    const dialog = await ask(scene, "wrongKey");
    await dialog.getByText("Your wallet signed with a key that does not belong").waitFor();
    await dialog.getByText("Choose the connected account in your wallet").waitFor();
    await isUnchanged();
    await retry(scene, dialog);
  });

  it("refuses an answer after the person chose another account", async () => {
    const dialog = await ask(scene, "wrongAccount");
    await dialog.getByText("The account in your wallet is not the one").waitFor();
    await dialog.getByText("Choose the right account in your wallet, then try again.").waitFor();
    await isUnchanged();
  });

  it("hides a screen whose node is on another chain", async () => {
    await scene.page.route("**/page.json", async (route) => {
      const answer = await route.fetch();
      const page = (await answer.json()) as object;
      await route.fulfill({
        json: { ...page, genesisHash: "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d" },
      });
    });
    await scene.page.evaluate("sessionStorage.clear()");
    await scene.page.reload();
    const alert = scene.page.getByRole("alert");
    await alert.getByText("The RPC node is on another chain").waitFor();
    await alert.getByRole("link", { name: "Open the settings" }).waitFor();
    await isUnchanged();
  });

  it("offers no wallet that does not know the page's network", async () => {
    await scene.page.route("**/page.json", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({
        json: { ...((await answer.json()) as object), network: "mainnet-beta" },
      });
    });
    await scene.page.evaluate("localStorage.clear()");
    await scene.page.reload();
    await scene.page.getByRole("banner").getByRole("button", { name: "Connect wallet" }).click();
    const offer = scene.page.getByRole("dialog").getByRole("button", { name: /^Test Wallet/ });
    await offer.getByText("does not know this network").waitFor();
    expect(await offer.isDisabled()).to.equal(true);
    await isUnchanged();
  });

  it("says that the wallet was switched to another network", async () => {
    await scene.page.route("**/page.json", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ json: { ...((await answer.json()) as object), network: "devnet" } });
    });
    await scene.page.reload();
    await scene.page
      .getByRole("banner")
      .getByRole("button", { name: /^Wallet: Test Wallet/ })
      .waitFor();
    await wallet.setChains(scene.page, ["solana:mainnet"]);
    const dialog = await ask(scene, "approve");
    await dialog.getByText("Your wallet does not support the network of this page.").waitFor();
    await dialog.getByText("Switch your wallet to this network, or connect another").waitFor();
    await isUnchanged();
  });
}

/** Describes what follows from an answer that comes after the transaction's expiry. */
function rebuildsExpired(open: () => Promise<Scene>): void {
  it("builds a transaction again that expired while the wallet was silent, and sends one", async () => {
    const scene = await open();
    const dialog = await ask(scene, "silent");
    await dialog.getByText("Open Test Wallet and approve the transaction there.").waitFor();
    await scene.page.clock.fastForward(OLD_MS);
    await callChain(scene.chain, "localnet_warp", [{ slots: EXPIRY_SLOTS }]);
    await wallet.setAnswer(scene.page, "approve");
    await wallet.answerLate(scene.page);
    await dialog.getByText("The transaction is on the chain.").waitFor();
    expect(await wallet.countAsked(scene.page)).to.equal(2);
    expect(await scene.read()).to.equal(scene.after);
  });
}

/** Describes what follows from bytes that are signed in time and that the node drops until they have expired. */
function rebuildsDropped(open: () => Promise<Scene>): void {
  it("builds a signed transaction again that expired before it landed, and pays once", async () => {
    const scene = await open();
    const drop = async (route: Route) => {
      const { id, method } = (route.request().postDataJSON() ?? {}) as Record<string, unknown>;
      if (method !== "sendTransaction") return route.fallback();
      return route.fulfill({ json: { jsonrpc: "2.0", id, result: "1".repeat(64) } });
    };
    await scene.page.route(scene.rpc, drop);
    const dialog = await ask(scene, "approve");
    await scene.page.locator("dialog[data-step=sending]").waitFor();
    expect(await scene.read()).to.equal(scene.before);
    await callChain(scene.chain, "localnet_warp", [{ slots: EXPIRY_SLOTS }]);
    await scene.page.unroute(scene.rpc, drop);
    await dialog.getByText("The transaction is on the chain.").waitFor();
    expect(await wallet.countAsked(scene.page)).to.equal(2);
    expect(await scene.read()).to.equal(scene.after);
  });
}

/** Answers of a node that is down, fails, or has had too many requests, and the title of what the page says. */
const NODES: readonly [answer: (route: Route) => Promise<void>, title: string][] = [
  [(route) => route.abort("connectionrefused"), "No connection to the network"],
  [(route) => route.fulfill({ status: 500 }), "The network's node refused to answer"],
  [(route) => route.fulfill({ status: 429 }), "The network's node refused to answer"],
];

/** Describes what follows from a node that fails at the click. */
function survivesNode(open: () => Promise<Scene>): void {
  it("says one sentence when the node is down, fails or is busy at the click, and then pays once", async () => {
    const scene = await open();
    const { page } = scene;
    const failed = page.locator("dialog[data-step=failed]");
    for (const [answer, title] of NODES) {
      await page.route(scene.rpc, answer);
      await scene.begin();
      // web3.js asks a busy node again, later each time.
      while (!(await failed.isVisible())) await page.clock.fastForward(1_000);
      expect(await failed.getByRole("alert").innerText()).to.contain(title);
      await failed.getByRole("button", { name: "Close" }).click();
      await page.unroute(scene.rpc, answer);
    }
    expect(await scene.read()).to.equal(scene.before);
    const dialog = await ask(scene, "approve");
    await dialog.getByText("The transaction is on the chain.").waitFor();
    expect(await scene.read()).to.equal(scene.after);
  });
}

describe("a failing wallet on the policy screen", () => {
  let site: SandboxSite;
  let open: OpenPage;

  before(async () => {
    site = await startSandboxSite();
    await fundWallet(site.localnet.connection, wallet.key.publicKey);
  });
  afterEach(async () => {
    const { problems } = open;
    await open.close();
    expect(problems.filter((text) => !OF_THE_NODE.test(text))).to.deep.equal([]);
  });
  after(() => site?.close());

  async function createPolicy(): Promise<PublicKey> {
    const context = createContext(site.localnet.connection, wallet.key);
    const { instructions, policy } = await prepareMilestone(context, {
      mint: site.localnet.mint,
      gateway: site.localnet.gateway,
      recipient: site.keys.payee.publicKey,
      amounts: [50_000_000n],
      timestamps: [1_700_000_000],
      releaseCondition: RELEASE_DUE_DATE,
      memo: createMemoBuffer("Logo"),
    });
    await send(context, instructions);
    return policy;
  }

  const openScene = async (): Promise<Scene> => {
    const policy = await createPolicy();
    open = await openPage({ url: `${site.url}/settings` });
    const { page } = open;
    await wallet.install(page.context());
    await page.clock.install();
    await page.goto(`${site.url}/p/${policy.toBase58()}`);
    await connectTestWallet(page, wallet);
    const { connection } = site.localnet;
    const context = createContext(connection, wallet.key);
    return {
      page,
      rpc: `${site.url}/rpc`,
      chain: connection,
      begin: () => page.getByRole("button", { name: /^Release the payment/ }).click(),
      read: async () => (await getPaymentPolicy(context, policy)).totalPaid.toString(),
      before: "0",
      after: "50000000",
    };
  };
  failsAlike(openScene);
  rebuildsExpired(openScene);
  survivesNode(openScene);
});

describe("a failing wallet on checkout", () => {
  let sandbox: GatewaySandbox;
  let platform: Platform;

  before(async function () {
    this.timeout(300_000);
    sandbox = await startGatewaySandbox(await buildPage());
    platform = platformOf(sandbox);
    await fundWallet(sandbox.chain, wallet.key.publicKey);
    // A wallet's first payment also opens its account of payments, and the page asks for a second look at that.
    const config = (await (await fetch(`${sandbox.url}/page.json`)).json()) as PageConfig;
    await scenesOf(sandbox, config, wallet).createPolicy();
  });
  afterEach(() => {
    expect(sandbox.problems.splice(0)).to.deep.equal([]);
  });
  after(() => sandbox?.close());

  const openScene = async (): Promise<Scene> => {
    const intent = await platform.createIntent(["5.00"]);
    const page = await sandbox.open("/settings");
    await wallet.install(page.context());
    await page.clock.install();
    await page.goto(`${sandbox.url}${intent.link}`);
    await connectTestWallet(page, wallet);
    await page.getByRole("checkbox", { name: /I agree to this text/ }).check();
    await page.getByRole("button", { name: "Sign the consent" }).click();
    const pay = page.getByRole("button", { name: "Pay 5.00 USDC" });
    await pay.waitFor();
    const held = await readTokens(sandbox.chain, wallet.key.publicKey);
    return {
      page,
      rpc: `${new URL(sandbox.chain.rpcEndpoint).origin}/**`,
      chain: sandbox.chain,
      begin: () => pay.click(),
      read: async () => (held - (await readTokens(sandbox.chain, wallet.key.publicKey))).toString(),
      before: "0",
      after: "5000000",
    };
  };
  failsAlike(openScene);
  rebuildsExpired(openScene);
  rebuildsDropped(openScene);
  survivesNode(openScene);
});
