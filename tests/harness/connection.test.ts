/** The connection of a chain must be to web3.js what a node is. */
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import {
  Keypair,
  PublicKey,
  SendTransactionError,
  SystemProgram,
  Transaction,
  TransactionInstruction,
} from "@solana/web3.js";
import { expect } from "chai";
import { Chain, createMint, fundedTokenAccount, rejection, RUNTIME_NAMES, startChain } from ".";

const transfer = (chain: Chain, to: PublicKey, lamports: number): TransactionInstruction =>
  SystemProgram.transfer({ fromPubkey: chain.payer.publicKey, toPubkey: to, lamports });

const fresh = (): PublicKey => Keypair.generate().publicKey;

for (const runtime of RUNTIME_NAMES) {
  describe(`connection on ${runtime}`, () => {
    let chain: Chain;
    beforeEach(async () => {
      chain = await startChain({ runtime });
    });

    it("given a connection when web3.js sends then preflight errors carry logs and good ones confirm", async () => {
      const { connection, payer } = chain;
      const to = fresh();
      const good = new Transaction().add(transfer(chain, to, 1_000_000));
      const signature = await connection.sendTransaction(good, [payer]);
      expect((await connection.confirmTransaction(signature)).value.err).to.equal(null);
      const { value } = await connection.getSignatureStatuses([signature, "unknown"]);
      expect(value.map((status) => status?.err)).to.deep.equal([null, undefined]);
      expect(await connection.getBalance(to)).to.equal(1_000_000);

      const bad = new Transaction().add(transfer(chain, to, 2 ** 50));
      const error = await rejection(connection.sendTransaction(bad, [payer]));
      expect(error).to.be.instanceOf(SendTransactionError);
      expect((error as SendTransactionError).logs?.join()).to.contain("custom program error: 0x1");
      const skipped = await connection.sendTransaction(bad, [payer], { skipPreflight: true });
      expect((await connection.confirmTransaction(skipped)).value.err).to.deep.equal({
        InstructionError: [0, { Custom: 1 }],
      });
    });

    it("given a simulation then it tells the outcome and units, and changes nothing", async () => {
      const to = fresh();
      const signed = chain.sign(transfer(chain, to, 1_000_000));
      const { value } = await chain.connection.simulateTransaction(signed);
      expect(value.err).to.equal(null);
      expect(value.unitsConsumed).to.equal(150);
      expect(await chain.getAccount(to)).to.equal(null);
      const unsigned = new Transaction().add(transfer(chain, to, 2 ** 50));
      unsigned.feePayer = chain.payer.publicKey;
      const failed = await chain.connection.simulateTransaction(unsigned);
      expect(failed.value.err).to.deep.equal({ InstructionError: [0, { Custom: 1 }] });
      expect((await chain.sendRaw(signed.serialize())).ok).to.equal(true);
    });

    it("given token accounts when listed by owner then filters and slices work", async () => {
      const mint = await createMint(chain, { decimals: 2 });
      const [alice, bob] = [fresh(), fresh()];
      const account = await fundedTokenAccount(chain, mint, alice, 1_234n);
      await fundedTokenAccount(chain, mint, bob, 1n);
      const found = await chain.connection.getProgramAccounts(TOKEN_PROGRAM_ID, {
        filters: [{ dataSize: 165 }, { memcmp: { offset: 32, bytes: alice.toBase58() } }],
        dataSlice: { offset: 64, length: 8 },
      });
      expect(found.map(({ pubkey }) => pubkey.toBase58())).to.deep.equal([account.toBase58()]);
      expect(found[0]?.account.data.readBigUInt64LE()).to.equal(1_234n);
      const balance = await chain.connection.getTokenAccountBalance(account);
      expect(balance.value).to.include({ amount: "1234", decimals: 2, uiAmount: 12.34 });
    });
  });
}
