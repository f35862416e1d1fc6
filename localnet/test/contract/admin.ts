/** What no real node offers. */
import { expect } from "chai";
import { PublicKey, SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { type Contracts, base58 } from "./entry";
import { SOL } from "../testnet";

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
  async localnet_save(net) {
    expect((await net.rpc("localnet_save")).result).to.equal(false);
  },
};
