/** Wallets of the Wallet Standard that this page knows, found by their registration event. */
import { getWallets } from "@wallet-standard/app";
import type { Wallet } from "@wallet-standard/base";
import type { ChainName } from "../context/provider";

/** Wallet that the browser offers. */
export interface DiscoveredWallet {
  /** Name of the wallet, such as `Phantom`. */
  name: string;
  /** Icon of the wallet as a data URL. */
  icon: string;
  /** True when the wallet knows the page's chain and signs transactions. */
  isSupported: boolean;
  /** True when the wallet can sign messages, which a login needs. */
  canSignMessages: boolean;
  /** Wallet itself, with its features. */
  wallet: Wallet;
}

const CONNECT = "standard:connect";
const SIGN_TRANSACTION = "solana:signTransaction";
const SIGN_MESSAGE = "solana:signMessage";

/**
 * Registers a wallet of the page's own, such as a sandbox's or a test's. Returns a function that removes it.
 * @example
 * import { registerWallet } from "@milepost/react";
 *
 * const unregister = registerWallet(sandboxWallet); // an object with the features of the Wallet Standard
 * unregister();
 */
export function registerWallet(wallet: Wallet): () => void {
  return getWallets().register(wallet);
}

/** Calls `listener` when a wallet is registered or removed. Returns a function that stops it. */
export function onWalletsChange(listener: () => void): () => void {
  const wallets = getWallets();
  const offs = [wallets.on("register", listener), wallets.on("unregister", listener)];
  return () => offs.forEach((off) => off());
}

/** Returns the registered wallets; the same array until one is registered or removed. */
export function registeredWallets(): readonly Wallet[] {
  return getWallets().get();
}

/** Returns the wallets of Solana that can connect, usable ones first. Two with one name count once. */
export function discoverWallets(wallets: readonly Wallet[], chain: ChainName): DiscoveredWallet[] {
  const byName = new Map<string, DiscoveredWallet>();
  for (const wallet of wallets) {
    const isSolana = wallet.chains.some((each) => each.startsWith("solana:"));
    if (!isSolana || !(CONNECT in wallet.features) || byName.has(wallet.name)) continue;
    const isSupported = supportsChain(wallet, chain) && SIGN_TRANSACTION in wallet.features;
    const canSignMessages = SIGN_MESSAGE in wallet.features;
    const { name, icon } = wallet;
    byName.set(name, { name, icon, isSupported, canSignMessages, wallet });
  }
  return [...byName.values()].sort((a, b) => Number(b.isSupported) - Number(a.isSupported));
}

/** Returns true when the wallet lists the chain. Wallets do not list localnets, and sign for them as for any other chain. */
export function supportsChain(wallet: Wallet, chain: ChainName): boolean {
  return chain === "solana:localnet" || wallet.chains.includes(chain);
}
