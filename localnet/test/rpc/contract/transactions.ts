/** Sent and simulated transactions. */
import { expect } from "chai";
import {
  Keypair,
  PublicKey,
  SystemProgram,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { type Contracts, base58 } from "./entry";
import { SOL } from "../../harness/testnet";

export const transactions: Contracts = {
  async sendTransaction(net) {
    const payer = await net.funded();
    const to = Keypair.generate().publicKey;
    const instruction = SystemProgram.transfer({
      fromPubkey: payer.publicKey,
      toPubkey: to,
      lamports: SOL,
    });
    const transaction = await net.signed([instruction], [payer]);
    const wire = Buffer.from(transaction.serialize());
    const signature = await net.connection.sendRawTransaction(wire);
    expect(await net.connection.getBalance(to)).to.equal(SOL);
    expect(await net.connection.getBalance(payer.publicKey)).to.equal(9 * SOL - 5_000);
    expect(Buffer.from(transaction.signatures[0] as Uint8Array)).to.deep.equal(
      decodeSignature(signature),
    );
  },

  async simulateTransaction(net) {
    const payer = await net.funded();
    const to = Keypair.generate().publicKey;
    const instruction = SystemProgram.transfer({
      fromPubkey: payer.publicKey,
      toPubkey: to,
      lamports: SOL,
    });
    const transaction = await net.signed([instruction], [payer]);
    const { value } = await net.connection.simulateTransaction(transaction, {
      sigVerify: true,
      accounts: { encoding: "base64", addresses: [base58(to)] },
    });
    expect(value.err).to.equal(null);
    expect(value.unitsConsumed).to.equal(150);
    expect(value.logs).to.have.length(2);
    expect(value.accounts?.[0]?.lamports).to.equal(SOL);
    expect(await net.connection.getBalance(to)).to.equal(0);

    const stale = new VersionedTransaction(
      new TransactionMessage({
        payerKey: payer.publicKey,
        recentBlockhash: base58(PublicKey.unique()),
        instructions: [instruction],
      }).compileToV0Message(),
    );
    const refused = await net.connection.simulateTransaction(stale);
    expect(refused.value.err).to.equal("BlockhashNotFound");
    const replaced = await net.connection.simulateTransaction(stale, {
      replaceRecentBlockhash: true,
    });
    expect(replaced.value.err).to.equal(null);
    const wire = Buffer.from(stale.serialize()).toString("base64");
    const unsigned = await net.rpc("simulateTransaction", [
      wire,
      { encoding: "base64", sigVerify: true },
    ]);
    expect(unsigned.error?.code).to.equal(-32003);
  },

  async requestAirdrop(net) {
    const { publicKey } = Keypair.generate();
    const signature = await net.connection.requestAirdrop(publicKey, SOL);
    const latest = await net.connection.getLatestBlockhash();
    const { value } = await net.connection.confirmTransaction({ signature, ...latest });
    expect(value.err).to.equal(null);
    await net.connection.requestAirdrop(publicKey, SOL);
    expect(await net.connection.getBalance(publicKey)).to.equal(2 * SOL);
  },
};

/** Returns a signature's 64 bytes, without the code under test. */
function decodeSignature(signature: string): Buffer {
  const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  let value = 0n;
  for (const character of signature) value = value * 58n + BigInt(alphabet.indexOf(character));
  return Buffer.from(value.toString(16).padStart(128, "0"), "hex");
}
