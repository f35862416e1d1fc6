/** Gives the gateway to every screen. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { useSyncExternalStore } from "react";
import { createGateway, type Gateway } from "./gateway";
import type { Explanation } from "./problem";
import { browserTimers, type Reach } from "./reachability";
import { tabVisibility } from "./resource";
import {
  type SessionState,
  type SigningWallet,
  type TabChannel,
  walletMismatch,
  type WalletSession,
} from "./session";

interface GatewayValue {
  gateway: Gateway;
  wallet: SigningWallet | null;
}

const GatewayContext = createContext<GatewayValue | null>(null);

interface GatewayProviderProps {
  /** Wallet that is connected. */
  wallet: SigningWallet | null;
  /** Returns a wallet's failure in words. */
  explainWallet(this: void, error: unknown): Explanation;
  children: ReactNode;
}

/** Tells the other tabs of this origin who signed in. */
function openChannel(): TabChannel {
  if (typeof BroadcastChannel === "undefined") return { postMessage() {}, listen() {} };
  const channel = new BroadcastChannel("milepost-session");
  return {
    postMessage: (address) => channel.postMessage(address),
    listen: (listener) =>
      channel.addEventListener("message", ({ data }) =>
        listener(typeof data === "string" ? data : null),
      ),
  };
}

/** Gives the gateway of the page's own origin to everything below it, and looks for a session when a screen uses it. */
export function GatewayProvider({ wallet, explainWallet, children }: GatewayProviderProps) {
  const [gateway] = useState(() =>
    createGateway({
      baseUrl: location.origin,
      fetch: (request) => fetch(request),
      timers: browserTimers,
      channel: openChannel(),
      newKey: () => crypto.randomUUID(),
      explainWallet,
    }),
  );
  useEffect(() => {
    const { session, reachability } = gateway;
    const stop = reachability.subscribe(() => {
      const isUnknown = session.get().status === "signed-out";
      if (reachability.get() === "back" && isUnknown) void session.load();
    });
    // Another tab may have signed in while this one was in the background.
    const stopWatching = tabVisibility.subscribe(() => {
      if (tabVisibility.isVisible()) void session.check();
    });
    return () => {
      stop();
      stopWatching();
      reachability.close();
    };
  }, [gateway]);
  const value = useMemo(() => ({ gateway, wallet }), [gateway, wallet]);
  return <GatewayContext.Provider value={value}>{children}</GatewayContext.Provider>;
}

function useValue(): GatewayValue {
  const value = useContext(GatewayContext);
  if (!value) throw new Error("expected a GatewayProvider above, found none");
  return value;
}

/** Returns the gateway. */
export const useGateway = (): Gateway => useValue().gateway;

/** Session of the page, as screens use it. */
export interface UsedSession {
  status: SessionState["status"];
  /** Session of the cookie; null while there is none. */
  session: WalletSession | null;
  /** True where the session is that of the connected wallet. */
  isOfWallet: boolean;
  /** Why signing in failed, the session ended, or the connected wallet is another one. */
  problem: Explanation | null;
  /** Has the connected wallet sign in. */
  signIn(): Promise<void>;
  signOut(): Promise<void>;
}

/**
 * Returns the session.
 * @example
 * const { session, signIn, problem } = useSession();
 */
export function useSession(): UsedSession {
  const { gateway, wallet } = useValue();
  const store = gateway.session;
  const { status, session, problem } = useSyncExternalStore(store.subscribe, store.get);
  useEffect(() => void store.ensure(), [store]);
  const mismatch = walletMismatch(session, wallet);
  return {
    status,
    session,
    isOfWallet: session !== null && session.address === wallet?.address,
    problem: problem ?? mismatch,
    signIn: () => (wallet ? store.signIn(wallet) : Promise.resolve()),
    signOut: () => store.signOut(),
  };
}

/** Returns the wallet that is connected, or null. */
export const useGatewayWallet = (): SigningWallet | null => useValue().wallet;

/** Returns whether the gateway answers. */
export function useReach(): Reach {
  const { reachability } = useValue().gateway;
  return useSyncExternalStore(reachability.subscribe, reachability.get);
}
