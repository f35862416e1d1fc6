import { expect } from "chai";
import {
  type AccountInfo,
  type Context,
  Keypair,
  type Logs,
  PublicKey,
  sendAndConfirmTransaction,
  SystemProgram,
  SYSVAR_CLOCK_PUBKEY,
  Transaction,
} from "@solana/web3.js";
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { SOL, Testnet, type TestSocket } from "../harness/testnet";

describe("localnet: subscriptions", () => {
  let net: Testnet;
  let socket: TestSocket;
  beforeEach(async () => {
    net = await Testnet.start();
    socket = await net.socket();
  });
  afterEach(async () => {
    socket.close();
    await net.stop();
  });

  const transferOf = (from: Keypair, to: PublicKey, lamports = SOL) =>
    SystemProgram.transfer({ fromPubkey: from.publicKey, toPubkey: to, lamports });

  describe("with web3.js", () => {
    it("confirm a transaction that web3.js sends", async () => {
      const payer = await net.funded();
      const to = Keypair.generate().publicKey;
      const transaction = new Transaction().add(transferOf(payer, to));
      await sendAndConfirmTransaction(net.connection, transaction, [payer]);
      expect(await net.connection.getBalance(to)).to.equal(SOL);
    });

    it("pass the new state of a changed account to its callback", async () => {
      const payer = await net.funded();
      const to = Keypair.generate().publicKey;
      const seen = new Promise<[AccountInfo<Buffer>, Context]>((resolve) =>
        net.connection.onAccountChange(to, (account, context) => resolve([account, context])),
      );
      await isSubscribed(net);
      await net.transfer(payer, to);
      const [account, context] = await seen;
      expect(account.lamports).to.equal(SOL);
      expect(context.slot).to.equal(await net.connection.getSlot());
    });

    it("pass a program's logs to its callback", async () => {
      const payer = await net.funded();
      const seen = new Promise<Logs>((resolve) => net.connection.onLogs("all", resolve));
      await isSubscribed(net);
      const { signature } = await net.transfer(payer);
      const { logs, ...rest } = await seen;
      expect(rest).to.deep.equal({ signature, err: null });
      expect(logs).to.have.length(2);
    });
  });

  it("notify at once of a signature that has landed before", async () => {
    const { signature } = await net.transfer(await net.funded());
    const { result: subscription } = await socket.call("signatureSubscribe", [
      signature,
      { commitment: "finalized", enableReceivedNotification: true },
    ]);
    const received = await socket.next();
    expect(received.method).to.equal("signatureNotification");
    expect(received.params).to.deep.include({ subscription });
    expect(received.params.result.value).to.equal("receivedSignature");
    expect((await socket.next()).params.result.value).to.deep.equal({ err: null });
    // The subscription ended with its notification.
    const ended = await socket.call("signatureUnsubscribe", [subscription]);
    expect(ended.error?.code).to.equal(-32602);
  });

  it("tell the error of a transaction that lands and fails", async () => {
    const payer = await net.funded();
    const transfer = transferOf(payer, Keypair.generate().publicKey, 100 * SOL);
    await socket.call("logsSubscribe", [{ mentions: [payer.publicKey.toBase58()] }]);
    const transaction = await net.signed([transfer], [payer]);
    const signature = await net.connection.sendTransaction(transaction, { skipPreflight: true });
    const { params } = await socket.next();
    const err = { InstructionError: [0, { Custom: 1 }] };
    expect(params.result.value).to.deep.include({ signature, err });
  });

  it("leave out the logs of other addresses", async () => {
    const [payer, other] = [await net.funded(), await net.funded()];
    await socket.call("logsSubscribe", [{ mentions: [payer.publicKey.toBase58()] }]);
    await net.transfer(other);
    const { signature } = await net.transfer(payer);
    expect((await socket.next()).params.result.value.signature).to.equal(signature);
  });

  it("notify only of a program's accounts that match the filters", async () => {
    const payer = await net.funded();
    const [mint, other] = [await net.mint(payer), await net.mint(payer)];
    await socket.call("programSubscribe", [
      TOKEN_PROGRAM_ID.toBase58(),
      {
        encoding: "base64",
        filters: [{ dataSize: 165 }, { memcmp: { offset: 0, bytes: mint.address.toBase58() } }],
        dataSlice: { offset: 64, length: 8 },
      },
    ]);
    await net.tokens(other, payer, 5n);
    const account = await net.tokens(mint, payer, 7n);
    const { value } = (await socket.next()).params.result;
    expect(value.pubkey).to.equal(account.toBase58());
    expect(Buffer.from(value.account.data[0], "base64").readBigUInt64LE()).to.equal(7n);
  });

  it("show a closed account as empty and owned by the system program", async () => {
    const payer = await net.funded();
    const gone = await net.funded(SOL);
    await socket.call("accountSubscribe", [gone.publicKey.toBase58(), { encoding: "base64" }]);
    await net.send([transferOf(gone, payer.publicKey, SOL)], [payer, gone]);
    expect((await socket.next()).params.result.value).to.deep.include({
      lamports: 0,
      owner: SystemProgram.programId.toBase58(),
      data: ["", "base64"],
    });
  });

  it("notify of each slot with its parent", async () => {
    const before = await net.connection.getSlot();
    const slots = await socket.call("slotSubscribe");
    const clock = await net.socket();
    await clock.call("accountSubscribe", [SYSVAR_CLOCK_PUBKEY.toBase58(), { encoding: "base64" }]);
    const roots = await net.socket();
    await roots.call("rootSubscribe");
    net.wall.advance(400);
    const { method, params } = await socket.next();
    expect(method).to.equal("slotNotification");
    expect(params).to.deep.equal({
      subscription: slots.result,
      result: { slot: before + 1, parent: before, root: before },
    });
    const data = Buffer.from((await clock.next()).params.result.value.data[0], "base64");
    expect(data.readBigUInt64LE()).to.equal(BigInt(before + 1));
    expect((await roots.next()).params.result).to.equal(before);
    clock.close();
    roots.close();
  });

  const PARAMS: Record<string, unknown[]> = {
    account: [SYSVAR_CLOCK_PUBKEY.toBase58(), { encoding: "base64" }],
    program: [SystemProgram.programId.toBase58()],
    signature: ["1".repeat(64)],
    logs: ["all"],
    slot: [],
    root: [],
  };
  for (const [kind, params] of Object.entries(PARAMS)) {
    it(`stop ${kind}Subscribe with ${kind}Unsubscribe`, async () => {
      const { result } = await socket.call(`${kind}Subscribe`, params);
      expect((await socket.call(`${kind}Unsubscribe`, [result])).result).to.equal(true);
      await net.transfer(await net.funded());
      net.wall.advance(400);
      // The next message is the answer to this, and no notification came before it.
      const again = await socket.call(`${kind}Unsubscribe`, [result]);
      expect(again.error).to.deep.equal({ code: -32602, message: "Invalid subscription id." });
    });
  }

  const REFUSED: [string, string, unknown[], number][] = [
    ["an unknown kind", "voteSubscribe", [], -32601],
    ["a method of the other port", "getSlot", [], -32601],
    ["no address", "accountSubscribe", [], -32602],
    ["a name every object has", "constructorSubscribe", [], -32601],
    [
      "two mentions",
      "logsSubscribe",
      [{ mentions: [PARAMS.account?.[0], PARAMS.account?.[0]] }],
      -32602,
    ],
    ["an unknown filter", "logsSubscribe", ["some"], -32602],
  ];
  for (const [given, method, params, code] of REFUSED) {
    it(`refuse ${given} with the error ${code}`, async () => {
      expect((await socket.call(method, params)).error?.code).to.equal(code);
    });
  }

  it("answer text that is not JSON with an error, and stay open", async () => {
    socket.sendText("{");
    expect((await socket.next()).error.code).to.equal(-32700);
    expect((await socket.call("slotSubscribe")).result).to.be.a("number");
  });
});

/** Waits until web3.js has subscribed: it does so in the background, without an event. */
async function isSubscribed({ connection }: Testnet): Promise<void> {
  const { _subscriptionsByHash: byHash } = connection as unknown as {
    _subscriptionsByHash: Record<string, { state: string }>;
  };
  while (Object.values(byHash).some(({ state }) => state !== "subscribed")) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
