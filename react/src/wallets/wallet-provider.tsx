"use client";

/** The wallet that a tree of components signs with. */
import type { Wallet } from "@wallet-standard/base";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { useMilepost } from "../context/provider";
import type { Problem } from "../problems/problem";
import { walletProblem } from "../problems/wallet-problems";
import type { ConnectedWallet } from "./connected-wallet";
import {
  type DiscoveredWallet,
  discoverWallets,
  onWalletsChange,
  registeredWallets,
} from "./wallet-registry";
import { type WalletState, WalletSession } from "./wallet-session";

/** Wallets of the browser, and the one that is connected. */
export interface Wallets {
  /** Wallets that the browser offers, usable ones first. Empty during server rendering. */
  wallets: DiscoveredWallet[];
  /** Step of the connection. */
  status: WalletState["status"];
  /** Account that is connected; null when none is. */
  connected: ConnectedWallet | null;
  /** Asks a wallet to connect. The outcome is in `connected` or `problem`. */
  connect(wallet: DiscoveredWallet): Promise<void>;
  /** Stops waiting for a wallet that does not answer. */
  cancel(): void;
  /** Disconnects, and forgets the wallet for the next visit. */
  disconnect(): Promise<void>;
  /** Reason why no wallet is connected, or why it is gone; null when nothing is wrong. */
  problem: Problem | null;
}

const WalletContext = /* @__PURE__ */ createContext<Wallets | null>(null);
const NO_WALLETS: readonly Wallet[] = [];
const SERVER_STATE: WalletState = { status: "disconnected", connected: null, problem: null };
const serverWallets = () => NO_WALLETS;
const serverState = () => SERVER_STATE;

/** Properties of `WalletProvider`. */
export interface WalletProviderProps {
  /** False to ask for the wallet again at each visit. Default: true, the last wallet is connected without a question. */
  reconnects?: boolean;
  /** Components that use `useWallets`. */
  children?: ReactNode;
}

/**
 * Finds the browser's wallets by the Wallet Standard and gives the connected one to every component below it. It needs a
 * `MilepostProvider` above, which names the chain.
 * @example
 * import { MilepostProvider, WalletButton, WalletProvider } from "@milepost/react";
 *
 * export const App = () => (
 *   <MilepostProvider connection={connection} chain="solana:devnet">
 *     <WalletProvider>
 *       <WalletButton />
 *     </WalletProvider>
 *   </MilepostProvider>
 * );
 */
export function WalletProvider({ reconnects = true, children }: WalletProviderProps) {
  const { chain } = useMilepost();
  const [session, setSession] = useState(() => ({ chain, wallet: new WalletSession(chain) }));
  // Another chain needs another session: what is connected was checked against the old one.
  if (session.chain !== chain) setSession({ chain, wallet: new WalletSession(chain) });
  const current = session.wallet;
  const registered = useSyncExternalStore(onWalletsChange, registeredWallets, serverWallets);
  const state = useSyncExternalStore(current.subscribe, current.getState, serverState);
  const wallets = useMemo(() => discoverWallets(registered, chain), [registered, chain]);
  useEffect(() => {
    current.forgetRemoved(registered);
    if (reconnects) current.reconnect(wallets);
  }, [current, registered, wallets, reconnects]);
  useEffect(() => () => current.close(), [current]);
  const value = useMemo<Wallets>(
    () => ({
      wallets,
      ...state,
      connect: ({ wallet }) => current.connect(wallet),
      cancel: () => current.cancel(),
      disconnect: () => current.disconnect(),
      problem: state.problem ?? (wallets.length === 0 ? walletProblem("none") : null),
    }),
    [wallets, state, current],
  );
  return <WalletContext.Provider value={value}>{children}</WalletContext.Provider>;
}

/**
 * Returns the browser's wallets and the connected one. Throws an `Error` without a `WalletProvider` above.
 * @example
 * import { useWallets } from "@milepost/react";
 *
 * const { wallets, connected, connect, problem } = useWallets();
 */
export function useWallets(): Wallets {
  const wallets = useContext(WalletContext);
  if (!wallets)
    throw new Error("expected a <WalletProvider> above, found none. Wrap the tree in one.");
  return wallets;
}

/**
 * Returns the connected wallet; null without one, and without a `WalletProvider` above.
 * @example
 * import { useConnectedWallet } from "@milepost/react";
 *
 * const address = useConnectedWallet()?.address;
 */
export function useConnectedWallet(): ConnectedWallet | null {
  return useContext(WalletContext)?.connected ?? null;
}
