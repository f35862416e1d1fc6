/** Token accounts and mints. */
import { expect } from "chai";
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { type Contracts, base58, holder } from "./entry";

export const tokens: Contracts = {
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
