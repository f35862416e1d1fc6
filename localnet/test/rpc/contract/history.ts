/** Transactions that landed. */
import { expect } from "chai";
import { Keypair, PublicKey, TransactionInstruction, VersionedTransaction } from "@solana/web3.js";
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { type Contracts, base58, holder } from "./entry";
import { SOL, START_TIME } from "../../harness/testnet";

const MEMO_PROGRAM_ID = new PublicKey("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");

export const history: Contracts = {
  async getSignatureStatuses(net) {
    const payer = await net.funded();
    const { signature } = await net.transfer(payer);
    const unknown = "1".repeat(64);
    const { value } = await net.connection.getSignatureStatuses([signature, unknown], {
      searchTransactionHistory: true,
    });
    expect(value[0]).to.deep.include({
      err: null,
      confirmations: null,
      confirmationStatus: "finalized",
    });
    expect(value[1]).to.equal(null);
  },

  async getSignaturesForAddress(net) {
    const payer = await net.funded();
    const to = Keypair.generate().publicKey;
    const sent: string[] = [];
    for (const lamports of [SOL, 2 * SOL, 3 * SOL]) {
      sent.unshift((await net.transfer(payer, to, lamports)).signature);
    }
    const [newest, middle, oldest] = sent;
    const ask = async (options: object) =>
      (await net.connection.getSignaturesForAddress(to, options)).map(({ signature }) => signature);
    expect(await ask({})).to.deep.equal(sent);
    expect(await ask({ limit: 1 })).to.deep.equal([newest]);
    expect(await ask({ before: newest })).to.deep.equal([middle, oldest]);
    expect(await ask({ before: newest, until: oldest })).to.deep.equal([middle]);
    const refused = await net.rpc("getSignaturesForAddress", [base58(to), { limit: 1_001 }]);
    expect(refused.error?.code).to.equal(-32602);
    expect(await ask({ before: oldest })).to.deep.equal([]);
    expect(await ask({ until: newest })).to.deep.equal([]);
    expect(await ask({ before: oldest, until: newest }), "until after before").to.deep.equal([]);
    // A cursor can be any transaction of the chain, also one that does not name the address.
    const { signature: elsewhere } = await net.transfer(payer);
    expect(await ask({ before: elsewhere })).to.deep.equal(sent);
    const unknown = "1".repeat(64);
    for (const cursor of ["before", "until"]) {
      const { error } = await net.rpc("getSignaturesForAddress", [
        base58(to),
        { [cursor]: unknown },
      ]);
      expect(error, cursor).to.deep.equal({
        code: -32020,
        message: `Transaction ${unknown} not found`,
      });
      const wrong = await net.rpc("getSignaturesForAddress", [base58(to), { [cursor]: "no" }]);
      expect(wrong.error?.code, cursor).to.equal(-32602);
    }

    const memo = (data: Buffer) =>
      new TransactionInstruction({ programId: MEMO_PROGRAM_ID, keys: [], data });
    await net.send([memo(Buffer.from("grüße")), memo(Buffer.from("ok"))], [payer]);
    const [listed] = await net.connection.getSignaturesForAddress(payer.publicKey, { limit: 1 });
    expect(listed?.memo).to.equal("[7] grüße; [2] ok");
    const [plain] = await net.connection.getSignaturesForAddress(to, { limit: 1 });
    expect(plain?.memo).to.equal(null);
  },

  async getTransaction(net) {
    const { mint, owner, account } = await holder(net);
    await net.tokens(mint, owner, 500_000n);
    const [last] = await net.connection.getSignaturesForAddress(account, { limit: 1 });
    const signature = last?.signature as string;
    const found = await net.connection.getTransaction(signature, {
      maxSupportedTransactionVersion: 0,
    });
    expect(found?.version).to.equal(0);
    expect(found?.blockTime).to.equal(START_TIME);
    expect(found?.meta).to.deep.include({ err: null, fee: 5_000 });
    expect(found?.meta?.loadedAddresses).to.deep.equal({ writable: [], readonly: [] });
    const { preBalances, postBalances } = found?.meta ?? { preBalances: [], postBalances: [] };
    expect((preBalances[0] as number) - (postBalances[0] as number)).to.equal(5_000);
    expect(found?.meta?.logMessages?.at(-1)).to.equal(
      `Program ${base58(TOKEN_PROGRAM_ID)} success`,
    );
    expect(found?.meta?.computeUnitsConsumed).to.be.greaterThan(0);
    const amounts = [found?.meta?.preTokenBalances, found?.meta?.postTokenBalances].map(
      (balances) => balances?.[0]?.uiTokenAmount.amount,
    );
    expect(amounts).to.deep.equal(["1500000", "2000000"]);

    const parsed = await net.connection.getParsedTransaction(signature, {
      maxSupportedTransactionVersion: 0,
    });
    expect(parsed?.transaction.message.accountKeys[0]).to.deep.include({
      signer: true,
      writable: true,
    });
    const inBase64 = await net.rpc("getTransaction", [
      signature,
      { encoding: "base64", maxSupportedTransactionVersion: 0 },
    ]);
    const wire = Buffer.from(inBase64.result.transaction[0], "base64");
    expect(VersionedTransaction.deserialize(wire).message.version).to.equal(0);
    const tooOld = await net.rpc("getTransaction", [signature]);
    expect(tooOld.error?.code).to.equal(-32015);
    expect(await net.connection.getTransaction("1".repeat(64))).to.equal(null);
  },

  async getBlock(net) {
    const payer = await net.funded();
    net.localnet.chain.warp(1, 0);
    const { signature } = await net.transfer(payer);
    const slot = await net.connection.getSlot();
    const block = await net.connection.getBlock(slot, { maxSupportedTransactionVersion: 0 });
    expect(block?.parentSlot).to.equal(slot - 1);
    const signatures = block?.transactions.map(({ transaction }) => transaction.signatures[0]);
    expect(signatures).to.deep.equal([signature]);
    expect((await net.connection.getLatestBlockhash()).blockhash).to.equal(block?.blockhash);
    expect((await net.rpc("getBlock", [slot + 1])).error?.code).to.equal(-32004);
  },

  async getBlocks(net) {
    const first = await net.connection.getSlot();
    net.localnet.chain.warp(2, 0);
    expect(await net.connection.getBlocks(first)).to.deep.equal([first, first + 2]);
  },
};
