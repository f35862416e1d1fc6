import type { PublicKey, Signer, VersionedTransaction } from "@solana/web3.js";
import type { SendClock } from "../context/clock";
import type { MilestoneWallet } from "../context/wallet";
import { MilepostErrorCode } from "../errors/codes";
import { SendError } from "../errors/send";
import { type Draft, requiredSigners } from "./message";
import { readReturned, requireSame } from "./returned";
import { askToSign, localSigner, walletKind } from "./wallet";

export interface SignOptions {
  signers: readonly Signer[];
  clock: SendClock;
  walletTimeoutMs: number;
}

/** Returns whether the wallet itself has to be asked, as its signature is needed and its key is not at hand. */
export function needsWallet(
  transaction: VersionedTransaction,
  wallet: MilestoneWallet,
  signers: readonly Signer[],
): boolean {
  const isWallet = (key: PublicKey) => key.equals(wallet.publicKey);
  return (
    walletKind(wallet) !== "local" &&
    requiredSigners(transaction.message).some(isWallet) &&
    !signers.some(({ publicKey }) => isWallet(publicKey))
  );
}

/** Signs with the keys at hand, those of `signers` and the wallet's own where it is local. */
export function signLocally(
  transaction: VersionedTransaction,
  wallet: MilestoneWallet,
  signers: readonly Signer[],
): void {
  const required = requiredSigners(transaction.message);
  const own = localSigner(wallet);
  const local = [...signers, ...(own ? [own] : [])].filter(({ publicKey }) =>
    required.some((key) => key.equals(publicKey)),
  );
  if (local.length > 0) transaction.sign(local);
}

/**
 * Signs with the signers and, where its key is needed and not among them, with the wallet. What the wallet returns is
 * checked against the draft.
 * Throws `SendError`: `SendMissingSigner` with every signature that is still missing, or one of the wallet's codes.
 */
export async function signTransaction(
  transaction: VersionedTransaction,
  draft: Draft,
  wallet: MilestoneWallet,
  options: SignOptions,
): Promise<VersionedTransaction> {
  const { signers } = options;
  signLocally(transaction, wallet, signers);
  let signed = transaction;
  const isAsked = needsWallet(transaction, wallet, signers) && wallet.signTransaction;
  if (isAsked) {
    const address = wallet.publicKey;
    const before = transaction.message.serialize();
    signed = readReturned(await askToSign(wallet, transaction, options));
    requireSame(draft, signed);
    requireAccount(wallet, address);
    // A wallet that adds guards makes the signatures that were there worthless.
    const after = signed.message.serialize();
    if (!isEqual(before, after)) signLocally(signed, wallet, signers);
    if (missingSigners(signed).some((key) => key.equals(address))) {
      throw new SendError(
        MilepostErrorCode.SendWalletUnsigned,
        "The wallet returned the transaction without its signature.",
        { metaMessages: ["Hint: nothing was sent; try again, or use another wallet."] },
      );
    }
  }
  refuseMissing(signed, draft, wallet);
  return signed;
}

/** The user may switch accounts while the wallet asks; what was signed then is not what was built. */
function requireAccount(wallet: MilestoneWallet, address: PublicKey): void {
  const now = wallet.publicKey as PublicKey | null;
  if (now?.equals(address)) return;
  throw new SendError(
    MilepostErrorCode.SendWalletWrongAccount,
    `The wallet's account changed from ${address.toBase58()} to ${now?.toBase58() ?? "none"} while it signed.`,
    { metaMessages: ["Hint: nothing was sent; build the instructions again for the new account."] },
  );
}

/** Throws `SendError` for each missing signature. */
export function refuseMissing(
  signed: VersionedTransaction,
  draft: Draft,
  wallet: MilestoneWallet,
): void {
  const missing = missingSigners(signed).filter((key) => !isSentBy(wallet, key));
  if (missing.length === 0) return;
  const names = missing.map((key) => key.toBase58()).join(", ");
  if (walletKind(wallet) !== "local" && signsNothing(draft, wallet.publicKey)) {
    throw new SendError(
      MilepostErrorCode.SendWalletWrongAccount,
      `The instructions need the signature of ${names}; the wallet's account is ${wallet.publicKey.toBase58()}.`,
      {
        metaMessages: [
          "Hint: nothing was sent; switch the wallet to that account, or pass its key in `signers`.",
        ],
      },
    );
  }
  throw new SendError(MilepostErrorCode.SendMissingSigner, `Missing signatures: ${names}.`, {
    metaMessages: ["Hint: pass them in `signers`, or use the wallet that holds the key."],
  });
}

/** A wallet that sends by itself signs later. */
function isSentBy(wallet: MilestoneWallet, key: PublicKey): boolean {
  return walletKind(wallet) === "sends" && key.equals(wallet.publicKey);
}

function signsNothing({ instructions }: Draft, address: PublicKey): boolean {
  return !instructions.some(({ keys }) =>
    keys.some(({ pubkey, isSigner }) => isSigner && pubkey.equals(address)),
  );
}

function missingSigners({ message, signatures }: VersionedTransaction): PublicKey[] {
  return requiredSigners(message).filter((_key, index) => {
    const signature = signatures[index];
    return !signature || signature.every((byte) => byte === 0);
  });
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
