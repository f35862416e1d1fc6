/** The wallet's session with the gateway: signed in by a message, kept in a cookie that scripts cannot read. */
import type { components } from "@milepost/gateway/client";
import { createCell } from "./cell";
import { explainGatewayProblem, type Explanation, toProblem } from "./problem";

/** A session, as the gateway shows it. */
export type WalletSession = components["schemas"]["WalletSession"];

/** Text that the wallet signs. */
export interface SessionChallenge {
  id: string;
  message: string;
}

/** Requests of sessions. */
export interface SessionApi {
  /** Rejects with `authentication_required` where there is none. */
  current(): Promise<WalletSession>;
  challenge(address: string): Promise<SessionChallenge>;
  begin(challenge: string, signature: string): Promise<WalletSession>;
  end(): Promise<unknown>;
}

/** What a session needs of a wallet. */
export interface SigningWallet {
  address: string;
  signMessage(message: Uint8Array): Promise<Uint8Array>;
}

/** Tells the other tabs who signed in. `BroadcastChannel` has this shape. */
export interface TabChannel {
  postMessage(address: string | null): void;
  listen(listener: (address: string | null) => void): void;
}

/** State of the session. */
export interface SessionState {
  status: "loading" | "signed-out" | "signing-in" | "signed-in";
  session: WalletSession | null;
  problem: Explanation | null;
}

/** Holds the session, and changes it. */
export interface SessionStore {
  get(): SessionState;
  subscribe(listener: () => void): () => void;
  /** Finds the session of the cookie. */
  load(): Promise<void>;
  /** Does what `load` does, once. */
  ensure(): Promise<void>;
  /** Has the wallet sign in. A failure becomes `problem`; it does not throw. */
  signIn(wallet: SigningWallet): Promise<void>;
  signOut(): Promise<void>;
  /** Looks whether the cookie is still that of this session, after an answer that makes it doubtful. */
  check(): Promise<void>;
  /** Notes that the gateway knows no session any more. */
  noteEnded(): void;
}

interface SessionOptions {
  api: SessionApi;
  channel: TabChannel;
  /** Returns a wallet's failure in words. */
  explainWallet(error: unknown): Explanation;
}

const SIGNED_OUT: SessionState = { status: "signed-out", session: null, problem: null };

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/** Returns the sentence for a tab whose session another tab replaced. */
function otherTab(address: string | null): Explanation {
  const who = address === null ? "signed out" : `signed in as ${address}`;
  return {
    code: "other_tab",
    title: `Another tab ${who}`,
    text: "All tabs of this browser share one session, so this one changed too.",
    nextStep:
      address === null
        ? "Sign in again to continue here."
        : "Sign in here again, or use that wallet.",
    canRetry: false,
  };
}

/** Returns the sentence for a connected wallet that is not the session's, or null. */
export function walletMismatch(
  session: Pick<WalletSession, "address"> | null,
  wallet: Pick<SigningWallet, "address"> | null,
): Explanation | null {
  if (!session || !wallet || session.address === wallet.address) return null;
  return {
    code: "wallet_changed",
    title: "Your wallet changed",
    text: `You are signed in as ${session.address}, and the wallet that is connected is ${wallet.address}.`,
    nextStep: "Sign in with the connected wallet, or switch the wallet back.",
    canRetry: false,
  };
}

/** What the store says where the gateway knows no session any more. */
const ENDED: Explanation = {
  code: "authentication_required",
  title: "Your session has ended",
  text: "A session lasts twelve hours. Your entries are still here.",
  nextStep: "Sign in again.",
  canRetry: false,
};

/** Returns the state that the cookie stands for. */
async function loadState(api: SessionApi): Promise<SessionState> {
  try {
    return { status: "signed-in", session: await api.current(), problem: null };
  } catch (error) {
    const problem = toProblem(error);
    const isNone = problem.code === "authentication_required" || problem.status === 404;
    return { ...SIGNED_OUT, problem: isNone ? null : explainGatewayProblem(problem) };
  }
}

/** Returns the state after signing in with the wallet. */
async function signInState(
  { api, explainWallet }: SessionOptions,
  wallet: SigningWallet,
  before: WalletSession | null,
): Promise<SessionState> {
  try {
    const session = await beginSession(api, wallet, explainWallet);
    return { status: "signed-in", session, problem: null };
  } catch (error) {
    const problem =
      error instanceof WalletFailure ? error.words : explainGatewayProblem(toProblem(error));
    return { status: before ? "signed-in" : "signed-out", session: before, problem };
  }
}

/** Returns the state after the session's end, or with the reason why it goes on. */
async function signOutState(api: SessionApi, state: SessionState): Promise<SessionState> {
  try {
    if (state.session) await api.end();
    return SIGNED_OUT;
  } catch (error) {
    const problem = toProblem(error);
    if (problem.code === "authentication_required") return SIGNED_OUT;
    return { ...state, problem: explainGatewayProblem(problem) };
  }
}

/** Creates the store. Call `load` to find the session of the cookie. */
export function createSessionStore(options: SessionOptions): SessionStore {
  const { api, channel } = options;
  const cell = createCell<SessionState>({ ...SIGNED_OUT, status: "loading" });
  channel.listen((address) => {
    const had = cell.get().session;
    if (address === (had?.address ?? null)) return;
    void loadState(api).then((next) => {
      const isTaken = had !== null && next.session?.address !== had.address;
      cell.set(isTaken ? { ...next, problem: otherTab(address) } : next);
    });
  });
  const load = async () => cell.set(await loadState(api));
  const look = async () => {
    const had = cell.get().session;
    const next = await loadState(api);
    // Without an answer, or after another change meanwhile, nothing is known.
    if (had === null || next.session === null || cell.get().session !== had) return;
    const { address, csrfToken } = next.session;
    if (address !== had.address) cell.set({ ...next, problem: otherTab(address) });
    else if (csrfToken !== had.csrfToken) cell.set(next);
  };
  let first: Promise<void> | null = null;
  let checking: Promise<void> | null = null;
  return {
    get: cell.get,
    subscribe: cell.subscribe,
    load,
    ensure: () => (first ??= load()),
    async signIn(wallet) {
      const before = cell.get().session;
      cell.set({ status: "signing-in", session: before, problem: null });
      cell.set(await signInState(options, wallet, before));
      if (cell.get().session !== before) channel.postMessage(cell.get().session!.address);
    },
    async signOut() {
      cell.set(await signOutState(api, cell.get()));
      if (cell.get() === SIGNED_OUT) channel.postMessage(null);
    },
    check: () =>
      cell.get().status === "signed-in"
        ? (checking ??= look().finally(() => (checking = null)))
        : Promise.resolve(),
    noteEnded() {
      if (cell.get().status === "signed-in") cell.set({ ...SIGNED_OUT, problem: ENDED });
    },
  };
}

/** A wallet that did not sign, with its words. */
class WalletFailure extends Error {
  constructor(readonly words: Explanation) {
    super(words.title);
  }
}

async function beginSession(
  api: SessionApi,
  wallet: SigningWallet,
  explainWallet: SessionOptions["explainWallet"],
): Promise<WalletSession> {
  const { id, message } = await api.challenge(wallet.address);
  const signature = await wallet
    .signMessage(new TextEncoder().encode(message))
    .catch((error: unknown) => {
      throw new WalletFailure(explainWallet(error));
    });
  return api.begin(id, toBase64(signature));
}
