/** Connecting to a wallet: each answer, and each change that its user makes. */
import { Keypair } from "@solana/web3.js";
import type { Wallet } from "@wallet-standard/base";
import { expect } from "chai";
import { discoverWallets } from "../../src/wallets/wallet-registry";
import { WalletSession } from "../../src/wallets/wallet-session";

const address = () => Keypair.generate().publicKey.toBase58();

function fakeWallet(options: { chains?: string[]; connect?: () => Promise<unknown> } = {}) {
  const [first, second] = [{ address: address() }, { address: address() }];
  const listeners = new Set<(change: { accounts: object[] }) => void>();
  let disconnects = 0;
  const wallet = {
    version: "1.0.0",
    name: "Fake",
    icon: "data:image/svg+xml;base64,PHN2Zy8+",
    chains: options.chains ?? ["solana:devnet"],
    accounts: [first],
    features: {
      "standard:connect": { connect: options.connect ?? (async () => ({ accounts: [first] })) },
      "standard:disconnect": { disconnect: async () => void (disconnects += 1) },
      "standard:events": {
        on: (_event: string, listener: (change: { accounts: object[] }) => void) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      "solana:signTransaction": {},
    },
  };
  const choose = (...accounts: object[]) => listeners.forEach((listener) => listener({ accounts }));
  return {
    wallet: wallet as unknown as Wallet,
    first,
    second,
    listeners,
    choose,
    disconnects: () => disconnects,
  };
}

describe("WalletSession", () => {
  it("connects, follows another account, and notices that none is shared any more", async () => {
    const { wallet, first, second, choose, listeners } = fakeWallet();
    const session = new WalletSession("solana:devnet");
    await session.connect(wallet);
    expect(session.getState().connected?.address).to.equal(first.address);
    choose(second);
    expect(session.getState().connected?.address).to.equal(second.address);
    choose();
    expect(session.getState()).to.deep.include({ status: "disconnected", connected: null });
    expect(session.getState().problem?.code).to.equal("wallet.disconnected");
    expect(listeners.size).to.equal(0);
  });

  it("says of each failed connection what it was", async () => {
    const failing = (error: unknown) =>
      fakeWallet({ connect: () => Promise.reject(error as Error) });
    const codeOf = async ({ wallet }: { wallet: Wallet }) => {
      const session = new WalletSession("solana:devnet");
      await session.connect(wallet);
      expect(session.getState().connected).to.equal(null);
      return session.getState().problem?.code;
    };
    expect(await codeOf(failing({ code: 4001 }))).to.equal("wallet.rejected");
    expect(await codeOf(failing(new Error("User rejected the request.")))).to.equal(
      "wallet.rejected",
    );
    expect(await codeOf(failing(new Error("Wallet not connected")))).to.equal(
      "wallet.disconnected",
    );
    expect(await codeOf(failing(new Error("boom")))).to.equal("wallet.failed");
    expect(await codeOf(fakeWallet({ chains: ["solana:mainnet"] }))).to.equal(
      "wallet.chainUnsupported",
    );
    const empty = fakeWallet({ connect: async () => ({ accounts: [] }) });
    (empty.wallet.accounts as object[]).length = 0;
    expect(await codeOf(empty)).to.equal("wallet.noAccount");
  });

  it("ignores the late answer of a wallet that the user gave up on", async () => {
    let answer: (value: unknown) => void = () => undefined;
    const silent = fakeWallet({ connect: () => new Promise((resolve) => (answer = resolve)) });
    const session = new WalletSession("solana:devnet");
    const connecting = session.connect(silent.wallet);
    expect(session.getState().status).to.equal("connecting");
    session.cancel();
    answer({ accounts: [silent.first] });
    await connecting;
    expect(session.getState()).to.deep.equal({
      ...{ status: "disconnected", connected: null, problem: null },
    });
  });

  it("disconnects the wallet, and forgets one that was removed from the page", async () => {
    const { wallet, disconnects } = fakeWallet();
    const session = new WalletSession("solana:devnet");
    await session.connect(wallet);
    await session.disconnect();
    expect(disconnects()).to.equal(1);
    expect(session.getState().status).to.equal("disconnected");
    await session.connect(wallet);
    session.forgetRemoved([]);
    expect(session.getState().problem?.code).to.equal("wallet.disconnected");
  });

  it("shows no failure of a connection that the page tried by itself", async () => {
    const { wallet } = fakeWallet({ connect: () => Promise.reject(new Error("locked")) });
    const session = new WalletSession("solana:devnet");
    await session.connect(wallet, true);
    expect(session.getState().problem).to.equal(null);
  });
});

describe("discoverWallets", () => {
  it("lists usable wallets first and leaves out other chains and second copies", () => {
    const other = { ...fakeWallet({ chains: ["solana:mainnet"] }).wallet, name: "Other" };
    const ethereum = { ...fakeWallet({ chains: ["eip155:1"] }).wallet, name: "Ethereum" };
    const { wallet } = fakeWallet();
    const found = discoverWallets([other, ethereum, wallet, wallet] as Wallet[], "solana:devnet");
    expect(found.map(({ name, isSupported }) => [name, isSupported])).to.deep.equal([
      ["Fake", true],
      ["Other", false],
    ]);
    const local = discoverWallets([other] as Wallet[], "solana:localnet");
    expect(local[0]?.isSupported, "wallets do not list localnets").to.equal(true);
  });
});
