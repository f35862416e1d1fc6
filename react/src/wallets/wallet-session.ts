/** Connection to one wallet at a time: connects, follows its accounts, disconnects. Without React, so that it can be tested. */
import type {
  StandardConnectFeature,
  StandardDisconnectFeature,
  StandardEventsFeature,
} from "@wallet-standard/features";
import type { Wallet } from "@wallet-standard/base";
import type { ChainName } from "../context/provider";
import type { Problem } from "../problems/problem";
import { problemOfWallet, walletFailure, walletProblem } from "../problems/wallet-problems";
import { type ConnectedWallet, connectedWallet } from "./connected-wallet";
import { lastWallet, rememberWallet } from "./last-wallet";
import { type DiscoveredWallet, supportsChain } from "./wallet-registry";

/** State of the connection to a wallet. */
export interface WalletState {
  /** Step of the connection. */
  readonly status: "disconnected" | "connecting" | "connected";
  /** Account that is connected; null when none is. */
  readonly connected: ConnectedWallet | null;
  /** Reason why connecting failed, or why the wallet is gone; null when nothing is wrong. */
  readonly problem: Problem | null;
}

const DISCONNECTED: WalletState = { status: "disconnected", connected: null, problem: null };
/** Milliseconds after which a wallet that does not answer gets a notice. */
export const SILENT_AFTER_MS = 20_000;

/** Connects to one wallet at a time. */
export class WalletSession {
  private state = DISCONNECTED;
  private readonly listeners = new Set<() => void>();
  private wallet: Wallet | null = null;
  private stopEvents: (() => void) | undefined;
  /** Counts connections, so that the answer to an abandoned one is ignored. */
  private attempt = 0;
  /** True once the user chose: from then on nothing connects by itself. */
  private isChosen = false;

  constructor(private readonly chain: ChainName) {}

  readonly getState = (): WalletState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Connects to a wallet. With `isSilent` the wallet must not ask its user, and a failure is not shown. */
  async connect(wallet: Wallet, isSilent = false): Promise<void> {
    const attempt = ++this.attempt;
    this.isChosen ||= !isSilent;
    const isCurrent = () => attempt === this.attempt;
    this.release();
    this.set({ status: "connecting", connected: null, problem: null });
    const timer = setTimeout(() => {
      if (!isCurrent()) return;
      // Nobody waits for a connection that the page tried by itself.
      if (isSilent) this.cancel();
      else this.set({ ...this.state, problem: walletProblem("silent") });
    }, SILENT_AFTER_MS);
    try {
      if (!supportsChain(wallet, this.chain)) throw walletFailure("chainUnsupported");
      const { connect } = (wallet.features as StandardConnectFeature)["standard:connect"];
      const { accounts } = await connect(isSilent ? { silent: true } : undefined);
      if (!isCurrent()) return;
      const account = accounts[0] ?? wallet.accounts[0];
      if (!account) throw walletFailure("noAccount");
      this.wallet = wallet;
      this.follow(wallet);
      rememberWallet(wallet.name);
      const connected = connectedWallet(wallet, account, this.chain);
      this.set({ status: "connected", connected, problem: null });
    } catch (error) {
      if (!isCurrent()) return;
      this.set({ ...DISCONNECTED, problem: isSilent ? null : problemOfWallet(error) });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Stops waiting for a wallet that does not answer. */
  cancel(): void {
    if (this.state.status !== "connecting") return;
    this.attempt += 1;
    this.set(DISCONNECTED);
  }

  /** Disconnects, and forgets the wallet. */
  async disconnect(): Promise<void> {
    this.attempt += 1;
    this.isChosen = true;
    const { wallet } = this;
    this.release();
    rememberWallet(null);
    this.set(DISCONNECTED);
    const features = wallet?.features as Partial<StandardDisconnectFeature> | undefined;
    // The page has let go of the wallet, whatever the wallet answers.
    await features?.["standard:disconnect"]?.disconnect().catch(() => undefined);
  }

  /** Connects to the wallet of the last visit without asking, once it is registered. */
  reconnect(wallets: readonly DiscoveredWallet[]): void {
    if (this.state.status !== "disconnected" || this.isChosen) return;
    const name = lastWallet();
    const found = name === null ? undefined : wallets.find((wallet) => wallet.name === name);
    if (found?.isSupported) void this.connect(found.wallet, true);
  }

  /** Notices that the connected wallet was removed from the page. */
  forgetRemoved(registered: readonly Wallet[]): void {
    if (!this.wallet || registered.includes(this.wallet)) return;
    this.attempt += 1;
    this.release();
    this.set({ ...DISCONNECTED, problem: walletProblem("disconnected") });
  }

  /** Stops listening to the wallet, as the page no longer shows it. The wallet itself stays connected to the site. */
  close(): void {
    this.attempt += 1;
    this.release();
    this.state = DISCONNECTED;
    this.isChosen = false;
  }

  private follow(wallet: Wallet): void {
    const events = (wallet.features as Partial<StandardEventsFeature>)["standard:events"];
    this.stopEvents = events?.on("change", ({ accounts }) => {
      if (!accounts) return;
      const before = this.state.connected?.address;
      // A wallet puts the account that its user chose first.
      const account = accounts[0];
      if (account?.address === before) return;
      if (account) {
        const connected = connectedWallet(wallet, account, this.chain);
        this.set({ status: "connected", connected, problem: null });
        return;
      }
      this.release();
      this.set({ ...DISCONNECTED, problem: walletProblem("disconnected") });
    });
  }

  private release(): void {
    this.stopEvents?.();
    this.stopEvents = undefined;
    this.wallet = null;
  }

  private set(state: WalletState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
