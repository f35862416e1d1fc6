import { Keypair, type Signer, type VersionedTransaction } from "@solana/web3.js";
import type { MilestoneWallet } from "../context";
import { MilepostErrorCode } from "../errors/codes";
import { SendError } from "../errors/send";

/**
 * Signs with the signers and, where its key is needed and not among them, with the wallet.
 * Throws `SendError` (`SendMissingSigner`) naming every signature that is still missing.
 */
export async function signTransaction(
  transaction: VersionedTransaction,
  wallet: MilestoneWallet,
  signers: readonly Signer[],
): Promise<VersionedTransaction> {
  const { header, staticAccountKeys } = transaction.message;
  const required = staticAccountKeys.slice(0, header.numRequiredSignatures);
  const isRequired = (signer: { publicKey: Signer["publicKey"] }) =>
    required.some((key) => key.equals(signer.publicKey));
  const own = localSigner(wallet);
  const local = [...signers, ...(own ? [own] : [])].filter(isRequired);
  if (local.length > 0) transaction.sign(local);

  const isWalletMissing =
    isRequired(wallet) && !local.some(({ publicKey }) => publicKey.equals(wallet.publicKey));
  const signed =
    isWalletMissing && wallet.signTransaction
      ? await wallet.signTransaction(transaction)
      : transaction;
  const missing = required.filter((_key, index) => {
    const signature = signed.signatures[index];
    return !signature || signature.every((byte) => byte === 0);
  });
  if (missing.length > 0) {
    throw new SendError(
      MilepostErrorCode.SendMissingSigner,
      `Missing signatures: ${missing.map((key) => key.toBase58()).join(", ")}.`,
      { metaMessages: ["Hint: pass them in `signers`, or use the wallet that holds the key."] },
    );
  }
  return signed;
}

function localSigner(wallet: MilestoneWallet): Signer | null {
  if (wallet.payer) return wallet.payer;
  return wallet.secretKey ? Keypair.fromSecretKey(wallet.secretKey) : null;
}
