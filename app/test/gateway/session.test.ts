import { expect } from "chai";
import { GatewayProblem } from "../../src/gateway/problem";
import {
  createSessionStore,
  type SessionApi,
  walletMismatch,
  type WalletSession,
} from "../../src/gateway/session";
import { settled, tabChannels } from "./fakes";

const ADA = "Ada1111111111111111111111111111111111111111";
const BEN = "Ben1111111111111111111111111111111111111111";

const sessionOf = (address: string, csrfToken = "t"): WalletSession => ({
  ...{
    object: "wallet_session",
    id: `ws_${address}`,
    address,
    mode: "test",
    csrfToken,
    expires: 1,
  },
  ...{ isOperator: false, accounts: [] },
});

const walletOf = (address: string) => ({
  address,
  signMessage: async (message: Uint8Array) => message.slice(0, 4),
});

const none = new GatewayProblem("authentication_required", "There is none.", { status: 401 });

/** A browser whose cookie all tabs share. */
function openBrowser() {
  let cookie: string | null = null;
  let failure: Error | null = null;
  const signed: [challenge: string, signature: string][] = [];
  const channel = tabChannels();
  let token = "t";
  const api: SessionApi = {
    async current() {
      if (failure) throw failure;
      if (cookie === null) throw none;
      return sessionOf(cookie, token);
    },
    async challenge(address) {
      if (failure) throw failure;
      return { id: address, message: `Sign in as ${address}` };
    },
    async begin(challenge, signature) {
      signed.push([challenge, signature]);
      cookie = challenge;
      return sessionOf(challenge);
    },
    async end() {
      if (failure) throw failure;
      cookie = null;
    },
  };
  const explainWallet = () => ({
    ...{ code: "wallet_rejected", title: "You rejected it", text: "", nextStep: "" },
    canRetry: true,
  });
  const openTab = () => createSessionStore({ api, channel: channel(), explainWallet });
  return {
    openTab,
    signed,
    fail: (error: Error | null) => (failure = error),
    /** Replaces the cookie as a tab does that tells nobody. */
    replace(address: string, next = "t") {
      cookie = address;
      token = next;
    },
  };
}

describe("the session of the page", () => {
  it("is signed out without a cookie, and says no problem", async () => {
    const tab = openBrowser().openTab();
    expect(tab.get().status).to.equal("loading");
    await tab.load();
    expect(tab.get()).to.deep.equal({ status: "signed-out", session: null, problem: null });
  });

  it("has the wallet sign the gateway's text, and sends the signature in base64", async () => {
    const { openTab, signed } = openBrowser();
    const tab = openTab();
    await tab.signIn(walletOf(ADA));
    expect(signed).to.deep.equal([[ADA, btoa("Sign")]]);
    expect(tab.get()).to.deep.include({ status: "signed-in", session: sessionOf(ADA) });
  });

  it("keeps the session before when the wallet rejects the next one", async () => {
    const tab = openBrowser().openTab();
    await tab.signIn(walletOf(ADA));
    const rejecting = { address: BEN, signMessage: () => Promise.reject(new Error("rejected")) };
    await tab.signIn(rejecting);
    expect(tab.get()).to.deep.include({ status: "signed-in", session: sessionOf(ADA) });
    expect(tab.get().problem).to.include({ code: "wallet_rejected" });
  });

  it("says that the gateway is not reachable, and signs in on the next try", async () => {
    const { openTab, fail } = openBrowser();
    const tab = openTab();
    fail(new GatewayProblem("gateway_unreachable", "No answer."));
    await tab.signIn(walletOf(ADA));
    expect(tab.get().status).to.equal("signed-out");
    expect(tab.get().problem).to.include({ code: "gateway_unreachable" });
    fail(null);
    await tab.signIn(walletOf(ADA));
    expect(tab.get().problem).to.equal(null);
  });

  it("says in every other tab which wallet signed in", async () => {
    const { openTab } = openBrowser();
    const [first, second] = [openTab(), openTab()];
    await first.signIn(walletOf(ADA));
    await settled();
    expect(second.get()).to.deep.include({ session: sessionOf(ADA), problem: null });
    await second.signIn(walletOf(BEN));
    await settled();
    expect(first.get().session).to.deep.equal(sessionOf(BEN));
    expect(first.get().problem).to.include({
      code: "other_tab",
      title: `Another tab signed in as ${BEN}`,
    });
  });

  it("finds out by a look that a tab which told nobody signed in with another wallet", async () => {
    const { openTab, replace } = openBrowser();
    const tab = openTab();
    await tab.signIn(walletOf(ADA));
    const before = tab.get();
    await tab.check();
    expect(tab.get()).to.equal(before);
    replace(BEN);
    await Promise.all([tab.check(), tab.check()]);
    expect(tab.get().session).to.deep.equal(sessionOf(BEN));
    expect(tab.get().problem).to.include({ title: `Another tab signed in as ${BEN}` });
  });

  it("takes the token of its wallet's newer session, and says no problem", async () => {
    const { openTab, replace } = openBrowser();
    const tab = openTab();
    await tab.signIn(walletOf(ADA));
    replace(ADA, "newer");
    await tab.check();
    expect(tab.get()).to.deep.include({ session: sessionOf(ADA, "newer"), problem: null });
  });

  it("keeps the session when a look gets no answer", async () => {
    const { openTab, fail } = openBrowser();
    const tab = openTab();
    await tab.signIn(walletOf(ADA));
    fail(new GatewayProblem("gateway_unreachable", "No answer."));
    await tab.check();
    expect(tab.get()).to.deep.include({ status: "signed-in", session: sessionOf(ADA) });
  });

  it("signs out in all tabs", async () => {
    const { openTab } = openBrowser();
    const [first, second] = [openTab(), openTab()];
    await first.signIn(walletOf(ADA));
    await settled();
    await second.signOut();
    await settled();
    expect(second.get().session).to.equal(null);
    expect(first.get().session).to.equal(null);
    expect(first.get().problem).to.include({ title: "Another tab signed out" });
  });

  it("stays signed in, with the reason, when the end does not reach the gateway", async () => {
    const { openTab, fail } = openBrowser();
    const tab = openTab();
    await tab.signIn(walletOf(ADA));
    fail(new GatewayProblem("gateway_unreachable", "No answer."));
    await tab.signOut();
    expect(tab.get()).to.deep.include({ status: "signed-in", session: sessionOf(ADA) });
    expect(tab.get().problem).to.include({ code: "gateway_unreachable" });
  });

  it("says that it ended, once", async () => {
    const tab = openBrowser().openTab();
    await tab.load();
    tab.noteEnded();
    expect(tab.get().problem).to.equal(null);
    await tab.signIn(walletOf(ADA));
    tab.noteEnded();
    expect(tab.get()).to.deep.include({ status: "signed-out", session: null });
    expect(tab.get().problem).to.include({ nextStep: "Sign in again." });
  });

  it("notices a connected wallet that is not the session's", () => {
    expect(walletMismatch(sessionOf(ADA), walletOf(ADA))).to.equal(null);
    expect(walletMismatch(null, walletOf(ADA))).to.equal(null);
    expect(walletMismatch(sessionOf(ADA), null)).to.equal(null);
    expect(walletMismatch(sessionOf(ADA), walletOf(BEN))).to.include({ code: "wallet_changed" });
  });
});
