/** Accounts, one by one and by the program that owns them. */
import { expect } from "chai";
import { PublicKey, SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import { AccountLayout, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { type Contracts, base58, holder } from "./entry";
import { SOL } from "../../harness/testnet";

export const accounts: Contracts = {
  async getAccountInfo(net) {
    const { account, mint, owner } = await holder(net);
    const found = await net.connection.getAccountInfo(account);
    expect(found?.owner.equals(TOKEN_PROGRAM_ID)).to.equal(true);
    expect(AccountLayout.decode(found?.data as Buffer).amount).to.equal(1_500_000n);
    expect(found?.executable).to.equal(false);
    expect(await net.connection.getAccountInfo(PublicKey.unique())).to.equal(null);

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
    expect(rest).to.deep.equal([]);
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
