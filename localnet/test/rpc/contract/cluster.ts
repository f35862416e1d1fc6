/** Slots, time, epochs, and the node itself. */
import { expect } from "chai";
import { PublicKey } from "@solana/web3.js";
import { type Contracts } from "./entry";
import { SOL } from "../../harness/testnet";

export const cluster: Contracts = {
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
