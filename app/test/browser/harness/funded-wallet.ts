/** Funds of a test's wallet on a localnet, and its connection to the page. */
import { type Connection, PublicKey } from "@solana/web3.js";
import type { Page } from "playwright-core";
import type { TestWallet } from "./test-wallet";

const LAMPORTS = 10_000_000_000;
const UNITS = "10000000000";
const TOKEN_PROGRAM = new PublicKey("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");

/** Calls a method of the localnet's node. Throws an `Error` that says what the node answered. */
export async function callChain(
  { rpcEndpoint }: Connection,
  method: string,
  params: readonly unknown[],
): Promise<void> {
  const answer = await fetch(rpcEndpoint, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { error } = (await answer.json()) as { error?: unknown };
  if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
}

/** Gives a wallet 10 SOL and 10,000 test USDC. */
export async function fundWallet(chain: Connection, wallet: PublicKey): Promise<void> {
  await callChain(chain, "requestAirdrop", [wallet.toBase58(), LAMPORTS]);
  await callChain(chain, "localnet_airdropTokens", [wallet.toBase58(), UNITS]);
}

/** Returns how many base units of all tokens the wallet has. */
export async function readTokens(chain: Connection, wallet: PublicKey): Promise<bigint> {
  const { value } = await chain.getTokenAccountsByOwner(wallet, { programId: TOKEN_PROGRAM });
  return value.reduce((sum, { account }) => sum + account.data.readBigUInt64LE(64), 0n);
}

/** Connects the page to the test's wallet. */
export async function connectTestWallet(page: Page, { name }: TestWallet): Promise<void> {
  await page.getByRole("banner").getByRole("button", { name: "Connect wallet" }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: new RegExp(`^${name}`) })
    .click();
}
