import { createContext, sendSigned } from "@milepost/sdk";
import {
  ComputeBudgetProgram,
  type Keypair,
  SystemProgram,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { expect } from "chai";
import {
  buildDispute,
  buildFunding,
  buildRequestMediation,
  buildResolve,
  buildSubmit,
  memoOf,
  readPolicy,
} from "../../src/chain";
import {
  acceptSigned,
  buildSigned,
  prepareSigning,
  type SignedPayload,
} from "../../src/signing/service";
import { startSandbox, type Sandbox } from "../harness/sandbox";
import { openTestDatabase } from "../harness/test-database";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

describe("transactions that wallets sign", () => {
  let sandbox: Sandbox;
  let gateway: TestGateway;
  before(async () => {
    // The embedded database takes seconds to start, in which the localnet would close its idle connections.
    await openTestDatabase();
    sandbox = await startSandbox();
  });
  after(() => sandbox.close());
  beforeEach(async () => {
    // The live chain of the tests is the sandbox's, without its derived keys.
    const live = { ...sandbox.chain, mode: "live" as const, sandboxKey: null, sandboxFund: null };
    gateway = await startTestGateway([], {
      chains: { live },
      sponsorLamportsPerHour: 1_000_000_000n,
    });
  });
  afterEach(() => gateway.close());

  const subject = (changes: object = {}) => ({
    accountId: gateway.accountId,
    mode: "live" as const,
    objectId: "intent_1",
    purpose: "fund_part",
    payload: { part: 0 },
    ...changes,
  });
  const prepare = async (part = 0, changes: object = {}) => {
    const request = sandbox.funding({ memo: memoOf("intent_signed", part) });
    const build = await buildFunding(sandbox.chain, request);
    return { build, ...(await prepareSigning(gateway.context, subject(changes), build)) };
  };
  const signBy = (transaction: string, ...keys: Keypair[]): string => {
    const parsed = VersionedTransaction.deserialize(Buffer.from(transaction, "base64"));
    if (keys.length > 0) parsed.sign(keys);
    return Buffer.from(parsed.serialize()).toString("base64");
  };
  const accept = (transaction: string, changes: object = {}) =>
    gateway.context.database.transaction((database) =>
      acceptSigned(gateway.context, database, { ...subject(), ...changes, transaction }),
    );
  const refusal = (transaction: string, changes: object = {}) =>
    accept(transaction, changes).then(
      () => expect.fail("it was accepted"),
      (error: Error) => error,
    );
  const signings = () =>
    gateway.context.database.query<{ signatures: object; completed_at: Date | null }>(
      "SELECT signatures, completed_at FROM milepost_gateway.signings",
    );
  const spent = async () =>
    (
      await gateway.context.database.query<{ sum: string }>(
        "SELECT COALESCE(sum(lamports), 0)::text AS sum FROM milepost_gateway.sponsor_spending",
      )
    )[0]!.sum;

  it("given the signatures of payer and payee, when the sponsor signs last, then the bytes land as they were built", async () => {
    const { payer, payee, chain } = sandbox;
    const { transaction, message, signers, expiresAt, build } = await prepare();
    expect(signers).to.have.members([payer, payee].map(({ publicKey }) => publicKey.toBase58()));
    expect(expiresAt).to.be.within(
      Number(await chain.time()) + 30,
      Number(await chain.time()) + 90,
    );
    const parsed = VersionedTransaction.deserialize(Buffer.from(transaction, "base64"));
    expect(Buffer.from(parsed.message.serialize()).toString("base64")).to.equal(message);
    expect(parsed.signatures.every((bytes) => bytes.every((byte) => byte === 0))).to.equal(true);
    expect(parsed.message.staticAccountKeys[0]!.equals(chain.sponsor.publicKey)).to.equal(true);

    const accepted = await accept(signBy(transaction, payer, payee));
    if (accepted.state !== "complete") return expect.fail("a signature is missing");
    expect(accepted).to.deep.include({ purpose: "fund_part", payload: { part: 0 } });
    const job = { signature: null, error: null };
    const built = buildSigned(job, accepted.signed);
    if (built.do !== "send-signed") return expect.fail("nothing to send");
    await sendSigned(createContext(chain.connection, chain.sponsor), built);
    expect((await readPolicy(chain, build.policy))!.escrow!.acceptedAt).not.to.equal(null);
    // The rent of the accounts and the fee of three signatures, of the sponsor alone.
    expect(Number(await spent())).to.be.within(10_000_000, 20_000_000);
  });

  it("given one signature after the other, then the first is kept and nothing is signed before the second", async () => {
    const { payer, payee } = sandbox;
    const { transaction } = await prepare();
    const first = await accept(signBy(transaction, payee));
    expect(first).to.deep.include({ state: "incomplete", missing: [payer.publicKey.toBase58()] });
    expect(await spent()).to.equal("0");
    expect((await signings())[0]!.completed_at).to.equal(null);
    const second = await accept(signBy(transaction, payer));
    expect(second.state).to.equal("complete");
  });

  it("given no signature of the payer, then the sponsor signs nothing", async () => {
    const { transaction } = await prepare();
    const accepted = await accept(transaction);
    expect(accepted).to.have.property("missing").with.length(2);
    expect(await signings()).to.deep.equal([{ signatures: {}, completed_at: null }]);
  });

  it("given a transaction that was accepted before, then conflict, and the budget is charged once", async () => {
    const { payer, payee } = sandbox;
    const { transaction } = await prepare();
    await accept(signBy(transaction, payer, payee));
    const before = await spent();
    expect(await refusal(signBy(transaction, payer, payee))).to.include({ code: "conflict" });
    expect(await spent()).to.equal(before);
  });

  const attacks: [what: string, forge: () => Promise<string>][] = [
    [
      "a guard instruction that the wallet added",
      async () => {
        const { transaction } = await prepare();
        const { message } = VersionedTransaction.deserialize(Buffer.from(transaction, "base64"));
        const read = TransactionMessage.decompile(message);
        read.instructions.unshift(ComputeBudgetProgram.requestHeapFrame({ bytes: 32 * 1024 }));
        const forged = new VersionedTransaction(read.compileToV0Message());
        forged.sign([sandbox.payer, sandbox.payee]);
        return Buffer.from(forged.serialize()).toString("base64");
      },
    ],
    [
      "one changed byte of the message",
      async () => {
        const bytes = Buffer.from(signBy((await prepare()).transaction, sandbox.payer), "base64");
        bytes[bytes.length - 1]! ^= 1;
        return bytes.toString("base64");
      },
    ],
    [
      "a transaction that drains the sponsor",
      async () => {
        const { connection, sponsor } = sandbox.chain;
        const drain = new TransactionMessage({
          payerKey: sponsor.publicKey,
          recentBlockhash: (await connection.getLatestBlockhash()).blockhash,
          instructions: [
            SystemProgram.transfer({
              fromPubkey: sponsor.publicKey,
              toPubkey: sandbox.payer.publicKey,
              lamports: 1_000_000_000,
            }),
          ],
        });
        return Buffer.from(
          new VersionedTransaction(drain.compileToV0Message()).serialize(),
        ).toString("base64");
      },
    ],
    ["text that is no transaction", () => Promise.resolve("AAAA")],
    ["text in another encoding", () => Promise.resolve("0x...")],
  ];
  for (const [what, forge] of attacks) {
    it(`given ${what}, then it is refused and nothing is signed`, async () => {
      const error = await refusal(await forge());
      expect(error).to.include({ code: "signature_verification_failed", param: "transaction" });
      for (const row of await signings())
        expect(row).to.deep.equal({ signatures: {}, completed_at: null });
      expect(await spent()).to.equal("0");
    });
  }

  it("given a signature that does not verify, then it is refused, naming the signer", async () => {
    const { payer } = sandbox;
    const { transaction } = await prepare();
    const parsed = VersionedTransaction.deserialize(Buffer.from(transaction, "base64"));
    parsed.addSignature(payer.publicKey, Buffer.alloc(64, 1));
    const error = await refusal(Buffer.from(parsed.serialize()).toString("base64"));
    expect(error.message).to.include(payer.publicKey.toBase58());
    expect(await signings()).to.deep.equal([{ signatures: {}, completed_at: null }]);
  });

  it("given the bytes of another object, account or mode, then they look like unknown ones", async () => {
    const { payer, payee } = sandbox;
    const signed = signBy((await prepare()).transaction, payer, payee);
    const unknown = await refusal(
      signBy((await prepare(1, { objectId: "intent_2" })).transaction, payer),
    );
    for (const changes of [{ objectId: "intent_3" }, { accountId: "acct_other" }]) {
      const error = await refusal(signed, changes);
      expect(error).to.include({ code: "signature_verification_failed" });
      expect(error.message).to.equal(unknown.message);
    }
    expect((await accept(signed)).state).to.equal("complete");
  });

  it("given an account's budget of this hour is used up, then 429 until the next hour, and nothing is signed", async () => {
    const { payer, payee } = sandbox;
    const context = { ...gateway.context, sponsorLamportsPerHour: 20_000_000n };
    gateway.context = context;
    const first = await prepare(0);
    expect((await accept(signBy(first.transaction, payer, payee))).state).to.equal("complete");
    const second = await prepare(1);
    gateway.clock.now += 1_800_000;
    const before = await spent();
    const error = await refusal(signBy(second.transaction, payer, payee));
    expect(error).to.include({ code: "rate_limit_exceeded", retryAfter: 1_800 });
    expect(await spent()).to.equal(before);
    gateway.clock.now += 1_800_000;
    expect((await accept(signBy(second.transaction, payer, payee))).state).to.equal("complete");
  });

  it("given signed bytes that expired or were refused, then the job fails and asks for a new transaction", () => {
    const signed: SignedPayload = { bytes: "AA==", signature: "s", lastValidBlockHeight: 1 };
    expect(buildSigned({ signature: "s", error: "It expired." }, signed)).to.deep.equal({
      do: "fail",
      reason: "It expired. Request a new transaction and sign it.",
    });
  });

  it("given a policy that names the sponsor as its mediator, then no decision of the sponsor is built", async () => {
    const { chain, payee } = sandbox;
    const mediator = chain.sponsor.publicKey;
    const request = sandbox.funding({ mediator, releaseCondition: 4, memo: memoOf("trap", 0) });
    const build = await buildFunding(chain, request);
    await sandbox.send(build);
    const milestone = { policy: build.policy, index: 0 };
    const hash = Buffer.alloc(32, 1);
    await sandbox.send(await buildSubmit(chain, { ...milestone, evidenceHash: hash }));
    await sandbox.send(await buildDispute(chain, { ...milestone, reasonHash: hash }));
    const party = payee.publicKey;
    await sandbox.send(await buildRequestMediation(chain, { ...milestone, party }));
    const error = await buildResolve(chain, { ...milestone, recipientAmount: 300_000_000n }).catch(
      (reason: Error) => reason,
    );
    expect(error).to.include({ code: "invalid_request" });
    expect((error as Error).message).to.include("sponsor is a party");
  });
});
