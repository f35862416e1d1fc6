/** Blockhashes and fees. */
import { expect } from "chai";
import { ComputeBudgetProgram, PublicKey, TransactionMessage } from "@solana/web3.js";
import { type Contracts, base58 } from "./entry";

export const blockhashes: Contracts = {
  async getLatestBlockhash(net) {
    const { context, value } = await net.connection.getLatestBlockhashAndContext();
    expect(value.lastValidBlockHeight).to.equal(context.slot + 150);
    expect(new PublicKey(value.blockhash).toBytes()).to.have.length(32);
  },

  async isBlockhashValid(net) {
    const { blockhash } = await net.connection.getLatestBlockhash();
    expect((await net.connection.isBlockhashValid(blockhash)).value).to.equal(true);
    const unknown = base58(PublicKey.unique());
    expect((await net.connection.isBlockhashValid(unknown)).value).to.equal(false);
  },

  async getFeeForMessage(net) {
    const payer = await net.funded();
    const message = async (blockhash: string) =>
      new TransactionMessage({
        payerKey: payer.publicKey,
        recentBlockhash: blockhash,
        instructions: [
          ComputeBudgetProgram.setComputeUnitLimit({ units: 1_000 }),
          ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1_500_000 }),
        ],
      }).compileToV0Message();
    const { blockhash } = await net.connection.getLatestBlockhash();
    const fee = await net.connection.getFeeForMessage(await message(blockhash));
    expect(fee.value).to.equal(5_000 + 1_500);
    const unknown = await message(base58(PublicKey.unique()));
    expect((await net.connection.getFeeForMessage(unknown)).value).to.equal(null);
  },

  async getRecentPrioritizationFees(net) {
    const payer = await net.funded();
    const price = ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 12_345 });
    const signature = await net.send([price], [payer]);
    const status = await net.connection.getSignatureStatus(signature);
    const fees = await net.connection.getRecentPrioritizationFees({
      lockedWritableAccounts: [payer.publicKey],
    });
    expect(fees.find(({ slot }) => slot === status.value?.slot)?.prioritizationFee).to.equal(0);
    // The airdrop wrote to the payer too; alone in a slot, only the paid one counts.
    net.localnet.chain.warp(1, 0);
    await net.send([price], [payer]);
    const later = await net.connection.getRecentPrioritizationFees({
      lockedWritableAccounts: [payer.publicKey],
    });
    expect(later.at(-1)).to.deep.equal({
      slot: await net.connection.getSlot(),
      prioritizationFee: 12_345,
    });
  },
};
