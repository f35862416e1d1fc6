import bs58 from "bs58";
import {
  Keypair,
  type Message,
  type Signer,
  Transaction,
  type VersionedTransaction,
} from "@solana/web3.js";
import type { SendClock } from "../context/clock";
import type { MilestoneContext } from "../context/context";
import type { MilestoneWallet } from "../context/wallet";
import type { TransactionVersion } from "./message";
import { walletError } from "./wallet-error";

/** How the wallet takes part: with its key at hand, by signing, by sending itself, or only with its address. */
export type WalletKind = "local" | "signs" | "sends" | "watches";

/** Returns the wallet's key where it is at hand; null for a wallet that has to be asked. */
export function localSigner(wallet: MilestoneWallet): Signer | null {
  if (wallet.payer) return wallet.payer;
  return wallet.secretKey ? Keypair.fromSecretKey(wallet.secretKey) : null;
}

export function walletKind(wallet: MilestoneWallet): WalletKind {
  if (wallet.payer ?? wallet.secretKey) return "local";
  if (wallet.signTransaction) return "signs";
  return (wallet.sendTransaction ?? wallet.signAndSendTransaction) ? "sends" : "watches";
}

/** Throws `SendError` (`SendWalletVersion`) when the wallet says beforehand that it can't sign this version. */
export function refuseVersion(wallet: MilestoneWallet, version: TransactionVersion): void {
  const versions = wallet.supportedTransactionVersions;
  if (versions === undefined || walletKind(wallet) === "local") return;
  if (versions === null ? version === "legacy" : versions.has(version)) return;
  throw walletError(new Error("Unsupported transaction version"), "version");
}

/** Asks the wallet for its signature. Throws `SendError`; nothing was sent. */
export async function askToSign(
  wallet: MilestoneWallet,
  transaction: VersionedTransaction,
  wait: { clock: SendClock; walletTimeoutMs: number },
): Promise<unknown> {
  try {
    return await inTime(wait, () => wallet.signTransaction!(toWallet(transaction)));
  } catch (cause) {
    throw walletError(cause, "sign");
  }
}

/**
 * Has the wallet sign and send. Returns the signature. Throws `SendError`, whose code says whether it may have been
 * sent.
 */
export async function askToSend(
  { wallet, connection }: MilestoneContext,
  transaction: VersionedTransaction,
  wait: { clock: SendClock; walletTimeoutMs: number },
): Promise<string> {
  try {
    const form = toWallet(transaction);
    const answer = await inTime<unknown>(wait, () =>
      wallet.sendTransaction
        ? wallet.sendTransaction(form, connection)
        : wallet.signAndSendTransaction!(form),
    );
    return toSignature(answer);
  } catch (cause) {
    throw walletError(cause, "send");
  }
}

/** A wallet that signs legacy transactions only expects web3.js's legacy class. */
function toWallet(transaction: VersionedTransaction): Transaction | VersionedTransaction {
  if (transaction.version !== "legacy") return transaction;
  const signatures = transaction.signatures.map((bytes) => bs58.encode(bytes));
  return Transaction.populate(transaction.message as Message, signatures);
}

const SIGNATURE_LENGTH = 64;

function toSignature(answer: unknown): string {
  const given = (answer as { signature?: unknown } | null)?.signature ?? answer;
  const bytes = typeof given === "string" ? bs58.decode(given) : given;
  if (!(bytes instanceof Uint8Array) || bytes.length !== SIGNATURE_LENGTH) {
    throw new Error("the wallet returned no signature");
  }
  return bs58.encode(bytes);
}

/** What a wallet that stays silent is taken for; see `walletError`. */
export class SilentWallet extends Error {
  constructor(readonly milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
  }
}

/** Without the timer an abandoned approval window would keep `send` waiting until the page is closed. */
function inTime<T>(
  { clock, walletTimeoutMs }: { clock: SendClock; walletTimeoutMs: number },
  call: () => Promise<T>,
): Promise<T> {
  const after = clock.after ?? afterTimeout;
  return new Promise<T>((resolve, reject) => {
    const cancel = after(walletTimeoutMs, () => reject(new SilentWallet(walletTimeoutMs)));
    const answer = (async () => call())();
    answer.then(resolve, reject).finally(cancel);
  });
}

function afterTimeout(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
}
