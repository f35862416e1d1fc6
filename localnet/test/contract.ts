/** What each method has to answer, as web3.js reads it; one entry for each, which `table.test.ts` holds complete. */
import { expect } from "chai";
import {
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  SystemProgram,
  SYSVAR_CLOCK_PUBKEY,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { AccountLayout, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { SOL, START_TIME, type Testnet } from "./testnet";

type Contract = (net: Testnet) => Promise<void>;

const base58 = (key: PublicKey): string => key.toBase58();

async function holder(net: Testnet) {
  const owner = await net.funded();
  const mint = await net.mint(owner, 6);
  const delegate = Keypair.generate().publicKey;
  const account = await net.tokens(mint, owner, 1_500_000n, { delegate, amount: 5n });
  return { owner, mint, delegate, account };
}

const accounts: Record<string, Contract> = {
  async getAccountInfo(net) {
    const { account, mint, owner } = await holder(net);
    const found = await net.connection.getAccountInfo(account);
    expect(found?.owner.equals(TOKEN_PROGRAM_ID)).to.be.true;
    expect(AccountLayout.decode(found?.data as Buffer).amount).to.equal(1_500_000n);
    expect(found?.executable).to.be.false;
    expect(await net.connection.getAccountInfo(PublicKey.unique())).to.be.null;

    const dataSlice = { offset: 32, length: 32 };
    const slice = await net.connection.getAccountInfo(account, { dataSlice });
    expect(base58(new PublicKey(slice?.data as Buffer))).to.equal(base58(owner.publicKey));

    const parsed = await net.connection.getParsedAccountInfo(account);
    const data = parsed.value?.data as { program: string; parsed: { type: string; info: object } };
    expect(data.program).to.equal("spl-token");
    expect(data.parsed.info).to.deep.include({
      mint: base58(mint.address),
      owner: base58(owner.publicKey),
      state: "initialized",
      isNative: false,
    });
    expect(data.parsed.info).to.have.nested.property("tokenAmount.uiAmountString", "1.5");
    expect(data.parsed.info).to.have.nested.property("delegatedAmount.amount", "5");
    const parsedMint = await net.connection.getParsedAccountInfo(mint.address);
    expect(parsedMint.value?.data).to.deep.include({
      space: 82,
      parsed: {
        type: "mint",
        info: {
          decimals: 6,
          freezeAuthority: null,
          isInitialized: true,
          mintAuthority: base58(owner.publicKey),
          supply: "1500000",
        },
      },
    });

    const inBase58 = await net.rpc("getAccountInfo", [
      base58(account),
      { encoding: "base58", dataSlice },
    ]);
    expect(inBase58.result.value.data).to.deep.equal([base58(owner.publicKey), "base58"]);
    const unreadable = await net.rpc("getAccountInfo", [
      base58(SYSVAR_CLOCK_PUBKEY),
      { encoding: "jsonParsed" },
    ]);
    expect(unreadable.result.value.data[1]).to.equal("base64");
    const tooLong = await net.rpc("getAccountInfo", [base58(account)]);
    expect(tooLong.error?.code).to.equal(-32600);
  },

  async getMultipleAccounts(net) {
    const { publicKey } = await net.funded(3 * SOL);
    const found = await net.connection.getMultipleAccountsInfo([PublicKey.unique(), publicKey]);
    expect(found.map((one) => one?.lamports)).to.deep.equal([undefined, 3 * SOL]);
    const many = Array.from({ length: 101 }, () => base58(publicKey));
    expect((await net.rpc("getMultipleAccounts", [many])).error?.code).to.equal(-32602);
  },

  async getProgramAccounts(net) {
    const { account, owner, mint } = await holder(net);
    const other = await net.tokens(mint, await net.funded(), 7n);
    const byMint = { memcmp: { offset: 0, bytes: base58(mint.address) } };
    const found = await net.connection.getProgramAccounts(TOKEN_PROGRAM_ID, {
      filters: [{ dataSize: 165 }, byMint],
    });
    expect(found.map(({ pubkey }) => base58(pubkey))).to.have.members([account, other].map(base58));

    const [only, ...rest] = await net.connection.getProgramAccounts(TOKEN_PROGRAM_ID, {
      filters: [
        byMint,
        {
          memcmp: {
            offset: 32,
            bytes: owner.publicKey.toBuffer().toString("base64"),
            encoding: "base64",
          },
        },
      ],
      dataSlice: { offset: 64, length: 8 },
    });
    expect(rest).to.be.empty;
    expect(base58(only?.pubkey as PublicKey)).to.equal(base58(account));
    expect(only?.account.data.readBigUInt64LE()).to.equal(1_500_000n);

    const { value, context } = await net.connection.getProgramAccounts(TOKEN_PROGRAM_ID, {
      withContext: true,
      filters: [{ dataSize: 164 }],
    });
    expect({ value, slot: context.slot }).to.deep.equal({
      value: [],
      slot: await net.connection.getSlot(),
    });
  },

  async getBalance(net) {
    const { publicKey } = await net.funded(2 * SOL);
    expect(await net.connection.getBalance(publicKey)).to.equal(2 * SOL);
    expect(await net.connection.getBalance(PublicKey.unique())).to.equal(0);
  },

  async getMinimumBalanceForRentExemption(net) {
    expect(await net.connection.getMinimumBalanceForRentExemption(165)).to.equal(2_039_280);
  },
};

const tokens: Record<string, Contract> = {
  async getTokenAccountBalance(net) {
    const { account, owner } = await holder(net);
    const { value } = await net.connection.getTokenAccountBalance(account);
    expect(value).to.deep.equal({
      amount: "1500000",
      decimals: 6,
      uiAmount: 1.5,
      uiAmountString: "1.5",
    });
    const refused = await net.rpc("getTokenAccountBalance", [base58(owner.publicKey)]);
    expect(refused.error).to.deep.equal({
      code: -32602,
      message: "Invalid param: not a Token account",
    });
  },

  async getTokenSupply(net) {
    const { mint } = await holder(net);
    const { value } = await net.connection.getTokenSupply(mint.address);
    expect(value.amount).to.equal("1500000");
  },

  async getTokenAccountsByOwner(net) {
    const { account, owner, mint } = await holder(net);
    const filters = [{ mint: mint.address }, { programId: TOKEN_PROGRAM_ID }];
    for (const filter of filters) {
      const { value } = await net.connection.getTokenAccountsByOwner(owner.publicKey, filter);
      expect(value.map(({ pubkey }) => base58(pubkey))).to.deep.equal([base58(account)]);
    }
    const parsed = await net.connection.getParsedTokenAccountsByOwner(owner.publicKey, {
      mint: mint.address,
    });
    expect(parsed.value[0]?.account.data.parsed.info.tokenAmount.uiAmount).to.equal(1.5);
  },

  async getTokenAccountsByDelegate(net) {
    const { account, delegate } = await holder(net);
    const { result } = await net.rpc("getTokenAccountsByDelegate", [
      base58(delegate),
      { programId: base58(TOKEN_PROGRAM_ID) },
      { encoding: "base64" },
    ]);
    expect(result.value.map(({ pubkey }: { pubkey: string }) => pubkey)).to.deep.equal([
      base58(account),
    ]);
  },

  async getTokenLargestAccounts(net) {
    const { account, mint } = await holder(net);
    const larger = await net.tokens(mint, await net.funded(), 2_000_000n);
    const { value } = await net.connection.getTokenLargestAccounts(mint.address);
    expect(value.map(({ address, amount }) => [base58(address), amount])).to.deep.equal([
      [base58(larger), "2000000"],
      [base58(account), "1500000"],
    ]);
  },
};

const blockhashes: Record<string, Contract> = {
  async getLatestBlockhash(net) {
    const { context, value } = await net.connection.getLatestBlockhashAndContext();
    expect(value.lastValidBlockHeight).to.equal(context.slot + 150);
    expect(new PublicKey(value.blockhash).toBytes()).to.have.length(32);
  },

  async isBlockhashValid(net) {
    const { blockhash } = await net.connection.getLatestBlockhash();
    expect((await net.connection.isBlockhashValid(blockhash)).value).to.be.true;
    const unknown = base58(PublicKey.unique());
    expect((await net.connection.isBlockhashValid(unknown)).value).to.be.false;
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
    expect((await net.connection.getFeeForMessage(unknown)).value).to.be.null;
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

const transactions: Record<string, Contract> = {
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
    expect(value.err).to.be.null;
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
    expect(replaced.value.err).to.be.null;
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
    expect(value.err).to.be.null;
    await net.connection.requestAirdrop(publicKey, SOL);
    expect(await net.connection.getBalance(publicKey)).to.equal(2 * SOL);
  },
};

const history: Record<string, Contract> = {
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
    expect(value[1]).to.be.null;
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
    expect(await net.connection.getTransaction("1".repeat(64))).to.be.null;
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

const cluster: Record<string, Contract> = {
  async getHealth(net) {
    expect((await net.rpc("getHealth")).result).to.equal("ok");
  },
  async getVersion(net) {
    expect(await net.connection.getVersion()).to.have.property("solana-core");
  },
  async getIdentity(net) {
    const { result } = await net.rpc("getIdentity");
    expect(new PublicKey(result.identity).toBytes()).to.have.length(32);
  },
  async getGenesisHash(net) {
    const hash = await net.connection.getGenesisHash();
    expect(hash).to.equal(net.localnet.chain.genesisHash);
  },
  async getSlot(net) {
    const before = await net.connection.getSlot("finalized");
    net.wall.advance(800);
    expect(await net.connection.getSlot("processed")).to.equal(before + 2);
  },
  async getBlockHeight(net) {
    const before = await net.connection.getBlockHeight();
    net.wall.advance(400);
    expect(await net.connection.getBlockHeight()).to.equal(before + 1);
  },
  async getBlockTime(net) {
    const { slot, latest } = { slot: net.localnet.chain.slot, latest: net.localnet.chain.clock };
    expect(await net.connection.getBlockTime(slot)).to.equal(latest.timeOf(slot));
    const future = await net.rpc("getBlockTime", [slot + 1_000]);
    expect(future.error?.code).to.equal(-32004);
    net.localnet.chain.warp(5, 0);
    const skipped = await net.rpc("getBlockTime", [slot + 1]);
    expect(skipped.error?.code).to.equal(-32007);
  },
  async getEpochInfo(net) {
    const { absoluteSlot, slotIndex, slotsInEpoch, epoch } = await net.connection.getEpochInfo();
    expect(epoch * slotsInEpoch + slotIndex).to.equal(absoluteSlot);
  },
  async getEpochSchedule(net) {
    expect((await net.connection.getEpochSchedule()).slotsPerEpoch).to.equal(432_000);
  },
  async getFirstAvailableBlock(net) {
    expect(await net.connection.getFirstAvailableBlock()).to.equal(1);
  },
  async minimumLedgerSlot(net) {
    expect(await net.connection.getMinimumLedgerSlot()).to.equal(1);
  },
  async getTransactionCount(net) {
    const before = await net.connection.getTransactionCount();
    await net.funded();
    expect(await net.connection.getTransactionCount()).to.equal(before + 1);
  },
  async getSupply(net) {
    const before = (await net.connection.getSupply()).value;
    await net.funded(SOL);
    const after = (await net.connection.getSupply()).value;
    expect(after.circulating).to.be.greaterThan(before.circulating);
    expect(after.total).to.equal(before.total);
  },
};

const admin: Record<string, Contract> = {
  async localnet_getClock(net) {
    const { result } = await net.rpc("localnet_getClock");
    expect(result).to.deep.equal({
      slot: net.localnet.chain.slot,
      unixTimestamp: net.localnet.chain.clock.time,
      mode: "wall",
    });
  },
  async localnet_setClock(net) {
    const time = net.localnet.chain.clock.time + 1_000;
    const { result } = await net.rpc("localnet_setClock", [{ unixTimestamp: time }]);
    expect(result.unixTimestamp).to.equal(time);
    const clock = await net.connection.getAccountInfo(SYSVAR_CLOCK_PUBKEY);
    expect(clock?.data.readBigInt64LE(32)).to.equal(BigInt(time));
    const refused = await net.rpc("localnet_setClock", [{ unixTimestamp: "soon" }]);
    expect(refused.error?.code).to.equal(-32602);
  },
  async localnet_warp(net) {
    const { result: before } = await net.rpc("localnet_getClock");
    const { result: after } = await net.rpc("localnet_warp", [{ slots: 10, seconds: 60 }]);
    expect(after.slot).to.equal(before.slot + 10);
    expect(after.unixTimestamp).to.equal(before.unixTimestamp + 60);
  },
  async localnet_setAccount(net) {
    const address = PublicKey.unique();
    const data = Buffer.from([1, 2, 3]).toString("base64");
    const owner = base58(TOKEN_PROGRAM_ID);
    await net.rpc("localnet_setAccount", [base58(address), { lamports: SOL, data, owner }]);
    const found = await net.connection.getAccountInfo(address);
    expect(found?.data.equals(Buffer.from([1, 2, 3]))).to.be.true;
    expect(found?.owner.equals(TOKEN_PROGRAM_ID)).to.be.true;
  },
  async localnet_save(net) {
    expect((await net.rpc("localnet_save")).result).to.be.false;
  },
};

/** A signature's 64 bytes, by way of two halves that web3.js can decode. */
function decodeSignature(signature: string): Buffer {
  const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  let value = 0n;
  for (const character of signature) value = value * 58n + BigInt(alphabet.indexOf(character));
  return Buffer.from(value.toString(16).padStart(128, "0"), "hex");
}

export const CONTRACT: Record<string, Contract> = {
  ...accounts,
  ...tokens,
  ...blockhashes,
  ...transactions,
  ...history,
  ...cluster,
  ...admin,
};
