import { createContext, send } from "@milepost/sdk";
import { Keypair, SystemProgram, TransactionMessage, VersionedTransaction } from "@solana/web3.js";
import { expect } from "chai";
import { buildFunding, type FundingRequest, memoOf } from "../../src/chain";
import {
  createLiveIntent,
  type LiveGateway,
  type Reply,
  signBy,
  startLiveGateway,
} from "../harness/live-gateway";
import { START } from "../harness/sandbox";

/** Slots after which every blockhash has expired. */
const EXPIRED = 200;

describe("attacks on live confirmations", () => {
  let gateway: LiveGateway;
  before(async () => (gateway = await startLiveGateway()));
  after(() => gateway?.close());

  const address = (who: keyof LiveGateway["wallets"]) => gateway.wallets[who].publicKey.toBase58();
  const payerBalance = () => gateway.balance(gateway.wallets.payer.publicKey);
  const confirm = (path: string, body: object, key = gateway.keys.platform) =>
    gateway.post(`${path}/confirm`, body, { "x-api-key": key });
  const ask = async (path: string, body: object = {}) =>
    (await confirm(path, { payerAddress: address("payer"), payeeSigns: true, ...body })).body
      .transactions;
  const both = (transaction: string) =>
    signBy(transaction, gateway.wallets.payer, gateway.wallets.payee);
  const codeOf = ({ status, body }: Reply) => [status, body.error?.code, body.error?.param];
  const spent = async () =>
    (
      await gateway.context.database.query<{ sum: string }>(
        "SELECT COALESCE(sum(lamports), 0)::text AS sum FROM milepost_gateway.sponsor_spending",
      )
    )[0]!.sum;

  /** Runs an attack, which must move no token, spend no budget and queue no job. */
  const unmoved = async <T>(work: () => Promise<T>): Promise<T> => {
    const { database } = gateway.context;
    const look = async () => [
      await payerBalance(),
      await gateway.lamports(gateway.chain.sponsor.publicKey),
      await spent(),
      await database.query("SELECT id, state FROM milepost_gateway.chain_jobs ORDER BY id"),
    ];
    const before = await look();
    const result = await work();
    expect(await look()).to.deep.equal(before);
    return result;
  };

  it("given changed bytes, or an attacker's transaction that the sponsor would pay, then nothing is signed", async () => {
    const path = await createLiveIntent(gateway);
    const [{ transaction }] = await ask(path);
    const changed = Buffer.from(both(transaction), "base64");
    changed[changed.length - 1]! ^= 1;
    const { connection, sponsor } = gateway.chain;
    const drain = new TransactionMessage({
      payerKey: sponsor.publicKey,
      recentBlockhash: (await connection.getLatestBlockhash()).blockhash,
      instructions: [
        SystemProgram.transfer({
          fromPubkey: sponsor.publicKey,
          toPubkey: gateway.wallets.stranger.publicKey,
          lamports: 1_000_000_000,
        }),
      ],
    });
    const foreign = new VersionedTransaction(drain.compileToV0Message()).serialize();
    for (const bytes of [changed, Buffer.from(foreign)]) {
      const answer = await unmoved(() => confirm(path, { transaction: bytes.toString("base64") }));
      expect(codeOf(answer)).to.deep.equal([400, "signature_verification_failed", "transaction"]);
    }
    expect((await gateway.get(path)).body.status).to.equal("REQUIRES_SIGNATURE");
  });

  it("given the bytes of another intent, or another account's key, then the bytes are unknown", async () => {
    const [one, two] = [await createLiveIntent(gateway), await createLiveIntent(gateway)];
    const [{ transaction }] = await ask(one);
    await ask(two);
    const signed = both(transaction);
    const other = await unmoved(() => confirm(two, { transaction: signed }));
    expect(codeOf(other)).to.deep.equal([400, "signature_verification_failed", "transaction"]);
    for (const key of [gateway.keys.other, gateway.keys.merchant]) {
      const answer = await unmoved(() => confirm(one, { transaction: signed }, key));
      expect(codeOf(answer).slice(0, 2)).to.deep.equal([404, "resource_missing"]);
    }
    const answer = await gateway.post(`${two}/signed-transactions`, { transaction: signed });
    expect(codeOf(answer).slice(0, 2)).to.deep.equal([400, "signature_verification_failed"]);
    expect((await confirm(one, { transaction: signed })).body.status).to.equal("SUCCEEDED");
  });

  it("given the signed bytes twice then the second answer is a conflict, and the payer pays once", async () => {
    const path = await createLiveIntent(gateway);
    const before = await payerBalance();
    const [{ transaction }] = await ask(path);
    await confirm(path, { transaction: both(transaction) });
    const again = await unmoved(() => confirm(path, { transaction: both(transaction) }));
    expect(codeOf(again).slice(0, 2)).to.deep.equal([409, "conflict"]);
    expect(before - (await payerBalance())).to.equal(1_000_000_000n);
  });

  it("given a wrong signature in the payer's place then it is refused, naming the wallet", async () => {
    const path = await createLiveIntent(gateway);
    const [{ transaction }] = await ask(path);
    const parsed = VersionedTransaction.deserialize(Buffer.from(transaction, "base64"));
    parsed.addSignature(gateway.wallets.payer.publicKey, Buffer.alloc(64, 1));
    const forged = Buffer.from(parsed.serialize()).toString("base64");
    const answer = await unmoved(() => confirm(path, { transaction: forged }));
    expect(answer.body.error.message).to.include(address("payer"));
  });

  it("given expired bytes then the answer is 409 before the sponsor signs, and new bytes are built on request", async () => {
    const path = await createLiveIntent(gateway);
    const [{ transaction }] = await ask(path);
    gateway.localnet.chain.warp(EXPIRED, 0);
    const late = await unmoved(() => confirm(path, { transaction: both(transaction) }));
    expect(codeOf(late)).to.deep.equal([409, "transaction_expired", "transaction"]);
    const [again] = await ask(path);
    expect(again.message).not.to.equal(transaction);
    const done = await confirm(path, { transaction: both(again.transaction) });
    expect(done.body.status).to.equal("SUCCEEDED");
  });

  it("given two confirmations at once and both are signed then one of them pays", async () => {
    const path = await createLiveIntent(gateway);
    const before = await payerBalance();
    const asked = await Promise.all([ask(path), ask(path)]);
    gateway.localnet.chain.warp(1, 0);
    asked.push(await ask(path));
    const answers = await Promise.all(
      asked.map(([{ transaction }]) => confirm(path, { transaction: both(transaction) })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).to.deep.equal([200, 409, 409]);
    await gateway.settled();
    expect((await gateway.get(path)).body.status).to.equal("SUCCEEDED");
    expect(before - (await payerBalance())).to.equal(1_000_000_000n);
  });

  it("given the sponsor or the signer as the payer, the payee or the mediator as well, then it is refused", async () => {
    const path = await createLiveIntent(gateway);
    const { sponsor, signer } = gateway.chain;
    for (const payerAddress of [
      sponsor.publicKey.toBase58(),
      signer.publicKey.toBase58(),
      address("payee"),
      address("mediator"),
      "0x0000",
    ]) {
      const answer = await unmoved(() => confirm(path, { payerAddress }));
      expect(codeOf(answer)).to.deep.equal([400, "invalid_request", "payerAddress"]);
    }
    expect((await gateway.get(path)).body.status).to.equal("INITIATED");
  });

  it("given a payer without enough tokens then it is refused before any party signs", async () => {
    const path = await createLiveIntent(gateway, {
      amounts: ["9000000.00"],
      changes: { amount: "9000000.00" },
    });
    const answer = await unmoved(() => confirm(path, { payerAddress: address("payer") }));
    expect(answer.status).to.be.within(400, 502);
    expect(answer.body.error.message).to.match(/balance|enough|insufficient/i);
  });

  it("given milestones that do not add up then the answer is 409, and nothing is locked", async () => {
    const path = await createLiveIntent(gateway, { amounts: ["300.00"] });
    const answer = await confirm(path, { payerAddress: address("payer") });
    expect(codeOf(answer).slice(0, 2)).to.deep.equal([409, "schedule_incomplete"]);
    expect((await gateway.get(path)).body.status).to.equal("INITIATED");
  });

  it("given a live key and a test intent, or a test key and a live one, then the answer is 404", async () => {
    const path = await createLiveIntent(gateway);
    const { database, now } = gateway.context;
    const id = path.split("/").at(-1)!;
    await database.query(
      "UPDATE milepost_gateway.payment_intents SET mode = 'test', updated_at = $2 WHERE id = $1",
      [id, now()],
    );
    for (const [url, body] of [
      ["confirm", { payerAddress: address("payer") }],
      ["signed-transactions", { transaction: "AAAA" }],
      ["unsigned-transactions", { action: "accept_terms" }],
    ] as const) {
      const answer = await gateway.post(`${path}/${url}`, body);
      expect(codeOf(answer).slice(0, 2), url).to.deep.equal([404, "resource_missing"]);
    }
  });

  it("given a cancellation after the bytes were built then they are refused, and nothing is paid", async () => {
    const path = await createLiveIntent(gateway);
    const [{ transaction }] = await ask(path);
    expect((await gateway.post(`${path}/cancel`)).body.status).to.equal("CANCELED");
    const answer = await unmoved(() => confirm(path, { transaction: both(transaction) }));
    expect(codeOf(answer).slice(0, 2)).to.deep.equal([400, "invalid_state_transition"]);
  });

  it("given five milestones then two parts are signed in order, and an expired one is built and signed again", async () => {
    const amounts = ["100.00", "200.00", "300.00", "250.00", "150.00"];
    const path = await createLiveIntent(gateway, { amounts });
    const before = await payerBalance();
    const [first, second] = await ask(path);
    expect([first.part, second.part]).to.deep.equal([0, 1]);
    const early = await unmoved(() => confirm(path, { transaction: both(second.transaction) }));
    expect(codeOf(early).slice(0, 2)).to.deep.equal([409, "conflict"]);
    const half = await confirm(path, { transaction: both(first.transaction) });
    expect([half.body.status, half.body.data.next_action]).to.deep.equal(["PROCESSING", "sign"]);
    expect(before - (await payerBalance())).to.equal(850_000_000n);
    // Another wallet cannot continue, and the second part's bytes expire.
    const stranger = await confirm(path, { payerAddress: address("stranger") });
    expect(codeOf(stranger)).to.deep.equal([400, "invalid_request", "payerAddress"]);
    gateway.localnet.chain.warp(EXPIRED, 0);
    const late = await confirm(path, { transaction: both(second.transaction) });
    expect(codeOf(late).slice(0, 2)).to.deep.equal([409, "transaction_expired"]);
    const rest = await ask(path);
    expect(rest.map(({ part }: { part: number }) => part)).to.deep.equal([1]);
    const done = await confirm(path, { transaction: both(rest[0].transaction) });
    expect(done.body.status).to.equal("SUCCEEDED");
    expect(before - (await payerBalance())).to.equal(1_000_000_000n);
  });

  it("given both parts come back at once after their signatures then both land", async () => {
    const path = await createLiveIntent(gateway, {
      amounts: ["100.00", "200.00", "300.00", "250.00", "150.00"],
    });
    const before = await payerBalance();
    const [first, second] = await ask(path);
    const one = confirm(path, { transaction: both(first.transaction) });
    await new Promise((resolve) => setImmediate(resolve));
    const answers = [await one, await confirm(path, { transaction: both(second.transaction) })];
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200]);
    expect(answers[1]!.body.status).to.equal("SUCCEEDED");
    expect(before - (await payerBalance())).to.equal(1_000_000_000n);
  });

  describe("by the signature of a landed transaction", () => {
    /** Sends what an attacker or a careless wallet might, with the payer's own fee. */
    const land = async (id: string, changes: Partial<FundingRequest> = {}): Promise<string> => {
      const { payer, stranger } = gateway.wallets;
      const owner = changes.owner === undefined ? payer : stranger;
      const build = await buildFunding(gateway.chain, {
        owner: owner.publicKey,
        recipient: address("payee"),
        mediator: address("mediator"),
        currency: "USDC",
        amounts: [300_000_000n, 500_000_000n, 200_000_000n],
        timestamps: [],
        releaseCondition: 2,
        terms: { deliveryGraceSecs: 2_592_000 },
        memo: memoOf(id, 0),
        isAccepted: false,
        feePayer: owner.publicKey,
        ...changes,
      });
      const { connection, programId } = gateway.chain;
      const wallet = createContext(connection, owner, { programId });
      return (await send(wallet, build.instructions, { signers: [owner] })).signature;
    };
    const start = async () => {
      const path = await createLiveIntent(gateway);
      await ask(path, { payeeSigns: false });
      return { path, id: path.split("/").at(-1)! };
    };
    const other = Keypair.generate().publicKey;
    const wrong: [field: string, changes: () => Partial<FundingRequest>][] = [
      ["owner", () => ({ owner: gateway.wallets.stranger.publicKey })],
      ["recipient", () => ({ recipient: other })],
      ["mediator", () => ({ mediator: other })],
      ["amounts[0]", () => ({ amounts: [299_000_000n, 501_000_000n, 200_000_000n] })],
      ["milestones", () => ({ amounts: [1_000_000_000n] })],
      ["releaseCondition", () => ({ releaseCondition: 4 })],
      ["timestamps[0]", () => ({ timestamps: [START + 9n, START + 9n, START + 9n] })],
      ["terms.deliveryGraceSecs", () => ({ terms: { deliveryGraceSecs: 60 } })],
      [
        "terms.platformFeeBps",
        () => ({ terms: { deliveryGraceSecs: 2_592_000, platformFeeBps: 1 } }),
      ],
      ["funded[1]", () => ({ fund: 1 })],
      ["memo", () => ({ memo: memoOf("intent_other", 0) })],
    ];
    for (const [field, changes] of wrong) {
      it(`given another ${field} on chain then the refusal names it, and the intent waits`, async () => {
        const { path, id } = await start();
        const signature = await land(id, changes());
        const answer = await confirm(path, { signature, payerAddress: address("payer") });
        expect(codeOf(answer)).to.deep.equal([400, "signature_verification_failed", field]);
        const { body } = await gateway.get(path);
        expect([body.status, body.data.parts[0].policy]).to.deep.equal([
          "REQUIRES_SIGNATURE",
          null,
        ]);
      });
    }

    it("given exactly what was agreed then the intent is PROCESSING until the payee accepts, once, and for this intent alone", async () => {
      const { path, id } = await start();
      const { payee } = gateway.wallets;
      const signature = await land(id);
      const payerAddress = address("payer");
      const confirmed = await confirm(path, { signature, payerAddress });
      expect([
        confirmed.status,
        confirmed.body.status,
        confirmed.body.data.next_action,
      ]).to.deep.equal([200, "PROCESSING", "accept_terms"]);
      const again = await confirm(path, { signature, payerAddress });
      expect(again.body.status).to.equal("PROCESSING");
      const another = await start();
      const stolen = await confirm(another.path, { signature, payerAddress });
      expect(codeOf(stolen)).to.deep.equal([400, "signature_verification_failed", "memo"]);
      const asked = await gateway.post(`${path}/unsigned-transactions`, { action: "accept_terms" });
      const transaction = signBy(asked.body.data[0].transaction, payee);
      await gateway.post(`${path}/signed-transactions`, { transaction });
      expect((await gateway.get(path)).body.status).to.equal("SUCCEEDED");
    });

    it("given a second policy for a part that is paid then the answer is a conflict, and the first one stays", async () => {
      const { path, id } = await start();
      const payerAddress = address("payer");
      await confirm(path, { signature: await land(id), payerAddress });
      const { policy } = (await gateway.get(path)).body.data.parts[0];
      const second = await confirm(path, { signature: await land(id), payerAddress });
      expect(codeOf(second).slice(0, 2)).to.deep.equal([409, "conflict"]);
      expect((await gateway.get(path)).body.data.parts[0].policy).to.equal(policy);
    });

    it("given a signature of nothing, of a failed or of another transaction then it is refused", async () => {
      const { path } = await start();
      const { connection } = gateway.chain;
      const airdrop = await connection.requestAirdrop(gateway.wallets.stranger.publicKey, 1);
      for (const signature of ["0x...", "1".repeat(64), airdrop]) {
        const answer = await confirm(path, { signature, payerAddress: address("payer") });
        expect(codeOf(answer)).to.deep.equal([400, "signature_verification_failed", "signature"]);
      }
    });
  });
});

