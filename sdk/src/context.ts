import {
  type Commitment,
  type Connection,
  type PublicKey,
  type Signer,
  type Transaction,
  type VersionedTransaction,
} from "@solana/web3.js";
import { withMinContextSlot } from "./accounts/read-accounts";
import { PROGRAM_ID } from "./constants";
import { InvalidInputError } from "./errors/input";
import type { SendClock } from "./rpc/clock";
import { walletAddress } from "./wallet-address";

/** Anything with a public key: an Anchor wallet, a wallet adapter, a `Keypair`. Only `send` needs more than the key. */
export interface MilestoneWallet {
  /** Address of the wallet: the default owner, payer and executor. */
  readonly publicKey: PublicKey;
  /** Signs a transaction and returns it. `send` uses it unless the wallet's key is at hand. */
  signTransaction?<T extends Transaction | VersionedTransaction>(transaction: T): Promise<T>;
  /** Signs and sends, as wallet adapters do. `send` uses it only where there is no `signTransaction`. Returns the signature. */
  sendTransaction?(
    transaction: Transaction | VersionedTransaction,
    connection: Connection,
  ): Promise<string>;
  /** Signs and sends, as Phantom's and Solflare's own providers do. Used last. */
  signAndSendTransaction?(transaction: Transaction | VersionedTransaction): Promise<
    | string
    | {
        /** Signature of the transaction, in base58 or as its 64 bytes. */
        signature: string | Uint8Array;
      }
  >;
  /** As wallet adapters have it: null for a wallet that signs legacy transactions only. */
  readonly supportedTransactionVersions?: ReadonlySet<string | number> | null;
  /** Anchor's `NodeWallet` has it. */
  readonly payer?: Signer;
  /** A `Keypair` has it. */
  readonly secretKey?: Uint8Array;
}

/** What every action works with. `MilestoneClient` is one. */
export interface MilestoneContext {
  /** Connection of web3.js 1.x that reads and sends. */
  readonly connection: Connection;
  /** Wallet whose address is the default for owner, payer and executor. Only `send` needs its signature. */
  readonly wallet: MilestoneWallet;
  /** Address of the Milepost program: `PROGRAM_ID`, or that of a deployment of your own. */
  readonly programId: PublicKey;
  /** Commitment of every read, which a transaction has to reach to count as confirmed. */
  readonly commitment: Commitment;
  /** Slot that a node must have reached to answer a read; see `withMinContextSlot`. */
  readonly minContextSlot?: number;
  /** Local time for retries. Default: the computer's clock. */
  readonly clock?: SendClock;
}

/** Settings of `createContext` and of `MilestoneClient`; each has a default. */
export interface MilestoneContextOptions {
  /** A deployment of your own. Default: `PROGRAM_ID`. */
  programId?: PublicKey;
  /** For reads and confirmations. Default: the connection's, else `confirmed`. */
  commitment?: Commitment;
  /** Slot that a node must have reached to answer a read; see `withMinContextSlot`. Default: any. */
  minContextSlot?: number;
  /** Local time for retries; tests bring their own. Default: the computer's clock. */
  clock?: SendClock;
}

/**
 * The context for the free-standing actions; no network is touched.
 * Throws `InvalidInputError` when the wallet has no public key, or the connection is not a web3.js `Connection`.
 * @example
 * const context = createContext(connection, wallet);
 * const policy = await getPaymentPolicy(context, policyPda);
 */
export function createContext(
  connection: Connection,
  wallet: MilestoneWallet,
  options: MilestoneContextOptions = {},
): MilestoneContext {
  requireConnection(connection);
  walletAddress({ wallet });
  const context: MilestoneContext = {
    connection,
    wallet,
    programId: options.programId ?? PROGRAM_ID,
    commitment: options.commitment ?? connection.commitment ?? "confirmed",
    ...(options.clock ? { clock: options.clock } : {}),
  };
  return options.minContextSlot === undefined
    ? context
    : withMinContextSlot(context, options.minContextSlot);
}

/** A URL and the RPC object of `@solana/kit` are the usual mistakes; the latter answers to any name, also to a property's. */
function requireConnection(connection: unknown): void {
  const isObject = typeof connection === "object" && connection !== null;
  const isKit =
    isObject && typeof (connection as { commitment?: unknown }).commitment === "function";
  if (isObject && !isKit) return;
  throw new InvalidInputError({
    field: "connection",
    expected: "a Connection of @solana/web3.js 1.x",
    // A URL may hold an API key.
    received:
      typeof connection === "string" ? "a string" : isKit ? "an RPC of @solana/kit" : connection,
    hint: "pass new Connection(url)",
  });
}
