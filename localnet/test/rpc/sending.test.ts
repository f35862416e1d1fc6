import { expect } from "chai";
import {
  AddressLookupTableProgram,
  ComputeBudgetProgram,
  Ed25519Program,
  Keypair,
  SendTransactionError,
  SystemProgram,
  type TransactionInstruction,
  type VersionedTransaction,
} from "@solana/web3.js";
import { SOL, Testnet } from "../harness/testnet";

describe("localnet: sending", () => {
  let net: Testnet;
  let payer: Keypair;
  beforeEach(async () => {
    net = await Testnet.start();
    payer = await net.funded();
  });
  afterEach(() => net.stop());

  const transfer = (lamports = SOL, to = Keypair.generate().publicKey) =>
    SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports });

  const wireOf = (transaction: VersionedTransaction): string =>
    Buffer.from(transaction.serialize()).toString("base64");

  const send = (transaction: VersionedTransaction, config: object = {}) =>
    net.rpc("sendTransaction", [wireOf(transaction), { encoding: "base64", ...config }]);

  it("refuses a failing transaction in preflight, with a node's error", async () => {
    const transaction = await net.signed([transfer(100 * SOL)], [payer]);
    const { error } = await send(transaction);
    expect(error?.code).to.equal(-32002);
    expect(error?.message).to.equal(
      "Transaction simulation failed: Error processing Instruction 0: custom program error: 0x1",
    );
    expect(error?.data.err).to.deep.equal({ InstructionError: [0, { Custom: 1 }] });
    expect(error?.data.logs).to.have.length(3);
    expect(await net.connection.getBalance(payer.publicKey)).to.equal(10 * SOL);

    const thrown = await net.connection.sendTransaction(transaction).catch((error) => error);
    expect(thrown).to.be.instanceOf(SendTransactionError);
    expect((thrown as SendTransactionError).logs).to.deep.equal(error?.data.logs);
  });

  it("lands a failing transaction without preflight, and takes its fee", async () => {
    const transaction = await net.signed([transfer(100 * SOL)], [payer]);
    const { result: signature } = await send(transaction, { skipPreflight: true });
    const { value } = await net.connection.getSignatureStatus(signature);
    expect(value?.err).to.deep.equal({ InstructionError: [0, { Custom: 1 }] });
    expect(await net.connection.getBalance(payer.publicKey)).to.equal(10 * SOL - 5_000);
  });

  it("refuses a landed transaction as already processed, and moves nothing", async () => {
    const { publicKey: to } = Keypair.generate();
    const transaction = await net.signed([transfer(SOL, to)], [payer]);
    const { result: signature } = await send(transaction);
    const { error } = await send(transaction);
    expect(error?.code).to.equal(-32002);
    expect(error?.message).to.equal(
      "Transaction simulation failed: This transaction has already been processed",
    );
    expect(error?.data.err).to.equal("AlreadyProcessed");
    // Without preflight, the network accepts the transaction and drops it.
    const again = await send(transaction, { skipPreflight: true });
    expect(again.result).to.equal(signature);
    expect(await net.connection.getBalance(to)).to.equal(SOL);
  });

  it("accepts a blockhash for 150 slots, and refuses it one slot later", async () => {
    const [first, second] = [
      await net.signed([transfer(SOL)], [payer]),
      await net.signed([transfer(2 * SOL)], [payer]),
    ];
    const { blockhash, lastValidBlockHeight } = await net.connection.getLatestBlockhash();
    const height = await net.connection.getBlockHeight();
    net.wall.advance(400 * (lastValidBlockHeight - height));
    expect(await net.connection.getBlockHeight()).to.equal(lastValidBlockHeight);
    expect((await send(first)).result).to.be.a("string");

    net.wall.advance(400);
    expect((await net.connection.isBlockhashValid(blockhash)).value).to.equal(false);
    const { error } = await send(second);
    expect(error?.code).to.equal(-32002);
    expect(error?.data.err).to.equal("BlockhashNotFound");
    const { result: signature } = await send(second, { skipPreflight: true });
    expect((await net.connection.getSignatureStatus(signature)).value).to.equal(null);
  });

  it("refuses a wrong signature in preflight, and drops it without", async () => {
    const transaction = await net.signed([transfer()], [payer]);
    transaction.signatures[0] = new Uint8Array(64).fill(7);
    const { error } = await send(transaction);
    expect(error).to.deep.equal({
      code: -32003,
      message: "Transaction signature verification failure",
    });
    await send(transaction, { skipPreflight: true });
    expect(await net.connection.getBalance(payer.publicKey)).to.equal(10 * SOL);
  });

  it("lands a transaction in base58, the older encoding", async () => {
    const transaction = await net.signed([transfer()], [payer], "legacy");
    const bytes = transaction.serialize();
    const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let value = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
    let text = "";
    for (; value > 0n; value /= 58n) text = alphabet[Number(value % 58n)] + text;
    const { result: signature } = await net.rpc("sendTransaction", [text]);
    const found = await net.connection.getTransaction(signature);
    expect(found?.meta?.err).to.equal(null);
    expect(found).not.to.have.property("version");
  });

  it("leaves no trace of a transaction whose payer has no SOL", async () => {
    payer = Keypair.generate();
    const transaction = await net.signed([transfer()], [payer]);
    const { error } = await send(transaction);
    expect(error?.data.err).to.equal("AccountNotFound");
    const { result: signature } = await send(transaction, { skipPreflight: true });
    expect((await net.connection.getSignatureStatus(signature)).value).to.equal(null);
  });

  const FEES: [string, () => TransactionInstruction[]][] = [
    ["no price", () => []],
    ["a price and a limit", () => [price(1_234_567), limit(33_333)]],
    ["a price alone", () => [price(1_000_001)]],
    ["a limit above the largest", () => [limit(2_000_000), price(7)]],
    ["a signature in a precompile", () => [price(1_000_000), precompile()]],
  ];
  const price = (microLamports: number) =>
    ComputeBudgetProgram.setComputeUnitPrice({ microLamports });
  const precompile = () =>
    Ed25519Program.createInstructionWithPrivateKey({
      privateKey: Keypair.generate().secretKey,
      message: Buffer.from("milepost"),
    });
  const limit = (units: number) => ComputeBudgetProgram.setComputeUnitLimit({ units });
  for (const [given, instructions] of FEES) {
    it(`takes the fee that it quoted, with ${given}`, async () => {
      // The transfer fails, so that the payer loses only the fee.
      const transaction = await net.signed([...instructions(), transfer(100 * SOL)], [payer]);
      const told = await net.connection.getFeeForMessage(transaction.message);
      const { result: signature } = await send(transaction, { skipPreflight: true });
      const taken = 10 * SOL - (await net.connection.getBalance(payer.publicKey));
      const found = await net.connection.getTransaction(signature, {
        maxSupportedTransactionVersion: 0,
      });
      expect({ told: told.value, kept: found?.meta?.fee }).to.deep.equal({
        told: taken,
        kept: taken,
      });
    });
  }

  it("creates, extends, uses and closes a lookup table as the network does", async () => {
    const { publicKey: to } = Keypair.generate();
    const authority = payer.publicKey;
    const [create, table] = AddressLookupTableProgram.createLookupTable({
      authority,
      payer: authority,
      recentSlot: await net.connection.getSlot(),
    });
    const addresses = [to, SystemProgram.programId];
    const named = { lookupTable: table, authority };
    await net.send(
      [
        create,
        AddressLookupTableProgram.extendLookupTable({ ...named, payer: authority, addresses }),
      ],
      [payer],
    );
    const { value: state } = await net.connection.getAddressLookupTable(table);
    if (!state) throw new Error("no table");

    const tooSoon = await send(await net.signed([transfer(SOL, to)], [payer], [state]));
    expect(tooSoon.error?.data.err).to.equal("InvalidAddressLookupTableIndex");
    net.wall.advance(400);
    const transaction = await net.signed([transfer(SOL, to)], [payer], [state]);
    expect(transaction.message.addressTableLookups).to.have.length(1);
    const { result: signature } = await send(transaction);
    expect(await net.connection.getBalance(to)).to.equal(SOL);
    const found = await net.connection.getTransaction(signature, {
      maxSupportedTransactionVersion: 0,
    });
    expect(found?.meta?.loadedAddresses?.writable.map(String)).to.deep.equal([to.toBase58()]);
    const [seen] = await net.connection.getSignaturesForAddress(to);
    expect(seen?.signature).to.equal(signature);

    await net.send([AddressLookupTableProgram.deactivateLookupTable(named)], [payer]);
    const close = AddressLookupTableProgram.closeLookupTable({ ...named, recipient: authority });
    const early = await send(await net.signed([close], [payer]));
    expect(early.error?.data.err).to.deep.equal({ InstructionError: [0, "InvalidArgument"] });
    await net.rpc("localnet_warp", [{ slots: 513 }]);
    await net.send([close], [payer]);
    expect(await net.connection.getAccountInfo(table)).to.equal(null);
  });
});
