/** Compiles a transaction that the parties sign first and the sponsor last. */
import { createHash } from "node:crypto";
import { prepareTransaction } from "@milepost/sdk";
import {
  ComputeBudgetProgram,
  type PublicKey,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { type Build, refuseSponsorAsParty } from "./build";
import type { ChainRuntime } from "./chain-runtime";
import { callRpc, readBlockHeight } from "./rpc";
import { contextOf } from "./sdk-context";

/** A transaction without a signature. */
export interface UnsignedTransaction {
  /** Bytes for the wallet, base64: version 0, every signature zero. */
  transaction: string;
  /** Bytes that are signed, base64. */
  message: string;
  /** SHA-256 of those bytes, hex. */
  messageHash: string;
  /** Addresses that must sign before the sponsor does, base58. */
  signers: string[];
  lastValidBlockHeight: number;
  /** The chain's time from which the bytes can no longer land, Unix seconds. Build again then. */
  expiresAt: bigint;
  /** Lamports that fee and rent cost the sponsor, by simulation. */
  lamports: bigint;
}

/** A block takes two fifths of a second. */
const [BLOCKS, SECS] = [5n, 2n];
/** Lamports per signature. */
const SIGNATURE_FEE = 5_000n;
const MICRO_LAMPORTS = 1_000_000n;

/**
 * Builds the message with a new blockhash, and with the sponsor as the fee payer unless another one is given. The SDK simulates it first, so that a party never
 * signs what the program would refuse.
 * Throws the SDK's errors, and `GatewayError` when the sponsor would sign as a party.
 * @example
 * const { transaction, message, expiresAt } = await buildUnsigned(chain, await buildFunding(chain, request));
 */
export async function buildUnsigned(
  chain: ChainRuntime,
  build: Build,
  feePayer: PublicKey = chain.sponsor.publicKey,
): Promise<UnsignedTransaction> {
  const [first] = await buildUnsignedChain(chain, [build], feePayer);
  return first!;
}

/**
 * Does the same for several builds that must land in their order. Only the first one can be simulated: the others need what it
 * creates. They take its blockhash, and its compute limit with room for addresses that are costlier to find.
 * Throws what `buildUnsigned` throws.
 */
export async function buildUnsignedChain(
  chain: ChainRuntime,
  builds: readonly Build[],
  feePayer: PublicKey = chain.sponsor.publicKey,
): Promise<UnsignedTransaction[]> {
  for (const { instructions } of builds) refuseSponsorAsParty(chain, instructions);
  const [first, ...others] = builds;
  if (!first) return [];
  const prepared = await prepareTransaction(contextOf(chain), first.instructions, {
    payer: feePayer,
  });
  const { transaction, lastValidBlockHeight, computeUnitLimit, computeUnitPrice } = prepared;
  const isSponsored = feePayer.equals(chain.sponsor.publicKey);
  const [rent, height, time] = await Promise.all([
    isSponsored ? rentOf(chain, transaction) : 0n,
    readBlockHeight(chain),
    chain.time(),
  ]);
  const blocksLeft = BigInt(Math.max(lastValidBlockHeight - height, 0));
  const expiresAt = time + (blocksLeft * SECS) / BLOCKS;
  const blockhash = transaction.message.recentBlockhash;
  const limit = Math.ceil(computeUnitLimit * LATER_ROOM);
  const later = others.map(({ instructions }) =>
    compileLater(feePayer, blockhash, instructions, { limit, price: computeUnitPrice }),
  );
  return [transaction, ...later].map((each, index) => {
    const message = Buffer.from(each.message.serialize());
    const { numRequiredSignatures } = each.message.header;
    const units = index === 0 ? computeUnitLimit : limit;
    const priority = BigInt(units) * BigInt(computeUnitPrice);
    const fee =
      BigInt(numRequiredSignatures) * SIGNATURE_FEE +
      (priority + MICRO_LAMPORTS - 1n) / MICRO_LAMPORTS;
    return {
      transaction: Buffer.from(each.serialize()).toString("base64"),
      message: message.toString("base64"),
      messageHash: hashMessage(message),
      signers: builds[index]!.signers.map((address) => address.toBase58()),
      lastValidBlockHeight,
      expiresAt,
      lamports: isSponsored ? rent + fee : 0n,
    };
  });
}

/** Compute units of a later transaction, as a multiple of the first one's. */
const LATER_ROOM = 1.5;

function compileLater(
  payerKey: PublicKey,
  recentBlockhash: string,
  instructions: Build["instructions"],
  { limit, price }: { limit: number; price: number },
): VersionedTransaction {
  const budget = [
    ComputeBudgetProgram.setComputeUnitLimit({ units: limit }),
    ...(price > 0 ? [ComputeBudgetProgram.setComputeUnitPrice({ microLamports: price })] : []),
  ];
  const whole = [...instructions, ...budget];
  const message = new TransactionMessage({ payerKey, recentBlockhash, instructions: whole });
  return new VersionedTransaction(message.compileToV0Message());
}

/** Returns the SHA-256 of a message, hex. */
export const hashMessage = (message: Uint8Array): string =>
  createHash("sha256").update(message).digest("hex");

/** Returns what the sponsor has less after the transaction, without the fee on clusters that do not simulate it. */
async function rentOf(
  { connection, sponsor }: ChainRuntime,
  transaction: VersionedTransaction,
): Promise<bigint> {
  const [before, { value }] = await Promise.all([
    callRpc("getBalance", () => connection.getBalance(sponsor.publicKey)),
    callRpc("simulateTransaction", () =>
      connection.simulateTransaction(transaction, {
        sigVerify: false,
        replaceRecentBlockhash: true,
        accounts: { encoding: "base64", addresses: [sponsor.publicKey.toBase58()] },
      }),
    ),
  ]);
  const after = value.accounts?.[0]?.lamports ?? before;
  return BigInt(Math.max(before - after, 0));
}
