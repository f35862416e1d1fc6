/** Wallets of the sandbox's page: one per role, with keys that this process keeps. */
import type { Keypair } from "@solana/web3.js";
import type { ChainRuntime } from "../chain";
import type { WalletRole } from "./schema";

/** Key of each role. */
export type SandboxWallets = Readonly<Record<WalletRole, Keypair>>;

/** Name that the page shows for a role's wallet. */
export const WALLET_NAMES: Readonly<Record<WalletRole, string>> = {
  payer: "Sandbox payer",
  payee: "Sandbox payee",
  mediator: "Sandbox mediator",
  operator: "Sandbox operator",
};

/** Base units that the payer has at least after a start: 10,000 tokens. */
const PAYER_UNITS = 10_000_000_000n;

/** Returns the wallets of an account's parties, and the operator's. Throws an `Error` on a chain without keys. */
export function walletsOf(
  { sandboxKey }: ChainRuntime,
  accountId: string,
  operator: Keypair,
): SandboxWallets {
  if (!sandboxKey) throw new Error("only the sandbox's chain has keys for its parties");
  const keyOf = (role: "payer" | "payee" | "mediator") => sandboxKey(accountId, role);
  return {
    payer: keyOf("payer"),
    payee: keyOf("payee"),
    mediator: keyOf("mediator"),
    operator,
  };
}

/** Gives every wallet SOL for its fees, and the payer tokens, where they lack them. */
export async function fundWallets(
  { sandboxFund }: ChainRuntime,
  wallets: SandboxWallets,
): Promise<void> {
  for (const [role, { publicKey }] of Object.entries(wallets)) {
    await sandboxFund?.(publicKey, "USDC", role === "payer" ? PAYER_UNITS : 0n);
  }
}
