/** One sentence and one way on for each failure of a wallet. */
import { type Problem, ProblemError, type ProblemTexts, toProblem } from "./problem";

const TEXTS = {
  none: [
    "No wallet found",
    "This browser has no Solana wallet.",
    "Install a wallet, or open this page in the browser of your wallet's app.",
    true,
  ],
  rejected: [
    "You declined in the wallet",
    "You declined the request in your wallet. Nothing was sent.",
    "Try again when you are ready.",
    true,
  ],
  silent: [
    "Your wallet has not answered yet",
    "Your wallet has not answered for 20 seconds. Nothing was sent yet.",
    "Open your wallet and look for a waiting request, or cancel here.",
    true,
  ],
  wrongAccount: [
    "Another account is chosen in the wallet",
    "The account in your wallet is not the one that this step was built for. Nothing was sent.",
    "Choose the right account in your wallet, then try again.",
    true,
  ],
  wrongKey: [
    "Another account signed",
    "Your wallet signed with a key that does not belong to the connected account. Nothing was sent.",
    "Choose the connected account in your wallet, then try again.",
    true,
  ],
  wrongCluster: [
    "Wrong network",
    "This page's RPC node is on a different network than expected. Nothing was sent.",
    "Switch to the right network, or ask the page's operator to correct its settings.",
    false,
  ],
  chainUnsupported: [
    "The wallet does not know this network",
    "Your wallet does not support the network of this page.",
    "Switch your wallet to this network, or connect another wallet.",
    false,
  ],
  expired: [
    "The request grew too old",
    "The answer came after the transaction had expired. Nothing was sent.",
    "Check the renewed transaction and approve it within a minute.",
    true,
  ],
  disconnected: [
    "The wallet is not connected",
    "Your wallet is not connected to this page. Nothing was sent.",
    "Connect your wallet, then try again.",
    true,
  ],
  changed: [
    "The wallet changed the transaction",
    "Your wallet returned something other than the transaction you reviewed. Nothing was sent.",
    "Try again, or use another wallet.",
    true,
  ],
  unsigned: [
    "The wallet returned no signature",
    "Your wallet answered without its signature. Nothing was sent.",
    "Try again, or use another wallet.",
    true,
  ],
  failed: [
    "The wallet failed",
    "Your wallet reported an error. Nothing was sent.",
    "Try again. If it fails again, restart your wallet or use another one.",
    true,
  ],
  messageUnsupported: [
    "The wallet cannot sign messages",
    "Your wallet cannot sign a message, so it cannot log in here.",
    "Connect a wallet that signs messages. Payments work with this one.",
    false,
  ],
  transactionUnsupported: [
    "The wallet cannot sign transactions",
    "Your wallet only shows an account and cannot sign a transaction for this page.",
    "Connect another wallet.",
    false,
  ],
  noAccount: [
    "The wallet shared no account",
    "Your wallet connected without sharing an account.",
    "Choose an account in your wallet, then connect again.",
    true,
  ],
} as const satisfies Record<string, ProblemTexts>;

/** Ways in which a wallet fails. The code of the problem is `wallet.` and this name. */
export type WalletProblemName = keyof typeof TEXTS;

/**
 * Returns the problem for one kind of wallet failure, with a sentence and a way on of its own.
 * @example
 * import { walletProblem } from "@milepost/react";
 *
 * walletProblem("rejected").nextStep; // "Try again when you are ready."
 */
export function walletProblem(name: WalletProblemName): Problem {
  return toProblem(`wallet.${name}`, TEXTS[name]);
}

/** Returns an error with the problem of one kind of wallet failure. */
export function walletFailure(name: WalletProblemName, cause?: unknown): ProblemError {
  return new ProblemError(walletProblem(name), cause);
}

/** EIP-1193's code for a refusal by the user, which Solana's wallets use as well. */
const USER_REJECTED = 4001;
const REFUSED = /reject|declin|den(y|ied)|cancel|abort|window ?closed/i;
const DISCONNECTED = /disconnect|not ?connected|not ?ready/i;

/**
 * Returns the problem behind whatever a wallet threw while it connected or signed: a refusal of its user, a lost connection,
 * or a failure.
 */
export function problemOfWallet(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const { code, message, name } = (error ?? {}) as Record<"code" | "message" | "name", unknown>;
  const text = [name, typeof error === "string" ? error : message].map(String).join(" ");
  if (code === USER_REJECTED || REFUSED.test(text)) return walletProblem("rejected");
  if (DISCONNECTED.test(text)) return walletProblem("disconnected");
  return walletProblem("failed");
}
