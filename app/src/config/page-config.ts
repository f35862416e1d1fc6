/** Settings of the page: `page.json` beside `index.html`, written by the host, or served by a gateway. */

/** Roles that have a wallet in the sandbox. */
export type SandboxRole = "payer" | "payee" | "mediator" | "operator";

/** A wallet of the sandbox, whose key the gateway keeps. */
export interface SandboxWallet {
  role: SandboxRole;
  name: string;
  address: string;
}

/** A token that the page offers. */
export interface KnownMint {
  symbol: string;
  mint: string;
  decimals: number;
}

/** Contents of `page.json`. Only `network` and `rpcUrl` are required. */
export interface PageConfig {
  /** Name of the network, shown beside the wallet. Everything except `mainnet-beta` is marked as test money. */
  network: "mainnet-beta" | "devnet" | "testnet" | "sandbox" | "localnet";
  rpcUrl: string;
  /** URL of the RPC's subscriptions. Default: derived from `rpcUrl`. */
  wsUrl?: string;
  /** Hash of the chain's genesis, base58. With it, the page refuses to work on another chain. */
  genesisHash?: string;
  /** Address of the program. Default: Milepost's own. */
  programId?: string;
  /** Address of the operator's gateway account, which new policies name by default. */
  gateway?: string;
  mints?: KnownMint[];
  /** Explorer of transactions and addresses, with `{kind}` (tx or address) and `{id}`; null for none. */
  explorerUrl?: string | null;
  /** True where this host is a Milepost gateway: the page then has projects, evidence, messages and checkout. */
  hasGateway?: boolean;
  /** Present in the sandbox only. */
  sandbox?: { wallets: SandboxWallet[] };
}

const NETWORKS = ["mainnet-beta", "devnet", "testnet", "sandbox", "localnet"];

/** Loads and checks `page.json`. Throws an `Error` whose message tells a host what to repair. */
export async function loadPageConfig(fetchJson: typeof fetch): Promise<PageConfig> {
  // The same request as the preload of index.html, so that the browser takes the answer of that.
  const answer = await fetchJson("/page.json");
  if (!answer.ok) throw new Error(`page.json: expected 200, received ${answer.status}.`);
  return checkPageConfig(await answer.json());
}

/** Returns the value as a `PageConfig`. Throws an `Error` that names the field. */
export function checkPageConfig(value: unknown): PageConfig {
  const config = value as PageConfig | null;
  if (typeof config !== "object" || config === null) {
    throw new Error("page.json: expected an object with network and rpcUrl.");
  }
  if (!NETWORKS.includes(config.network)) {
    throw new Error(
      `page.json: network: expected one of ${NETWORKS.join(", ")}, received ${JSON.stringify(config.network)}.`,
    );
  }
  if (typeof config.rpcUrl !== "string" || !/^https?:\/\//.test(config.rpcUrl)) {
    throw new Error(
      `page.json: rpcUrl: expected an http or https URL, received ${JSON.stringify(config.rpcUrl)}.`,
    );
  }
  return config;
}
