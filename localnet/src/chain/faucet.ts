/** The source of airdrops: a system account, so that an airdrop is an ordinary transaction. */
import { createHash } from "node:crypto";
import {
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  SystemProgram,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import type { Chain } from "./chain";
import { SYSTEM_PROGRAM } from "./svm";
import { mintTestTokens } from "./test-mint";
import { parseTransaction, type Wire } from "./wire";

/** This key is public; it holds play money. */
const faucet = Keypair.fromSeed(createHash("sha256").update("milepost-localnet/faucet").digest());

export const FAUCET = faucet.publicKey.toBase58();

/** Mints the test tokens. */
export const FAUCET_KEY: PublicKey = faucet.publicKey;

/** Compute units for creating a token account and minting, including the longest derivation of the address. */
const TOKENS_COMPUTE_UNITS = 200_000;

/** Half a billion SOL. */
export const FAUCET_LAMPORTS = 500_000_000_000_000_000n;

export const faucetAccount = () => ({
  lamports: FAUCET_LAMPORTS,
  data: Buffer.alloc(0),
  owner: SYSTEM_PROGRAM,
  executable: false,
});

export class Faucet {
  private airdrops = 0;

  constructor(private readonly chain: Chain) {
    // Continues the count, so that airdrops differ from those of an earlier run on the same ledger.
    this.airdrops = chain.history.count;
  }

  transfer(to: string, lamports: bigint): Wire {
    const toPubkey = new PublicKey(to);
    return this.sign(10_000, [
      SystemProgram.transfer({ fromPubkey: faucet.publicKey, toPubkey, lamports }),
    ]);
  }

  /** Mints to the wallet's associated token account, and creates it when it is missing. */
  tokens(wallet: string, amount: bigint): Wire {
    return this.sign(
      TOKENS_COMPUTE_UNITS,
      mintTestTokens(new PublicKey(wallet), amount, faucet.publicKey),
    );
  }

  private sign(computeUnits: number, instructions: TransactionInstruction[]): Wire {
    this.airdrops += 1;
    // Equal airdrops in one slot would be the same transaction, so the compute limit differs each time.
    const units = computeUnits + (this.airdrops % 1_000_000);
    const message = new TransactionMessage({
      payerKey: faucet.publicKey,
      recentBlockhash: this.chain.clock.latest().hash,
      instructions: [ComputeBudgetProgram.setComputeUnitLimit({ units }), ...instructions],
    }).compileToLegacyMessage();
    const transaction = new VersionedTransaction(message);
    transaction.sign([faucet]);
    return parseTransaction(Buffer.from(transaction.serialize()));
  }
}
