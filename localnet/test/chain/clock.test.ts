import { expect } from "chai";
import { SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import type { ClockOptions } from "../../src";
import { START_TIME, Testnet } from "../harness/testnet";

describe("localnet: the clock", () => {
  let net: Testnet;
  afterEach(() => net.stop());

  const startWith = async (clock?: ClockOptions): Promise<void> => {
    net = await Testnet.start(clock ? { clock } : {});
  };

  /** Returns the slot and the time that a program reads. */
  const read = async () => {
    const account = await net.connection.getAccountInfo(SYSVAR_CLOCK_PUBKEY);
    const data = account?.data as Buffer;
    return { slot: Number(data.readBigUInt64LE(0)), time: Number(data.readBigInt64LE(32)) };
  };

  it("makes a slot every 400 ms in wall mode, with the wall clock's time", async () => {
    await startWith();
    const { slot, time } = await read();
    expect(time).to.equal(START_TIME);
    net.wall.advance(399);
    expect((await read()).slot).to.equal(slot);
    net.wall.advance(1);
    expect((await read()).slot).to.equal(slot + 1);
    net.wall.advance(600_000 - 400);
    expect(await read()).to.deep.equal({ slot: slot + 1_500, time: START_TIME + 600 });
    expect(await net.connection.getBlockTime(slot + 1_500)).to.equal(START_TIME + 600);
  });

  it("makes no extra slot for a transaction in wall mode", async () => {
    await startWith();
    const { slot } = await read();
    await net.transfer(await net.funded());
    expect((await read()).slot).to.equal(slot);
  });

  it("starts at the given time and continues from there", async () => {
    await startWith({ mode: "wall", unixTimestamp: 1_900_000_000 });
    expect((await read()).time).to.equal(1_900_000_000);
    net.wall.advance(10_000);
    expect((await read()).time).to.equal(1_900_000_010);
  });

  it("continues from a time that is set in wall mode, and keeps making slots", async () => {
    await startWith();
    const { slot } = await read();
    await net.rpc("localnet_setClock", [{ unixTimestamp: 1_950_000_000 }]);
    expect(await read()).to.deep.equal({ slot, time: 1_950_000_000 });
    net.wall.advance(2_000);
    expect(await read()).to.deep.equal({ slot: slot + 5, time: 1_950_000_002 });
  });

  it("continues from the slot of a warp in wall mode, and keeps the time", async () => {
    await startWith();
    const { slot } = await read();
    await net.rpc("localnet_warp", [{ slots: 1_000 }]);
    expect(await read()).to.deep.equal({ slot: slot + 1_000, time: START_TIME });
    net.wall.advance(400);
    expect((await read()).slot).to.equal(slot + 1_001);
  });

  it("makes a slot in manual mode only for a transaction or a call", async () => {
    await startWith({ mode: "manual" });
    const start = await read();
    expect(start.time).to.equal(START_TIME);
    net.wall.advance(3_600_000);
    expect(await read()).to.deep.equal(start);
    const payer = await net.funded();
    const { signature } = await net.transfer(payer);
    expect(await read()).to.deep.equal({ ...start, slot: start.slot + 2 });
    const { value } = await net.connection.getSignatureStatus(signature);
    expect(value?.slot).to.equal(start.slot + 2);
    await net.rpc("localnet_warp", [{ slots: 1, seconds: 86_400 }]);
    expect(await read()).to.deep.equal({ slot: start.slot + 3, time: start.time + 86_400 });
  });

  it("makes no slot in manual mode for a simulation or a refused transaction", async () => {
    await startWith({ mode: "manual" });
    const payer = await net.funded();
    const { slot } = await read();
    const transaction = await net.signed([], [payer]);
    await net.connection.simulateTransaction(transaction);
    transaction.signatures[0] = new Uint8Array(64);
    await net.connection.sendTransaction(transaction, { skipPreflight: true });
    expect((await read()).slot).to.equal(slot);
  });
});
