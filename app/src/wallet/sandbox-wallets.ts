/** Wallets of the sandbox as the Wallet Standard describes wallets. They exist only where `page.json` names them. */
import { registerWallet } from "@milepost/react";
import { PublicKey } from "@solana/web3.js";
import type { SandboxRole, SandboxWallet } from "../config/page-config";
import { createSandboxSigner } from "./sandbox-signer";

/** A wallet as the Wallet Standard takes it. */
export type StandardWallet = Parameters<typeof registerWallet>[0];

/** Name and purpose of each role's wallet. */
export const SANDBOX_ROLES: Readonly<Record<SandboxRole, { name: string; text: string }>> = {
  payer: { name: "Client", text: "pays for the work" },
  payee: { name: "Freelancer", text: "delivers and is paid" },
  mediator: { name: "Mediator", text: "decides disputes" },
  operator: { name: "Operator", text: "runs the platform's gateway" },
};

const CHAIN = "solana:localnet";

/** Returns the wallet of one role. The gateway signs for it, so no key reaches the page. */
export function createSandboxWallet(
  { role, address }: SandboxWallet,
  fetchJson: typeof fetch,
): StandardWallet {
  const { name } = SANDBOX_ROLES[role];
  const signer = createSandboxSigner(fetchJson, role);
  const account = {
    address,
    publicKey: new PublicKey(address).toBytes(),
    chains: [CHAIN] as const,
    features: ["solana:signTransaction", "solana:signMessage"] as const,
  };
  const accounts = [account];
  return {
    version: "1.0.0",
    name,
    icon: iconOf(name),
    chains: [CHAIN],
    accounts,
    features: {
      "standard:connect": { version: "1.0.0", connect: () => Promise.resolve({ accounts }) },
      "standard:disconnect": { version: "1.0.0", disconnect: () => Promise.resolve() },
      "standard:events": { version: "1.0.0", on: () => () => undefined },
      "solana:signTransaction": {
        version: "1.0.0",
        supportedTransactionVersions: ["legacy", 0],
        signTransaction: async (...inputs: { transaction: Uint8Array }[]) => {
          const signed = await signer.signTransactions(
            inputs.map(({ transaction }) => transaction),
          );
          return signed.map((signedTransaction) => ({ signedTransaction }));
        },
      },
      "solana:signMessage": {
        version: "1.0.0",
        signMessage: (...inputs: { message: Uint8Array }[]) =>
          Promise.all(
            inputs.map(async ({ message }) => ({
              signedMessage: message,
              signature: await signer.signMessage(message),
            })),
          ),
      },
    },
  };
}

/** Registers the wallets. Returns a function that removes them. */
export function registerSandboxWallets(
  wallets: readonly SandboxWallet[],
  fetchJson: typeof fetch,
): () => void {
  const removals = wallets.map((wallet) => registerWallet(createSandboxWallet(wallet, fetchJson)));
  return () => removals.forEach((remove) => remove());
}

function iconOf(name: string): `data:image/svg+xml;base64,${string}` {
  const letter = `<text x="16" y="22" text-anchor="middle" font-family="sans-serif" font-size="18" fill="#fff">${name[0]}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0f5c4d"/>${letter}</svg>`;
  return `data:image/svg+xml;base64,${btoa(svg)}`;
}
