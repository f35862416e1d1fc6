/** Where airdrops come from: a system account, so that an airdrop is a transaction like any other. */
import { createHash } from "node:crypto";
import {
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  SystemProgram,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import type { Chain } from "./chain";
import { SYSTEM_PROGRAM } from "./svm";
import { parseTransaction, type Wire } from "./wire";

/** Everybody can know this key; it holds play money. */
const faucet = Keypair.fromSeed(createHash("sha256").update("milepost-localnet/faucet").digest());

export const FAUCET = faucet.publicKey.toBase58();

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
    // Distinct from those of an earlier run on the same ledger.
    this.airdrops = chain.history.count;
  }

  transfer(to: string, lamports: bigint): Wire {
    this.airdrops += 1;
    const message = new TransactionMessage({
      payerKey: faucet.publicKey,
      recentBlockhash: this.chain.clock.latest().hash,
      instructions: [
        // Two airdrops of one size to one account in one slot would be one transaction without this.
        ComputeBudgetProgram.setComputeUnitLimit({ units: 10_000 + (this.airdrops % 1_000_000) }),
        SystemProgram.transfer({
          fromPubkey: faucet.publicKey,
          toPubkey: new PublicKey(to),
          lamports,
        }),
      ],
    }).compileToLegacyMessage();
    const transaction = new VersionedTransaction(message);
    transaction.sign([faucet]);
    return parseTransaction(Buffer.from(transaction.serialize()));
  }
}