describe("the sponsor's budget in live mode", () => {
  it("given it is used up then the answer is 429, the sponsor signs nothing, and the wallet may send the transaction itself", async () => {
    const gateway = await startLiveGateway({ sponsorLamportsPerHour: 20_000_000n });
    try {
      const { payer, payee } = gateway.wallets;
      const payerAddress = payer.publicKey.toBase58();
      const fund = async (path: string) => {
        const asked = { payerAddress, payeeSigns: true };
        const { body } = await gateway.post(`${path}/confirm`, asked);
        const transaction = signBy(body.transactions[0].transaction, payer, payee);
        return gateway.post(`${path}/confirm`, { transaction });
      };
      expect((await fund(await createLiveIntent(gateway))).body.status).to.equal("SUCCEEDED");
      const sponsor = gateway.chain.sponsor.publicKey;
      const [tokens, lamports] = [
        await gateway.balance(payer.publicKey),
        await gateway.lamports(sponsor),
      ];
      const path = await createLiveIntent(gateway);
      const refused = await fund(path);
      expect([refused.status, refused.body.error.code]).to.deep.equal([429, "rate_limit_exceeded"]);
      expect(await gateway.balance(payer.publicKey)).to.equal(tokens);
      expect(await gateway.lamports(sponsor)).to.equal(lamports);
      const own = await gateway.post(`${path}/confirm`, { payerAddress, feePayer: "payer" });
      const bytes = Buffer.from(signBy(own.body.transactions[0].transaction, payer), "base64");
      const { connection } = gateway.chain;
      const signature = await connection.sendRawTransaction(bytes);
      await connection.confirmTransaction(signature, "confirmed");
      expect(tokens - (await gateway.balance(payer.publicKey))).to.equal(1_000_000_000n);
      expect(await gateway.lamports(sponsor)).to.equal(lamports);
    } finally {
      await gateway.close();
    }
  });
});
