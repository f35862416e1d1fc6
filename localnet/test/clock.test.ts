import { expect } from "chai";
import { SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import type { ClockOptions } from "../src";
import { START_TIME, Testnet } from "./testnet";

describe("localnet: the clock", () => {
  let net: Testnet;
  afterEach(() => net.stop());

  const startWith = async (clock?: ClockOptions): Promise<void> => {
    net = await Testnet.start(clock ? { clock } : {});
  };

  /** What a program would read. */
  const read = async () => {
    const account = await net.connection.getAccountInfo(SYSVAR_CLOCK_PUBKEY);
    const data = account?.data as Buffer;
    return { slot: Number(data.readBigUInt64LE(0)), time: Number(data.readBigInt64LE(32)) };
  };

  it("given a wall, then a slot is made every 400 ms, and the time is the wall's", async () => {
    await startWith();
    const { slot, time } = await read();
    expect(time).to.equal(START_TIME);
    net.wall.advance(399);
    expect((await read()).slot).to.equal(slot);
    net.wall.advance(1);
    expect((await read()).slot).to.equal(slot + 1);
    net.wall.advance(3_600_000 - 400);
    expect(await read()).to.deep.equal({ slot: slot + 9_000, time: START_TIME + 3_600 });
    expect(await net.connection.getBlockTime(slot + 9_000)).to.equal(START_TIME + 3_600);
  });

  it("given a wall, when transactions land, then none makes a slot of its own", async () => {
    await startWith();
    const { slot } = await read();
    await net.transfer(await net.funded());
    expect((await read()).slot).to.equal(slot);
  });

  it("given a time to start from, then it runs on from there", async () => {
    await startWith({ mode: "wall", unixTimestamp: 1_900_000_000 });
    expect((await read()).time).to.equal(1_900_000_000);
    net.wall.advance(10_000);
    expect((await read()).time).to.equal(1_900_000_010);
  });

  it("given a wall, when the time is set, then it runs on from there and slots go on", async () => {
    await startWith();
    const { slot } = await read();
    await net.rpc("localnet_setClock", [{ unixTimestamp: 1_950_000_000 }]);
    expect(await read()).to.deep.equal({ slot, time: 1_950_000_000 });
    net.wall.advance(2_000);
    expect(await read()).to.deep.equal({ slot: slot + 5, time: 1_950_000_002 });
  });

  it("given a wall, when slots are warped, then they go on from there and the time stays", async () => {
    await startWith();
    const { slot } = await read();
    await net.rpc("localnet_warp", [{ slots: 1_000 }]);
    expect(await read()).to.deep.equal({ slot: slot + 1_000, time: START_TIME });
    net.wall.advance(400);
    expect((await read()).slot).to.equal(slot + 1_001);
  });

  it("given a manual clock, then nothing but a transaction or a call makes a slot", async () => {
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

  it("given a manual clock, when a simulation or a refusal comes, then no slot is made", async () => {
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
