/** Contents of `page.json`: which network, RPC and gateway the page works with. Nothing in it is secret. */
import type { PublicKey } from "@solana/web3.js";
import type { ChainRuntime, Currency } from "../chain";

/** Networks that the page knows by name. It marks all except `mainnet-beta` as test money. */
export type PageNetwork = "mainnet-beta" | "devnet" | "testnet" | "sandbox" | "localnet";

/** A wallet of the sandbox, whose key the gateway keeps. */
export interface PageWallet {
  role: "payer" | "payee" | "mediator" | "operator";
  name: string;
  address: string;
}

/** `page.json` as the page reads it. */
export interface PageConfig {
  network: PageNetwork;
  rpcUrl: string;
  wsUrl: string;
  genesisHash: string;
  programId: string;
  /** Address of the operator's gateway account. */
  gateway: string;
  mints: { symbol: string; mint: string; decimals: number }[];
  explorerUrl: string | null;
  hasGateway: true;
  sandbox?: { wallets: PageWallet[] };
}

/** Input of `pageConfigOf`. */
export interface PageConfigOptions {
  chain: Pick<ChainRuntime, "genesisHash" | "programId" | "gateway" | "mints">;
  /** URL of an RPC that every visitor may know. */
  rpcUrl: string;
  /** URL of its subscriptions. Default: derived from `rpcUrl`. */
  wsUrl?: string;
  /** Wallets of the sandbox. Absent elsewhere. */
  wallets?: PageWallet[];
}

/** Network of each public genesis. */
const NETWORKS: Readonly<Record<string, PageNetwork>> = {
  "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d": "mainnet-beta",
  EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG: "devnet",
  "4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY": "testnet",
};

/**
 * Returns the page's settings for a chain.
 * @example
 * pageConfigOf({ chain, rpcUrl: "https://api.devnet.solana.com" }); // { network: "devnet", ... }
 */
export function pageConfigOf({ chain, rpcUrl, wsUrl, wallets }: PageConfigOptions): PageConfig {
  const { genesisHash, programId, gateway } = chain;
  const network = wallets ? "sandbox" : (NETWORKS[genesisHash] ?? "localnet");
  return {
    network,
    rpcUrl,
    wsUrl: wsUrl ?? subscriptionsOf(rpcUrl),
    genesisHash,
    programId: programId.toBase58(),
    gateway: gateway.toBase58(),
    mints: mintsOf(chain.mints),
    explorerUrl: explorerOf(network),
    hasGateway: true,
    ...(wallets ? { sandbox: { wallets } } : {}),
  };
}

/** The sandbox has one mint for all currencies: the page offers it once. */
function mintsOf(mints: ChainRuntime["mints"]): PageConfig["mints"] {
  const entries = Object.entries(mints) as [Currency, { mint: PublicKey; decimals: number }][];
  const shown = new Map<string, PageConfig["mints"][number]>();
  for (const [symbol, { mint, decimals }] of entries) {
    const address = mint.toBase58();
    if (!shown.has(address)) shown.set(address, { symbol, mint: address, decimals });
  }
  return [...shown.values()];
}

/** Returns the URL of an RPC's subscriptions as `@solana/web3.js` derives it: a port that is written out counts one up. */
export function subscriptionsOf(rpcUrl: string): string {
  const url = new URL(rpcUrl);
  const [, port] = /^[^:]+:\/\/(?:[^@/]*@)?(?:[^:[/]+|\[[^\]]+\]):(\d+)/.exec(rpcUrl) ?? [];
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  if (port !== undefined) url.port = String(Number(port) + 1);
  return url.href;
}

function explorerOf(network: PageNetwork): string | null {
  if (network === "sandbox" || network === "localnet") return null;
  const cluster = network === "mainnet-beta" ? "" : `?cluster=${network}`;
  return `https://explorer.solana.com/{kind}/{id}${cluster}`;
}
