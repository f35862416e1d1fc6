/** The connection, keys and addresses of a localnet with Milepost on it. */
import { getConfigPda, getGatewayPda } from "@milepost/sdk";
import { Connection, type PublicKey } from "@solana/web3.js";
import { TEST_MINT } from "../chain/test-mint";
import { LocalnetError } from "../errors/localnet-error";
import type { WalletName, Wallets } from "./wallets";

/** A localnet with Milepost on it, ready to be used. */
export interface MilepostSetting {
  /** URL of JSON-RPC over HTTP. */
  url: string;
  /** URL of the subscriptions (`ws://`). */
  wsUrl: string;
  /** Connection to both URLs, with the commitment `confirmed`. */
  connection: Connection;
  /**
   * Funded keys: `owner`, `recipient`, `mediator`, `gatewayAuthority`, `gatewaySigner`, `keeper`, `upgradeAuthority`.
   */
  wallets: Wallets;
  /** Address of the Milepost program on this chain. */
  programId: PublicKey;
  /** Address of the program's config account, which `wallets.upgradeAuthority` controls. */
  config: PublicKey;
  /** Address of the gateway of `wallets.gatewayAuthority`, which takes a fee of 1 %. */
  gateway: PublicKey;
  /** Address of the test mint, which has six decimals. */
  mint: PublicKey;
  /**
   * Gives a wallet test tokens, in base units, and creates its token account when it has none.
   * Returns the signature. Throws `LocalnetError` (`TransactionFailed`).
   */
  airdropTokens(wallet: PublicKey, amount: bigint | number): Promise<string>;
}

export type { WalletName, Wallets };

export function settingOf(
  { url, wsUrl }: { url: string; wsUrl: string },
  wallets: Wallets,
  programId: PublicKey,
): MilepostSetting {
  return {
    url,
    wsUrl,
    connection: new Connection(url, { commitment: "confirmed", wsEndpoint: wsUrl }),
    wallets,
    programId,
    config: getConfigPda(programId)[0],
    gateway: getGatewayPda(wallets.gatewayAuthority.publicKey, programId)[0],
    mint: TEST_MINT,
    airdropTokens: (wallet, amount) => airdropTokens(url, wallet, amount),
  };
}

async function airdropTokens(
  url: string,
  wallet: PublicKey,
  amount: bigint | number,
): Promise<string> {
  const params = [wallet.toBase58(), amount.toString()];
  const answer = await fetch(url, {
    method: "POST",
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "localnet_airdropTokens", params }),
  });
  const { result, error } = (await answer.json()) as {
    result?: string;
    error?: { message: string };
  };
  if (result !== undefined) return result;
  throw new LocalnetError(
    "TransactionFailed",
    `The airdrop of test tokens to ${wallet.toBase58()} failed: ${error?.message ?? "the node gave no reason"}`,
    { wallet: wallet.toBase58(), amount: amount.toString() },
  );
}
