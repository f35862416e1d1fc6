/** A Wallet Standard wallet in the page, with a key of its own in WebCrypto. A test says how it answers. */
import { Keypair } from "@solana/web3.js";
import type { BrowserContext, Page } from "playwright-core";

/** How the wallet answers: `wrongKey` signs with another key, and `wrongAccount` has its user choose another account. */
export type Answering = "approve" | "reject" | "silent" | "wrongKey" | "wrongAccount";

/** The wallet as a test controls it. */
export interface TestWallet {
  /** Name under which the page offers it. */
  name: string;
  key: Keypair;
  /** Adds the wallet to the pages that the context opens from now on. */
  install(context: BrowserContext): Promise<void>;
  /** Sets how the wallet answers from now on. */
  setAnswer(page: Page, answering: Answering): Promise<void>;
  /** Answers what the wallet was silent about. */
  answerLate(page: Page): Promise<void>;
  /** Has the wallet know these chains only, such as `solana:mainnet`. */
  setChains(page: Page, chains: readonly string[]): Promise<void>;
  /** Returns how many transactions the wallet was asked for since the page was loaded. */
  countAsked(page: Page): Promise<number>;
}

interface InPage {
  answering: Answering;
  chains: string[];
  asked: number;
  late: (() => void)[];
}

type WithWallet = typeof globalThis & { testWallet: InPage };

const NAME = "Test Wallet";
/** Header of a PKCS #8 document with an Ed25519 seed. */
const PKCS8 = "302e020100300506032b657004220420";

/**
 * Creates a wallet. Its key is usable in Node as well, for what happens outside of the page.
 * @example
 * const wallet = createTestWallet();
 * await wallet.install(page.context());
 */
export function createTestWallet(): TestWallet {
  const [key, other] = [Keypair.generate(), Keypair.generate()];
  const pkcs8 = ({ secretKey }: Keypair) => [
    ...Buffer.from(PKCS8, "hex"),
    ...secretKey.slice(0, 32),
  ];
  const accountOf = ({ publicKey }: Keypair) => ({
    address: publicKey.toBase58(),
    bytes: [...publicKey.toBytes()],
  });
  const given = {
    name: NAME,
    keys: [pkcs8(key), pkcs8(other)],
    accounts: [accountOf(key), accountOf(other)],
  };
  const read = <Result>(page: Page, run: (wallet: InPage) => Result) =>
    page.evaluate(`(${run.toString()})(globalThis.testWallet)`) as Promise<Result>;
  return {
    name: NAME,
    key,
    install: async (context) => void (await context.addInitScript(registerInPage, given)),
    setAnswer: (page, answering) =>
      page.evaluate((value) => {
        (globalThis as WithWallet).testWallet.answering = value;
      }, answering),
    answerLate: (page) =>
      read(page, (wallet) => wallet.late.splice(0).forEach((answer) => answer())),
    setChains: (page, chains) =>
      page.evaluate(
        (value) => {
          (globalThis as WithWallet).testWallet.chains = value;
        },
        [...chains],
      ),
    countAsked: (page) => read(page, (wallet) => wallet.asked),
  };
}

interface Given {
  name: string;
  /** Keys as PKCS #8: the account's own, and another one. */
  keys: number[][];
  accounts: { address: string; bytes: number[] }[];
}

/** Registers the wallet. It runs in the page, so that it uses nothing of this file. */
function registerInPage({ name, keys, accounts }: Given): void {
  const state: InPage = {
    answering: "approve",
    chains: ["solana:localnet", "solana:devnet"],
    asked: 0,
    late: [],
  };
  const standard = accounts.map(({ address, bytes }) => ({
    address,
    publicKey: Uint8Array.from(bytes),
    chains: state.chains,
    features: ["solana:signTransaction", "solana:signMessage"],
  }));
  let shared = [standard[0]!];
  const listeners = new Set<(change: object) => void>();
  const signBytes = async (message: Uint8Array): Promise<Uint8Array> => {
    const raw = Uint8Array.from(keys[state.answering === "wrongKey" ? 1 : 0]!);
    const key = await crypto.subtle.importKey("pkcs8", raw, "Ed25519", false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("Ed25519", key, Uint8Array.from(message)));
  };
  const decide = async (): Promise<void> => {
    if (state.answering === "reject") throw Object.assign(new Error("declined"), { code: 4001 });
    if (state.answering === "silent") await new Promise<void>((done) => state.late.push(done));
    if (state.answering !== "wrongAccount") return;
    shared = [standard[1]!];
    listeners.forEach((listener) => listener({ accounts: shared }));
  };
  const signTransaction = async (bytes: Uint8Array): Promise<Uint8Array> => {
    state.asked += 1;
    await decide();
    const signed = Uint8Array.from(bytes);
    const message = signed.slice(1 + 64 * signed[0]!);
    // A version is one byte before the header; the number of accounts is one byte after it.
    const first = (message[0]! >= 0x80 ? 1 : 0) + 4;
    const own = accounts[0]!.bytes;
    const isOwn = (place: number) =>
      own.every((byte, index) => byte === message[first + 32 * place + index]);
    let place = 0;
    while (!isOwn(place)) place += 1;
    signed.set(await signBytes(message), 1 + 64 * place);
    return signed;
  };
  const wallet = {
    version: "1.0.0",
    name,
    icon: "data:image/svg+xml;base64,PHN2Zy8+",
    get chains() {
      return state.chains;
    },
    get accounts() {
      return shared;
    },
    features: {
      "standard:connect": {
        version: "1.0.0",
        connect: () => Promise.resolve({ accounts: shared }),
      },
      "standard:events": {
        version: "1.0.0",
        on: (_event: string, listener: (change: object) => void) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      "solana:signTransaction": {
        version: "1.0.0",
        supportedTransactionVersions: ["legacy", 0],
        signTransaction: (...inputs: { transaction: Uint8Array }[]) =>
          Promise.all(
            inputs.map(async ({ transaction }) => ({
              signedTransaction: await signTransaction(transaction),
            })),
          ),
      },
      "solana:signMessage": {
        version: "1.0.0",
        signMessage: (...inputs: { message: Uint8Array }[]) =>
          Promise.all(
            inputs.map(async ({ message }) => {
              await decide();
              return { signedMessage: message, signature: await signBytes(message) };
            }),
          ),
      },
    },
  };
  const register = ({ register: add }: { register(wallet: object): unknown }) => add(wallet);
  Object.assign(globalThis, { testWallet: state });
  addEventListener("wallet-standard:app-ready", (event) =>
    register((event as CustomEvent<{ register(wallet: object): unknown }>).detail),
  );
  dispatchEvent(new CustomEvent("wallet-standard:register-wallet", { detail: register }));
}
