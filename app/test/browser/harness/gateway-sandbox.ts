/** The gateway's sandbox as a process of its own, with the built page, and one browser context per wallet. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createContext, getEscrow, milestoneStateName } from "@milepost/sdk";
import { Connection, PublicKey } from "@solana/web3.js";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { startSandboxProcess } from "../../../../gateway/test/harness/sandbox-process";
import { chromiumPath } from "../../../../tests/harness/open-page";

/** Names under which the page offers the sandbox's wallets. */
export type WalletName = "Client" | "Freelancer" | "Mediator" | "Operator";

/** A milestone as its escrow on chain has it. Money in whole units with two decimals. */
export interface ChainMilestone {
  state: string;
  funded: string;
  paid: string;
  refunded: string;
}

/** A running sandbox with a browser. */
export interface GatewaySandbox {
  url: string;
  /** Directory of its keys and state. */
  directory: string;
  /** Messages of pages that no test expects, in their order. */
  problems: string[];
  /** Creates spec 001's renovation and returns its id. */
  createProject(): Promise<string>;
  /** Moves the chain's clock forward. */
  advance(seconds: number): Promise<void>;
  /** Opens a path with a wallet that is connected and signed in. Each call has a browser context of its own. */
  openAs(wallet: WalletName, pathname: string): Promise<Page>;
  /** Key of the sandbox's account, for a platform's own requests. */
  apiKey: string;
  /** Connection to the sandbox's chain. */
  chain: Connection;
  /** Opens a path with a wallet that is connected, or with none. Each call has a browser context of its own. */
  open(pathname: string, wallet?: WalletName): Promise<Page>;
  /** Reads with the sandbox's API key. */
  get<Answer>(pathname: string): Promise<Answer>;
  /** Reads a project's milestone from the chain; null before its policy exists. */
  readMilestone(projectId: string, index: number): Promise<ChainMilestone | null>;
  close(): Promise<void>;
}

/**
 * Starts the sandbox with the page of `page`, a built directory. Close it after the tests. With a `masterKey` of 64 hex digits, its
 * wallets have the same addresses each time.
 */
export async function startGatewaySandbox(
  page: string,
  masterKey?: string,
): Promise<GatewaySandbox> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "milepost-sandbox-"));
  if (masterKey) await writeFile(path.join(directory, "master.key"), `${masterKey}\n`);
  const sandbox = await startSandboxProcess(directory, ["--page", page]);
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  const contexts: BrowserContext[] = [];
  const problems: string[] = [];
  const { url } = sandbox;
  const post = async <Answer>(pathname: string, body: unknown): Promise<Answer> => {
    const answer = await fetch(`${url}${pathname}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: url },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${pathname}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };
  const get = async <Answer>(pathname: string): Promise<Answer> => {
    const answer = await fetch(`${url}${pathname}`, { headers: { "x-api-key": sandbox.apiKey } });
    if (!answer.ok) throw new Error(`${pathname}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };
  const chain = new Connection(sandbox.rpcUrl, "confirmed");
  return {
    url,
    directory,
    problems,
    apiKey: sandbox.apiKey,
    chain,
    async open(pathname, wallet) {
      const opened = await openContext(browser, problems);
      contexts.push(opened.context);
      await opened.page.goto(`${url}${pathname}`);
      if (wallet) await chooseWallet(opened.page, wallet);
      return opened.page;
    },
    get,
    readMilestone: (projectId, index) => readMilestone(chain, get, projectId, index),
    createProject: async () =>
      (await post<{ projectId: string }>("/sandbox/demo-projects", {})).projectId,
    advance: async (seconds) => void (await post("/sandbox/clock/advance", { seconds })),
    async openAs(wallet, pathname) {
      const opened = await openContext(browser, problems);
      contexts.push(opened.context);
      await connect(opened.page, `${url}${pathname}`, wallet);
      return opened.page;
    },
    async close() {
      await Promise.all(contexts.map((context) => context.close()));
      await browser.close();
      await sandbox.cli.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface ProjectPlaces {
  milestones: { chain: { policy: string; index: number } | null }[];
}

async function readMilestone(
  chain: Connection,
  get: GatewaySandbox["get"],
  projectId: string,
  index: number,
): Promise<ChainMilestone | null> {
  const { milestones } = await get<ProjectPlaces>(`/v1/projects/${projectId}`);
  const place = milestones[index]!.chain;
  if (!place) return null;
  const context = createContext(chain, { publicKey: PublicKey.default });
  const escrow = await getEscrow(context, new PublicKey(place.policy));
  const { state, funded, paid, refunded } = escrow.milestones[place.index]!;
  const text = (units: { toString(): string }) => (Number(units.toString()) / 1e6).toFixed(2);
  return {
    state: milestoneStateName(state),
    funded: text(funded),
    paid: text(paid),
    refunded: text(refunded),
  };
}

async function openContext(browser: Browser, problems: string[]) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on("pageerror", (error) => problems.push(String(error)));
  return { context, page };
}

/** Connects a wallet of the sandbox. */
async function chooseWallet(page: Page, wallet: WalletName): Promise<void> {
  await page.getByRole("banner").getByRole("button", { name: "Connect wallet" }).click();
  await page.getByRole("dialog").getByRole("button", { name: wallet }).click();
}

/** Connects a wallet of the sandbox and signs in with it. */
async function connect(page: Page, url: string, wallet: WalletName): Promise<void> {
  await page.goto(url);
  await chooseWallet(page, wallet);
  await signIn(page);
}

/** Signs in with the connected wallet, and waits until the gateway has the session. */
export async function signIn(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign in with your wallet" }).click();
  const button = page.getByRole("button", { name: /^(Sign in with|Waiting for) your wallet$/ });
  await button.waitFor({ state: "hidden" });
}

/** Clicks an action's button, checks that the dialog reviews a transaction, signs it, and waits until it has landed. */
export async function sign(page: Page, button: string): Promise<void> {
  await page.getByRole("button", { name: button, exact: true }).click();
  await confirm(page);
  await page.locator("dialog[data-step=confirmed]").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
}

/** Signs the transaction that the dialog shows. */
export async function confirm(page: Page): Promise<void> {
  const dialog = page.locator("dialog[data-step=review]");
  await dialog.getByRole("button", { name: "Sign in wallet" }).click();
}

/** Waits for the card of a kind. */
export const waitForCard = (page: Page, kind: string): Promise<void> =>
  page.locator(`[data-card=${kind}]`).waitFor();
