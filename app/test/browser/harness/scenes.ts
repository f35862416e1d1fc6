/** Steps of three screens, each with what it changes on the chain: an agreement's pause, a checkout, and a project's funding. */
import {
  createContext,
  createMemoBuffer,
  prepareMilestone,
  RELEASE_DUE_DATE,
  send,
} from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import type { Page, Route } from "playwright-core";
import type { PageConfig } from "../../../src/config/page-config";
import { connectTestWallet, readTokens } from "./funded-wallet";
import { confirm, type GatewaySandbox, waitForCard } from "./gateway-sandbox";
import { platformOf } from "./platform";
import type { TestWallet } from "./test-wallet";

/** A time that no test reaches. */
const FAR = 4_000_000_000;

/** A step of one screen, and what it changes on the chain. */
export interface Scene {
  page: Page;
  /** Opens the dialog that reviews the transaction. */
  begin(page: Page): Promise<void>;
  /** Returns what the step changes. */
  read(): Promise<string>;
  before: string;
  after: string;
  /** Waits until the screen shows that the step was taken. */
  isDone(page: Page): Promise<void>;
  /** Request by which the signed transaction leaves the page. */
  isSending(route: Route): boolean;
  /** Request by which the wallet signs; null for the test's own wallet, which is silent on demand. */
  signing: string | null;
}

/** Scenes of a sandbox, each on a new payment. */
export interface Scenes {
  policy(): Promise<Scene>;
  checkout(): Promise<Scene>;
  project(): Promise<Scene>;
  /** Opens a path with the test's wallet. */
  openWith(path: string): Promise<Page>;
  /** Creates an agreement of the test's wallet that the keeper leaves alone. */
  createPolicy(): Promise<PublicKey>;
}

const isRpcSend = (route: Route) =>
  (route.request().postData() ?? "").includes('"sendTransaction"');

/** Returns the scenes of a sandbox whose test wallet has funds. */
export function scenesOf(sandbox: GatewaySandbox, config: PageConfig, wallet: TestWallet): Scenes {
  const context = () => createContext(sandbox.chain, wallet.key);
  const openWith = async (path: string): Promise<Page> => {
    const page = await sandbox.open("/settings");
    await wallet.install(page.context());
    await page.goto(`${sandbox.url}${path}`);
    await connectTestWallet(page, wallet);
    return page;
  };
  const createPolicy = async (): Promise<PublicKey> => {
    const payee = config.sandbox!.wallets.find(({ role }) => role === "payee")!;
    const prepared = await prepareMilestone(context(), {
      mint: new PublicKey(config.mints![0]!.mint),
      gateway: new PublicKey(config.gateway!),
      recipient: new PublicKey(payee.address),
      amounts: [50_000_000n],
      timestamps: [FAR],
      releaseCondition: RELEASE_DUE_DATE,
      memo: createMemoBuffer("Logo"),
    });
    await send(context(), prepared.instructions);
    return prepared.policy;
  };
  return {
    openWith,
    createPolicy,
    async policy() {
      const policy = await createPolicy();
      return policyScene(sandbox, policy, await openWith(`/p/${policy.toBase58()}`));
    },
    async checkout() {
      const { link } = await platformOf(sandbox).createIntent(["5.00"]);
      return checkoutScene(sandbox, wallet, await openWith(link));
    },
    project: () => projectScene(sandbox),
  };
}

function policyScene({ chain }: GatewaySandbox, policy: PublicKey, page: Page): Scene {
  return {
    page,
    async begin(tab) {
      const others = tab.locator("details.policy-others");
      await others.waitFor();
      if ((await others.getAttribute("open")) === null) await others.locator("summary").click();
      await tab.getByRole("button", { name: "Pause the payments" }).click();
      await tab.getByRole("button", { name: "Review the transaction" }).click();
    },
    // The transactions that name the agreement: its creation, and the pause.
    read: async () => {
      const all = await chain.getSignaturesForAddress(policy, {}, "confirmed");
      return String(all.filter(({ err }) => err === null).length);
    },
    before: "1",
    after: "2",
    isDone: (tab) => tab.getByText("The payer paused the agreement.").waitFor(),
    isSending: isRpcSend,
    signing: null,
  };
}

async function checkoutScene(
  { chain }: GatewaySandbox,
  { key }: TestWallet,
  page: Page,
): Promise<Scene> {
  await page.getByRole("checkbox", { name: /I agree to this text/ }).check();
  await page.getByRole("button", { name: "Sign the consent" }).click();
  await page.getByRole("button", { name: "Pay 5.00 USDC" }).waitFor();
  const had = await readTokens(chain, key.publicKey);
  return {
    page,
    begin: (tab) => tab.getByRole("button", { name: "Pay 5.00 USDC" }).click(),
    read: async () => String(had - (await readTokens(chain, key.publicKey))),
    before: "0",
    after: "5000000",
    isDone: (tab) => tab.getByText("You paid").waitFor(),
    isSending: isRpcSend,
    signing: null,
  };
}

async function projectScene(sandbox: GatewaySandbox): Promise<Scene> {
  const id = await sandbox.createProject();
  const page = await sandbox.openAs("Client", `/p/${id}`);
  return {
    page,
    async begin(tab) {
      const resume = tab.getByRole("button", { name: "Continue", exact: true });
      const first = tab.getByRole("button", { name: "Pay 307.50 USDC into escrow" });
      await first.waitFor();
      await ((await resume.count()) > 0 ? resume : first).click();
    },
    read: async () => (await sandbox.readMilestone(id, 0))?.funded ?? "none",
    before: "none",
    after: "307.50",
    isDone: (tab) => waitForCard(tab, "wait_terms"),
    isSending: (route) => route.request().url().endsWith("/signed-transactions"),
    signing: "**/sandbox/wallets/payer/sign-transactions",
  };
}

/** Checks that the step changed nothing on the chain. */
export const isUnchanged = async (scene: Scene) =>
  expect(await scene.read()).to.equal(scene.before);

/** Checks that the step was taken once. */
export const isTaken = async (scene: Scene) => expect(await scene.read()).to.equal(scene.after);

/** Takes the step from its click to its end. */
export async function finish(scene: Scene, page = scene.page): Promise<void> {
  await scene.begin(page);
  await confirm(page);
  await page.locator("dialog[data-step=confirmed]").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await scene.isDone(page);
  await isTaken(scene);
}
