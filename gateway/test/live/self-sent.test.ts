import { VersionedTransaction } from "@solana/web3.js";
import { expect } from "chai";
import { buildFunding, memoOf } from "../../src/chain";
import {
  createLiveIntent,
  type LiveGateway,
  signBy,
  startLiveGateway,
} from "../harness/live-gateway";
import { until } from "../harness/until";

/** Slots after which every blockhash has expired. */
const EXPIRED = 200;

describe("payments that the payer's wallet sends itself", () => {
  let gateway: LiveGateway;
  before(async () => (gateway = await startLiveGateway()));
  after(() => gateway?.close());

  const payerAddress = () => gateway.wallets.payer.publicKey.toBase58();
  const payerBalance = () => gateway.balance(gateway.wallets.payer.publicKey);
  const ask = (path: string, who: "payer" | "stranger" = "payer") =>
    gateway.post(`${path}/confirm`, {
      payerAddress: gateway.wallets[who].publicKey.toBase58(),
      feePayer: "payer",
    });
  /** Signs and sends as a wallet does. */
  const sendBy = async (transaction: string, who: "payer" | "stranger" = "payer") => {
    const bytes = Buffer.from(signBy(transaction, gateway.wallets[who]), "base64");
    const signature = await gateway.chain.connection.sendRawTransaction(bytes);
    await gateway.chain.connection.confirmTransaction(signature, "confirmed");
    return signature;
  };
  /** Waits until the intent says so, and returns it; the job looks every second. */
  const changed = async (path: string, wanted: (body: { data: never }) => boolean) => {
    let last = await gateway.get(path);
    await until(async () => {
      gateway.outbox.wake();
      last = await gateway.get(path);
      return wanted(last.body);
    }, "a changed intent");
    return last.body;
  };
  const nextIs = (wanted: string | null) => (body: { data: never }) =>
    (body.data as { next_action: string | null }).next_action === wanted;

  it("given the wallet sends it, then the gateway notices, and neither the sponsor nor the budget is charged", async () => {
    const { payer, payee } = gateway.wallets;
    const path = await createLiveIntent(gateway);
    const { sponsor } = gateway.chain;
    const [tokens, lamports] = [await payerBalance(), await gateway.lamports(sponsor.publicKey)];
    const asked = await ask(path);
    expect(asked.body.status).to.equal("REQUIRES_SIGNATURE");
    const [{ transaction, signers }] = asked.body.transactions;
    expect(signers).to.deep.equal([payerAddress()]);
    const { message } = VersionedTransaction.deserialize(Buffer.from(transaction, "base64"));
    expect(message.staticAccountKeys[0]!.equals(payer.publicKey)).to.equal(true);
    expect(message.header.numRequiredSignatures).to.equal(1);
    const signature = await sendBy(transaction);
    const body = await changed(path, nextIs("accept_terms"));
    expect([body.status, body.data.signature, body.data.confirmedBy]).to.deep.equal([
      "PROCESSING",
      signature,
      "payer",
    ]);
    expect(tokens - (await payerBalance())).to.equal(1_000_000_000n);
    expect(await gateway.lamports(sponsor.publicKey)).to.equal(lamports);
    const terms = await gateway.post(`${path}/unsigned-transactions`, { action: "accept_terms" });
    await gateway.post(`${path}/signed-transactions`, {
      transaction: signBy(terms.body.data[0].transaction, payee),
    });
    expect((await gateway.get(path)).body.status).to.equal("SUCCEEDED");
  });

  it("given the payer asks again before the bytes expire, then they get the same bytes, and pay once", async () => {
    const path = await createLiveIntent(gateway);
    const before = await payerBalance();
    const [one, two] = await Promise.all([ask(path), ask(path)]);
    const three = await ask(path);
    const texts = [one, two, three].map(({ body }) => body.transactions[0].transaction);
    expect(new Set(texts).size).to.equal(1);
    await sendBy(texts[0]);
    await changed(path, nextIs("accept_terms"));
    expect(before - (await payerBalance())).to.equal(1_000_000_000n);
    const late = await ask(path);
    expect([late.status, late.body.error.code]).to.deep.equal([400, "invalid_status"]);
  });

  it("given bytes that may land, then another payer, the sponsor's transaction and a cancellation wait until they expire", async () => {
    const path = await createLiveIntent(gateway);
    await ask(path);
    const other = await ask(path, "stranger");
    expect([other.status, other.body.error.code]).to.deep.equal([400, "invalid_request"]);
    const sponsored = await gateway.post(`${path}/confirm`, { payerAddress: payerAddress() });
    expect([sponsored.status, sponsored.body.error.code]).to.deep.equal([409, "conflict"]);
    expect((await gateway.post(`${path}/cancel`)).body.error.code).to.equal("invalid_status");
    gateway.localnet.chain.warp(EXPIRED, 0);
    await changed(path, nextIs("confirm"));
    const again = await ask(path, "stranger");
    expect(again.status).to.equal(200);
    await sendBy(again.body.transactions[0].transaction, "stranger");
    const body = await changed(path, nextIs("accept_terms"));
    expect(body.data.payerAddress).to.equal(gateway.wallets.stranger.publicKey.toBase58());
  });

  it("given the wallet's owner creates another policy at the address then it does not count", async () => {
    const { payer, stranger } = gateway.wallets;
    const path = await createLiveIntent(gateway);
    await ask(path);
    const id = path.split("/").at(-1)!;
    const forged = await buildFunding(gateway.chain, {
      owner: payer.publicKey,
      recipient: stranger.publicKey,
      mediator: gateway.wallets.mediator.publicKey,
      currency: "USDC",
      amounts: [300_000_000n, 500_000_000n, 200_000_000n],
      timestamps: [],
      releaseCondition: 2,
      terms: { deliveryGraceSecs: 2_592_000 },
      memo: memoOf(id, 0),
      isAccepted: false,
      feePayer: payer.publicKey,
    });
    const { createContext, send } = await import("@milepost/sdk");
    const { connection, programId } = gateway.chain;
    await send(createContext(connection, payer, { programId }), forged.instructions);
    gateway.localnet.chain.warp(EXPIRED, 0);
    const body = await changed(path, nextIs("confirm"));
    expect([body.status, body.data.parts[0].policy]).to.deep.equal(["REQUIRES_SIGNATURE", null]);
  });

  it("given two parts then the wallet sends one after the other", async () => {
    const path = await createLiveIntent(gateway, {
      amounts: ["100.00", "200.00", "300.00", "250.00", "150.00"],
    });
    const before = await payerBalance();
    const first = await ask(path);
    expect(first.body.transactions).to.have.length(1);
    await sendBy(first.body.transactions[0].transaction);
    await changed(path, nextIs("sign"));
    await changed(
      path,
      (body) => (body.data as { parts: { policy: string }[] }).parts[0]!.policy !== null,
    );
    const second = await ask(path);
    expect(second.body.transactions[0].part).to.equal(1);
    await sendBy(second.body.transactions[0].transaction);
    await changed(path, nextIs("accept_terms"));
    expect(before - (await payerBalance())).to.equal(1_000_000_000n);
  });

  it("given a consented pull then the wallet pays the payee in one transaction", async () => {
    const { payee } = gateway.wallets;
    const received = await gateway.balance(payee.publicKey);
    const path = await createLiveIntent(gateway, {
      changes: {
        type: "CONSENTED_PULL",
        releaseType: undefined,
        autoRelease: undefined,
        mediatorAddress: undefined,
      },
    });
    const asked = await ask(path);
    await sendBy(asked.body.transactions[0].transaction);
    await changed(path, (body) => ["SETTLED", "FINAL"].includes((body as never)["status"]));
    expect((await gateway.balance(payee.publicKey)) - received).to.equal(990_000_000n);
  });

  it("given a node that drops the sponsored bytes until they expire then the intent is REQUIRES_ACTION, and new bytes pay once", async () => {
    const { payer, payee } = gateway.wallets;
    const path = await createLiveIntent(gateway);
    const before = await payerBalance();
    const { connection } = gateway.chain;
    const askBoth = async () => {
      const asked = { payerAddress: payerAddress(), payeeSigns: true };
      const { body } = await gateway.post(`${path}/confirm`, asked);
      return signBy(body.transactions[0].transaction, payer, payee);
    };
    const signed = await askBoth();
    connection.sendRawTransaction = () => Promise.resolve("1".repeat(64));
    const waiting = gateway.post(`${path}/confirm`, { transaction: signed });
    await changed(path, (body) => (body as never)["status"] === "PROCESSING");
    gateway.localnet.chain.warp(EXPIRED, 0);
    await waiting;
    const body = await changed(path, (each) => (each as never)["status"] === "REQUIRES_ACTION");
    expect(body.data.next_action).to.equal("confirm");
    expect(await payerBalance()).to.equal(before);
    delete (connection as { sendRawTransaction?: unknown }).sendRawTransaction;
    const done = await gateway.post(`${path}/confirm`, { transaction: await askBoth() });
    expect(done.body.status).to.equal("SUCCEEDED");
    expect(before - (await payerBalance())).to.equal(1_000_000_000n);
  });
});
