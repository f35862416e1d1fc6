/** The page on a localnet of its own, with the sandbox's wallets: its routes sign with the localnet's keys. */
import { createContext, send } from "@milepost/sdk";
import { type MilepostLocalnet, startMilepostLocalnet } from "../../../../localnet/src";
import { Keypair, type TransactionInstruction, VersionedTransaction } from "@solana/web3.js";
import type { PageConfig, SandboxRole } from "../../../src/config/page-config";
import { buildPage } from "./build-page";
import { type Answer, startStaticSite } from "./static-site";

/** Names under which the page offers the wallets of the roles. */
export const WALLET_NAMES: Readonly<Record<SandboxRole, string>> = {
  payer: "Client",
  payee: "Freelancer",
  mediator: "Mediator",
  operator: "Operator",
};

/** A page with its chain. */
export interface SandboxSite {
  url: string;
  localnet: MilepostLocalnet;
  keys: Readonly<Record<SandboxRole, Keypair>>;
  /** Methods of the RPC that the page called, in order. A batch counts once. */
  requests: string[];
  /** Sends instructions in the name of a role, from outside of the page. */
  sendAs(role: SandboxRole, instructions: TransactionInstruction[]): Promise<void>;
  /** Keeps a role's wallet from answering until the returned function is called. */
  silence(role: SandboxRole): () => void;
  close(): Promise<void>;
}

/**
 * Starts a localnet with a manual clock and serves the page on it.
 * @example
 * const site = await startSandboxSite();
 * const { page } = await openPage({ url: `${site.url}/p/${policy}` });
 */
export async function startSandboxSite(): Promise<SandboxSite> {
  const directory = await buildPage();
  const localnet = await startMilepostLocalnet({ port: 0 });
  const { owner, recipient, mediator, gatewayAuthority } = localnet.wallets;
  const keys = { payer: owner, payee: recipient, mediator, operator: gatewayAuthority };
  await localnet.airdropTokens(owner.publicKey, 10_000_000_000n);
  const requests: string[] = [];
  const silences = new Map<string, Promise<void>>();
  const site = await startStaticSite({
    directory,
    page: (url) => configOf(localnet, keys, url),
    routes: {
      ...walletRoutes(keys, silences),
      ...clockRoutes(localnet),
      "/rpc": rpcRoute(localnet, requests),
    },
  });
  return {
    url: site.url,
    localnet,
    keys,
    requests,
    async sendAs(role, instructions) {
      await send(createContext(localnet.connection, keys[role]), instructions);
    },
    silence(role) {
      let end = () => {};
      silences.set(role, new Promise((done) => (end = done)));
      return () => {
        silences.delete(role);
        end();
      };
    },
    async close() {
      await site.close();
      await localnet.close();
    },
  };
}

function configOf(
  { wsUrl, mint, gateway, chain }: MilepostLocalnet,
  keys: SandboxSite["keys"],
  url: string,
): PageConfig {
  const wallets = (Object.keys(keys) as SandboxRole[]).map((role) => ({
    role,
    name: WALLET_NAMES[role],
    address: keys[role].publicKey.toBase58(),
  }));
  return {
    network: "sandbox",
    rpcUrl: `${url}/rpc`,
    wsUrl,
    genesisHash: chain.genesisHash,
    gateway: gateway.toBase58(),
    mints: [{ symbol: "USDC", mint: mint.toBase58(), decimals: 6 }],
    explorerUrl: null,
    sandbox: { wallets },
  };
}

/** Passes requests on to the localnet and counts them. */
function rpcRoute(localnet: MilepostLocalnet, requests: string[]): Answer {
  return async (body) => {
    const calls = (Array.isArray(body) ? body : [body]) as { method: string }[];
    requests.push(calls.map(({ method }) => method).join("+"));
    const answer = await fetch(localnet.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return answer.json();
  };
}

function walletRoutes(
  keys: SandboxSite["keys"],
  silences: ReadonlyMap<string, Promise<void>>,
): Record<string, Answer> {
  return Object.fromEntries(
    Object.entries(keys).map(([role, key]): [string, Answer] => [
      `/sandbox/wallets/${role}/sign-transactions`,
      async (body) => {
        await silences.get(role);
        const { transactions } = body as { transactions: string[] };
        return { transactions: transactions.map((text) => signed(key, text)) };
      },
    ]),
  );
}

function signed(key: Keypair, text: string): string {
  const transaction = VersionedTransaction.deserialize(Buffer.from(text, "base64"));
  transaction.sign([key]);
  return Buffer.from(transaction.serialize()).toString("base64");
}

function clockRoutes({ chain }: MilepostLocalnet): Record<string, Answer> {
  return {
    "/sandbox/clock/advance": (body) => {
      const { seconds } = body as { seconds: number };
      chain.warp(1, seconds);
      return { now: chain.clock.time };
    },
  };
}
