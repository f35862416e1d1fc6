/** The test page in Chromium, on a localnet with one delegated policy. */
import { MilestoneClient, RELEASE_OWNER } from "@milepost/sdk";
import type { Keypair, PublicKey } from "@solana/web3.js";
import { build } from "esbuild";
import path from "node:path";
import { type MilepostLocalnet } from "../../../localnet/src";
import { openPage, type OpenPage } from "../../../tests/harness/open-page";
import type { PageState } from "./page/page";
import type { Mode } from "./page/test-wallet";

const bundles = new Map<string, Promise<string>>();

/** Folder of a React other than the workspace's. */
const REACT_18 = path.join(__dirname, "../../../tests/react-18/node_modules");

/** Bundles a test page once per version of React. */
export function bundleFile(file: string, react: 18 | 19 = 19): Promise<string> {
  const key = `${react} ${file}`;
  const bundled =
    bundles.get(key) ??
    build({
      ...(react === 18
        ? {
            alias: {
              react: path.join(REACT_18, "react"),
              "react-dom": path.join(REACT_18, "react-dom"),
            },
          }
        : {}),
      entryPoints: [file],
      bundle: true,
      write: false,
      format: "iife",
      platform: "browser",
      target: "es2022",
      jsx: "automatic",
      define: { "process.env.NODE_ENV": '"development"' },
      logLevel: "silent",
    }).then(({ outputFiles }) => outputFiles[0]!.text);
  bundles.set(key, bundled);
  return bundled;
}

/** Creates a policy whose milestones the owner releases. */
export async function createPolicy(
  { connection, wallets, mint, gateway }: MilepostLocalnet,
  amounts: bigint[] = [1_000_000n, 2_000_000n],
): Promise<PublicKey> {
  const sdk = new MilestoneClient(connection, wallets.owner);
  const recipient = wallets.recipient.publicKey;
  const { instructions, policy } = await sdk.prepareMilestone(
    mint,
    recipient,
    gateway,
    amounts,
    [],
    RELEASE_OWNER,
  );
  await sdk.send(instructions);
  return policy;
}

export class TestPage {
  constructor(
    readonly opened: OpenPage,
    /** Methods of the HTTP requests to the RPC, in their order. */
    readonly requests: string[],
    private readonly counts: { subscriptions: number },
  ) {}

  /** Number of `accountSubscribe` calls so far, where the websocket is dead. */
  get subscriptions(): number {
    return this.counts.subscriptions;
  }

  get page(): OpenPage["page"] {
    return this.opened.page;
  }

  /** Evaluates in the page with its state. */
  read<T>(get: (state: PageState) => T): Promise<T> {
    return this.page.evaluate(`(${get.toString()})(globalThis.state)`);
  }

  setMode(mode: Mode): Promise<unknown> {
    return this.page.evaluate(`globalThis.state.wallet.mode = ${JSON.stringify(mode)}`);
  }

  /** Connects the test wallet by the button, as a user does. */
  async connect(): Promise<void> {
    await this.page.getByRole("button", { name: "Connect wallet" }).click();
    await this.page.getByRole("button", { name: "Test Wallet" }).click();
    await this.page.locator('.milepost-wallet[data-state="connected"]').waitFor();
  }

  async step(name: string): Promise<void> {
    await this.page.locator(`.milepost-review[data-state="${name}"]`).waitFor();
  }

  /** Starts the release and waits for the review. */
  async review(): Promise<void> {
    await this.read((state) => state.pay());
    await this.step("review");
  }

  confirm(): Promise<void> {
    return this.page.getByRole("button", { name: "Sign in wallet" }).click();
  }

  async problem(): Promise<string | null> {
    await this.step("failed");
    return this.read((state) => state.send.state.problem?.code ?? null);
  }

  close(): Promise<void> {
    return this.opened.close();
  }
}

/** Opens the page on a policy, with the owner's wallet. */
export async function openTestPage(
  localnet: MilepostLocalnet,
  policy: PublicKey,
  options: {
    wallet?: Keypair;
    genesisHash?: string;
    hasDeadWebsocket?: boolean;
    react?: 18 | 19;
  } = {},
): Promise<TestPage> {
  const { url, wsUrl, wallets } = localnet;
  const opened = await openPage({
    script: await bundleFile(path.join(__dirname, "page/page.tsx"), options.react),
  });
  const requests: string[] = [];
  opened.page.on("request", (request) => {
    if (!request.url().startsWith(url)) return;
    const body = request.postDataJSON() as { method: string } | { method: string }[];
    for (const { method } of Array.isArray(body) ? body : [body]) requests.push(method);
  });
  const counts = { subscriptions: 0 };
  if (options.hasDeadWebsocket) {
    // It accepts subscriptions and never tells of a change, as a proxy with a half-open connection does.
    await opened.page.routeWebSocket(/.*/, (socket) => {
      socket.onMessage((message) => {
        const { id, method } = JSON.parse(String(message)) as { id: number; method: string };
        if (method === "accountSubscribe") counts.subscriptions += 1;
        socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: id }));
      });
    });
    // A page sees the route once it is loaded anew.
    await opened.page.reload();
  }
  await opened.page.evaluate(
    (given) => (globalThis as unknown as { open(given: unknown): void }).open(given),
    {
      url,
      wsUrl,
      secretKey: [...(options.wallet ?? wallets.owner).secretKey],
      policy: policy.toBase58(),
      genesisHash: options.genesisHash,
    },
  );
  return new TestPage(opened, requests, counts);
}

/** Posts one of the localnet's own methods. */
export async function callLocalnet(url: string, method: string, ...params: unknown[]) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const answer = (await (await fetch(url, { method: "POST", body })).json()) as {
    result?: unknown;
    error?: unknown;
  };
  if (answer.error) throw new Error(JSON.stringify(answer.error));
  return answer.result;
}
