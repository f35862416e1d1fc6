import type {
  Connection,
  PublicKey,
  Signer,
  Transaction,
  VersionedTransaction,
} from "@solana/web3.js";
import { toAddress } from "../input/address";

/** Object with a public key: an Anchor wallet, a wallet adapter, a `Keypair`. Only `send` needs more than the key. */
export interface MilestoneWallet {
  /** Address of the wallet: the default owner, payer and executor. */
  readonly publicKey: PublicKey;
  /** Signs a transaction and returns it. `send` uses it unless the wallet's key is at hand. */
  signTransaction?<T extends Transaction | VersionedTransaction>(transaction: T): Promise<T>;
  /** Signs and sends, as wallet adapters do. `send` uses it only without `signTransaction`. Returns the signature. */
  sendTransaction?(
    transaction: Transaction | VersionedTransaction,
    connection: Connection,
  ): Promise<string>;
  /** Signs and sends, as Phantom's and Solflare's own providers do. `send` uses it last. */
  signAndSendTransaction?(transaction: Transaction | VersionedTransaction): Promise<
    | string
    | {
        /** Signature of the transaction, in base58 or as its 64 bytes. */
        signature: string | Uint8Array;
      }
  >;
  /** Versions that a wallet adapter signs; null for a wallet that signs legacy transactions only. */
  readonly supportedTransactionVersions?: ReadonlySet<string | number> | null;
  /** Key pair of Anchor's `NodeWallet`. */
  readonly payer?: Signer;
  /** Secret key of a `Keypair`. */
  readonly secretKey?: Uint8Array;
}

/**
 * Returns the wallet's current address: a wallet adapter sets it to null when the user disconnects.
 * Throws `InvalidInputError`.
 */
export function walletAddress({ wallet }: { readonly wallet: MilestoneWallet }): PublicKey {
  return toAddress(
    (wallet as typeof wallet | undefined)?.publicKey as PublicKey,
    "wallet.publicKey",
  );
}
