import {
  type Commitment,
  type Connection,
  type PublicKey,
  type Signer,
  type Transaction,
  type VersionedTransaction,
} from "@solana/web3.js";
import { PROGRAM_ID } from "./constants";
import { toAddress } from "./input/address";

/** Anything with a public key: an Anchor wallet, a wallet adapter, a `Keypair`. Only `send` needs more than the key. */
export interface MilestoneWallet {
  readonly publicKey: PublicKey;
  signTransaction?<T extends Transaction | VersionedTransaction>(transaction: T): Promise<T>;
  /** Anchor's `NodeWallet` has it. */
  readonly payer?: Signer;
  /** A `Keypair` has it. */
  readonly secretKey?: Uint8Array;
}

/** What every action works with. `MilestoneClient` is one. */
export interface MilestoneContext {
  readonly connection: Connection;
  readonly wallet: MilestoneWallet;
  readonly programId: PublicKey;
  readonly commitment: Commitment;
}

export interface MilestoneContextOptions {
  /** A deployment of your own. Default: `PROGRAM_ID`. */
  programId?: PublicKey;
  /** For reads and confirmations. Default: the connection's, else `confirmed`. */
  commitment?: Commitment;
}

/**
 * The context for the free-standing actions; no network is touched.
 * Throws `InvalidInputError` when the wallet has no public key.
 * @example
 * const context = createContext(connection, wallet);
 * const policy = await getPaymentPolicy(context, policyPda);
 */
export function createContext(
  connection: Connection,
  wallet: MilestoneWallet,
  options: MilestoneContextOptions = {},
): MilestoneContext {
  toAddress((wallet as MilestoneWallet | undefined)?.publicKey as PublicKey, "wallet.publicKey");
  return {
    connection,
    wallet,
    programId: options.programId ?? PROGRAM_ID,
    commitment: options.commitment ?? connection.commitment ?? "confirmed",
  };
}
