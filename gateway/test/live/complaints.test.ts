import { type Keypair, VersionedTransaction } from "@solana/web3.js";
import { expect } from "chai";
import { dumpRows } from "../harness/dump";
import {
  createLiveIntent,
  type LiveGateway,
  signBy,
  signBytes,
  startLiveGateway,
} from "../harness/live-gateway";
import { operations, sampleOf } from "../harness/operations";
import { START } from "../harness/sandbox";

/** Slots after which every blockhash has expired, and slots within its lifetime. */
const [EXPIRED, SLOW] = [200, 100];

describe("complaints of others' users about wallets", () => {
  let gateway: LiveGateway;
  before(async () => (gateway = await startLiveGateway()));
  after(() => gateway?.close());
  beforeEach(() => gateway.setTime(START));

  const payerAddress = () => gateway.wallets.payer.publicKey.toBase58();
  const payerBalance = () => gateway.balance(gateway.wallets.payer.publicKey);
  const give = (path: string, transaction: string) =>
    gateway.post(`${path}/signed-transactions`, { transaction });
  const milestoneOf = async (path: string) =>
    (await gateway.get(`${path}/escrow/milestones`)).body.data[0];

  /** A step that a wallet signs: how to ask for it, who signs, and what it changes. */
  interface WalletStep {
    name: string;
    path: string;
    ask(): Promise<{ status: number; transaction: string }>;
    signers: Keypair[];
    /** Everything that the API says about it. */
    look(): Promise<unknown>;
    isDone(): Promise<boolean>;
  }

  const confirmation = async (): Promise<WalletStep> => {
    const { payer, payee } = gateway.wallets;
    const path = await createLiveIntent(gateway, { changes: { autoRelease: false } });
    return {
      name: "confirmation",
      path,
      async ask() {
        const body = { payerAddress: payerAddress(), payeeSigns: true };
        const asked = await gateway.post(`${path}/confirm`, body);
        return { status: asked.status, transaction: asked.body.transactions?.[0].transaction };
      },
      signers: [payer, payee],
      look: async () => {
        const { status, data } = (await gateway.get(path)).body;
        return [status, data.next_action, data.problem, data.parts, await payerBalance()];
      },
      isDone: async () => (await gateway.get(path)).body.status === "SUCCEEDED",
    };
  };

  /** The payee's submission of a funded intent's first milestone. */
  const submission = async (): Promise<WalletStep> => {
    const funding = await confirmation();
    const { path } = funding;
    const { transaction } = await funding.ask();
    expect((await give(path, signBy(transaction, ...funding.signers))).body.status).to.equal(
      "landed",
    );
    const { id: milestoneId } = await milestoneOf(path);
    return {
      name: "submission",
      path,
      async ask() {
        const body = { action: "submit_milestone", milestoneId };
        const asked = await gateway.post(`${path}/unsigned-transactions`, body);
        return { status: asked.status, transaction: asked.body.data?.[0].transaction };
      },
      signers: [gateway.wallets.payee],
      look: async () => [(await gateway.get(path)).body, await milestoneOf(path)],
      isDone: async () => (await milestoneOf(path)).status === "COMPLETED",
    };
  };

  for (const [what, make] of [
    ["confirmation", confirmation],
    ["submission", submission],
  ] as const) {
    it(`complaint (h): a blockhash that expires during a slow signature (OneKey#13522, vultisig-windows#4248). Here an expired ${what} is refused by name, and the next request rebuilds it`, async () => {
      const step = await make();
      const { path, signers } = step;
      const first = await step.ask();
      const before = await step.look();
      gateway.localnet.chain.warp(EXPIRED, 0);
      const late = await give(path, signBy(first.transaction, ...signers));
      expect([late.status, late.body.error.code]).to.deep.equal([409, "transaction_expired"]);
      expect(await step.look()).to.deep.equal(before);
      const second = await step.ask();
      expect(second.status).to.equal(200);
      expect(second.transaction).not.to.equal(first.transaction);
      gateway.localnet.chain.warp(SLOW, 0);
      const done = await give(path, signBy(second.transaction, ...signers));
      expect(done.body.status).to.equal("landed");
      expect(await step.isDone()).to.equal(true);
    });

    for (const [mode, answer] of [
      ["never answers", null],
      ["refuses and hands the bytes back unsigned", (bytes: string) => signBy(bytes)],
      [
        "signs by another account",
        (bytes: string, owner: Keypair) => signInPlaceOf(bytes, owner, gateway.wallets.stranger),
      ],
    ] as const) {
      it(`complaint (j): a wallet fails and nothing is said (mobile-wallet-adapter#1086, solana-foundation/pay#271). Here a wallet that ${mode} leaves the ${what} as it was, and the next request gets a transaction`, async () => {
        const step = await make();
        const { path, signers } = step;
        const balance = await payerBalance();
        const first = await step.ask();
        const before = await step.look();
        if (answer !== null) {
          const [owner] = signers as [Keypair];
          const told = await give(path, answer(first.transaction, owner));
          expect(JSON.stringify(told.body)).to.include(owner.publicKey.toBase58());
          expect(told.body.status).not.to.equal("landed");
        }
        expect(await step.look()).to.deep.equal(before);
        gateway.localnet.chain.warp(1, 0);
        const again = await step.ask();
        expect(again.status).to.equal(200);
        const done = await give(path, signBy(again.transaction, ...signers));
        expect(done.body.status).to.equal("landed");
        expect(await step.isDone()).to.equal(true);
        const paid = what === "confirmation" ? 1_000_000_000n : 0n;
        expect(balance - (await payerBalance())).to.equal(paid);
      });
    }
  }

  it("complaint (i): the API key in the browser bundle (Kivo#36, onchainkit#749). Here a client secret is no key: every operation refuses it, and nothing changes", async () => {
    const path = await createLiveIntent(gateway);
    const { id, data } = (await gateway.get(path)).body;
    const secret = data.client_secret as string;
    const before = await dumpRows(gateway.context.database);
    const basic = Buffer.from(`${secret}:`).toString("base64");
    const forms: Record<string, string>[] = [
      { "x-api-key": secret },
      { "x-api-key": "", authorization: `Bearer ${secret}` },
      { "x-api-key": "", authorization: `Basic ${basic}` },
    ];
    const given = { id, party: "person_1", fileId: "file_1", endpoint: "we_1", event: "evt_1" };
    for (const operation of operations().filter(({ scope }) => scope !== null)) {
      const url = operation.path.replace(/\{\w+\}/g, id);
      const body = operation.bodySchema ? sampleOf(operation.bodySchema, given) : undefined;
      for (const headers of forms) {
        const answer = await gateway.request(operation.method as "GET", url, body, headers);
        expect([answer.status, answer.body.error.code], operation.id).to.deep.equal([
          401,
          "authentication_required",
        ]);
      }
    }
    expect(await dumpRows(gateway.context.database)).to.deep.equal(before);
  });

  it("complaint (i): the API key in the browser bundle. Here a page pays one intent with its client secret alone, and reaches no other", async () => {
    const [path, other] = [await createLiveIntent(gateway), await createLiveIntent(gateway)];
    const secret = (await gateway.get(path)).body.data.client_secret as string;
    const untouched = (await gateway.get(other)).body;
    const page = async (intent: string, tail = "", body?: object) => {
      const url = `/actions/intents/${intent.split("/").at(-1)!}${tail}?client_secret=${secret}`;
      const payload = body === undefined ? {} : { payload: body };
      const answer = await gateway.app.inject({ method: body ? "POST" : "GET", url, ...payload });
      return { status: answer.statusCode, body: answer.json() };
    };
    const account = payerAddress();
    for (const [tail, body] of [
      ["", undefined],
      ["", { account }],
      ["/sent", { account, signature: "1".repeat(64) }],
    ] as const) {
      expect((await page(other, tail, body)).status).to.equal(404);
    }
    expect((await gateway.get(other)).body).to.deep.equal(untouched);
    const before = await payerBalance();
    const { body: offered } = await page(path, "", { account });
    const bytes = Buffer.from(signBy(offered.transaction, gateway.wallets.payer), "base64");
    const { connection } = gateway.chain;
    const signature = await connection.sendRawTransaction(bytes);
    await connection.confirmTransaction(signature, "confirmed");
    expect((await page(path, "/sent", { account, signature })).status).to.equal(200);
    expect(before - (await payerBalance())).to.equal(1_000_000_000n);
    expect((await gateway.get(path)).body.data.next_action).to.equal("accept_terms");
  });

  it("complaint (l): the dangerous button comes first (kleros/escrow-ui-old#24). Here a wallet's list begins with the next step, and ends with what pays unseen work or takes money back", async () => {
    const step = await submission();
    const { payer, payee } = gateway.wallets;
    const names = async ({ publicKey }: Keypair) => {
      const wallet = publicKey.toBase58();
      const { body } = await gateway.get(`${step.path}/wallet-actions?wallet=${wallet}`);
      return (body.possible as { action: string; isJoint: boolean }[]).map(
        ({ action, isJoint }) => `${action}${isJoint ? " together" : ""}`,
      );
    };
    const together = ["settle_milestone together", "reclaim_milestone together"];
    expect(await names(payee)).to.deep.equal(["submit_milestone", ...together]);
    expect(await names(payer)).to.deep.equal([...together, "approve_milestone"]);
    const { transaction } = await step.ask();
    await give(step.path, signBy(transaction, payee));
    expect(await names(payer)).to.deep.equal([
      "approve_milestone",
      "dispute_milestone",
      ...together,
    ]);
  });
});

/** Signs as another wallet, and puts that signature where the wallet's own belongs. */
function signInPlaceOf(transaction: string, owner: Keypair, other: Keypair): string {
  const parsed = VersionedTransaction.deserialize(Buffer.from(transaction, "base64"));
  parsed.addSignature(owner.publicKey, signBytes(parsed.message.serialize(), other));
  return Buffer.from(parsed.serialize()).toString("base64");
}
