import type { Commitment, Connection, PublicKey } from "@solana/web3.js";
import { PROGRAM_ID } from "../constants";
import { InvalidInputError } from "../errors/input";
import type { SendClock } from "./clock";
import { type MilestoneWallet, walletAddress } from "./wallet";

/** Connection, wallet and settings that every action needs. `MilestoneClient` is one. */
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
  /** Address of a deployment of your own. Default: `PROGRAM_ID`. */
  programId?: PublicKey;
  /** Commitment of reads and confirmations. Default: the connection's, otherwise `confirmed`. */
  commitment?: Commitment;
  /** Slot that a node must have reached to answer a read; see `withMinContextSlot`. Default: any. */
  minContextSlot?: number;
  /** Local time for retries; tests pass their own. Default: the computer's clock. */
  clock?: SendClock;
}

/**
 * Creates the context for the free-standing actions; touches no network.
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

/** Refuses the usual mistakes: a URL, and the RPC object of `@solana/kit`, which has a property of any name. */
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

/**
 * Returns a context whose reads, by any function, are answered at `minContextSlot` or later.
 * Throws `InvalidInputError` for anything other than a slot number.
 * @example
 * import { createContext, getPaymentPolicy, withMinContextSlot } from "@milepost/sdk";
 *
 * const fresh = withMinContextSlot(createContext(connection, wallet), slot);
 * const policy = await getPaymentPolicy(fresh, policyPda);
 */
export function withMinContextSlot(
  context: MilestoneContext,
  minContextSlot: number,
): MilestoneContext {
  if (!Number.isSafeInteger(minContextSlot) || minContextSlot < 0) {
    throw new InvalidInputError({
      field: "minContextSlot",
      expected: "a slot number, as in the result of send",
      received: minContextSlot,
    });
  }
  const { connection, wallet, programId, commitment, clock } = context;
  const newest = Math.max(context.minContextSlot ?? 0, minContextSlot);
  return { connection, wallet, programId, commitment, clock, minContextSlot: newest };
}
