/** Methods that real nodes do not have. */
import { expect } from "chai";
import { Keypair, PublicKey, SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import { getAssociatedTokenAddressSync, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { FAUCET_KEY } from "../../../src/chain/faucet";
import { testMintAccount } from "../../../src/chain/test-mint";
import { type Contracts, base58 } from "./entry";
import { SOL } from "../../harness/testnet";

export const admin: Contracts = {
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
    expect(found?.data.equals(Buffer.from([1, 2, 3]))).to.equal(true);
    expect(found?.owner.equals(TOKEN_PROGRAM_ID)).to.equal(true);
  },
  async localnet_airdropTokens(net) {
    const wallet = Keypair.generate().publicKey;
    const ask = (to: PublicKey, amount: unknown) =>
      net.rpc("localnet_airdropTokens", [base58(to), amount]);
    expect((await ask(wallet, "1")).error).to.deep.equal({
      code: -32602,
      message: "This chain has no test mint. Start it without --bare.",
    });
    const { chain } = net.localnet;
    const mint = testMintAccount(FAUCET_KEY, (size) => chain.svm.rentExempt(size));
    chain.setAccount(mint.address, mint.account);

    const given = [await ask(wallet, "50000000"), await ask(wallet, 5)];
    expect(new Set(given.map(({ result }) => result))).to.have.length(2);
    const account = getAssociatedTokenAddressSync(new PublicKey(mint.address), wallet);
    const balance = async () => (await net.connection.getTokenAccountBalance(account)).value;
    expect(await balance()).to.include({ amount: "50000005", decimals: 6 });

    const refused = [
      [account, "1", /is a mint or a token account\. Pass the address of its owner/],
      [wallet, "-1", /whole number/],
      [wallet, "1.5", /whole number/],
      [wallet, 2 ** 53, /whole number/],
      [wallet, "18446744073709551616", /above the largest u64/],
    ] as const;
    for (const [to, amount, reason] of refused) {
      const { error } = await ask(to, amount);
      expect(error?.code).to.equal(-32602);
      expect(error?.message).to.match(reason);
    }
    expect((await ask(wallet, "18446744073709551615")).error?.message).to.match(/airdrop/);
    expect(await balance()).to.include({ amount: "50000005" });
  },
  async localnet_save(net) {
    expect((await net.rpc("localnet_save")).result).to.equal(false);
  },
};
