/** The sandbox's wallets sign for its own page, and for nobody else. */
import { expect } from "chai";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { Keypair, SystemProgram, Transaction, VersionedTransaction } from "@solana/web3.js";
import { isTextSignedBy } from "../../src/chain";
import { buildApp } from "../../src/http/app";
import { sandboxDemoRoutes } from "../../src/sandbox-demo/routes";
import { sandboxWalletRoutes } from "../../src/sandbox-wallets/routes";
import { WALLET_ROLES, type WalletRole } from "../../src/sandbox-wallets/schema";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const ORIGIN = "http://127.0.0.1:8080";
const OWN = { host: "127.0.0.1:8080", origin: ORIGIN };

/** Headers of a request that another site or another machine makes. */
const FOREIGN: readonly [reason: string, headers: Record<string, string>][] = [
  ["another site's origin", { ...OWN, origin: "https://evil.example" }],
  ["another port's origin", { ...OWN, origin: "http://127.0.0.1:3000" }],
  ["an opaque origin", { ...OWN, origin: "null" }],
  ["another scheme", { ...OWN, origin: "https://127.0.0.1:8080" }],
  ["no origin", { host: "127.0.0.1:8080" }],
  [
    "a name that resolves to loopback",
    { host: "evil.example:8080", origin: "http://evil.example:8080" },
  ],
  [
    "a name that begins like loopback",
    { host: "localhost.evil.example", origin: "http://localhost.evil.example" },
  ],
  ["an address of the network", { host: "192.168.1.7:8080", origin: "http://192.168.1.7:8080" }],
  ["a request that the browser calls cross-site", { ...OWN, "sec-fetch-site": "cross-site" }],
  ["a request that the browser calls same-site", { ...OWN, "sec-fetch-site": "same-site" }],
];

describe("wallets of the sandbox", () => {
  let gateway: TestGateway;
  let app: FastifyInstance;
  const wallets = Object.fromEntries(
    WALLET_ROLES.map((role) => [role, Keypair.generate()]),
  ) as Record<WalletRole, Keypair>;
  before(async () => {
    gateway = await startTestGateway();
    const sandbox = { accountId: gateway.accountId, webhookSecret: "whsec_" };
    const context = { ...gateway.context, sandbox };
    const rootRoutes = [sandboxWalletRoutes(wallets), sandboxDemoRoutes];
    app = await buildApp(context, [], { rootRoutes });
  });
  after(async () => {
    await app.close();
    await gateway.close();
  });

  const post = (url: string, payload: object, headers: Record<string, string> = OWN) =>
    app.inject({ method: "POST", url, payload, headers });
  const errorOf = (answer: LightMyRequestResponse) => {
    const { error } = answer.json<{ error: { code: string; message: string } }>();
    return [answer.statusCode, error.code, error.message];
  };
  const message = Buffer.from("Sign in").toString("base64");

  /** Returns a transfer that the signers have to sign, without signatures. */
  function transfer(payer: Keypair, other: Keypair, isVersioned: boolean): Uint8Array {
    const { publicKey: feePayer } = payer;
    const transaction = new Transaction({ feePayer, recentBlockhash: feePayer.toBase58() });
    for (const { publicKey } of [payer, other]) {
      const to = { fromPubkey: publicKey, toPubkey: publicKey, lamports: 1 };
      transaction.add(SystemProgram.transfer(to));
    }
    return isVersioned
      ? new VersionedTransaction(transaction.compileMessage()).serialize()
      : transaction.serialize({ requireAllSignatures: false });
  }

  for (const role of WALLET_ROLES) {
    it(`signs messages and transactions of the ${role} with its key alone`, async () => {
      const { publicKey } = wallets[role];
      const said = await post(`/sandbox/wallets/${role}/sign-message`, { message });
      expect(said.statusCode).to.equal(200);
      const { signature } = said.json<{ signature: string }>();
      expect(isTextSignedBy(publicKey.toBase58(), "Sign in", signature)).to.equal(true);

      const other = Keypair.generate();
      const bytes = [transfer(wallets[role], other, true), transfer(other, wallets[role], false)];
      const partly = VersionedTransaction.deserialize(bytes[1]!);
      partly.sign([other]);
      const transactions = [bytes[0]!, partly.serialize()].map((each) =>
        Buffer.from(each).toString("base64"),
      );
      const answer = await post(`/sandbox/wallets/${role}/sign-transactions`, { transactions });
      expect(answer.statusCode).to.equal(200);
      const signed = answer
        .json<{ transactions: string[] }>()
        .transactions.map((text) => VersionedTransaction.deserialize(Buffer.from(text, "base64")));
      signed.forEach(({ message: kept }, index) => {
        expect(kept.serialize()).to.deep.equal(
          VersionedTransaction.deserialize(bytes[index]!).message.serialize(),
        );
      });
      const isZero = (at: Uint8Array) => at.every((byte) => byte === 0);
      expect(signed[0]!.signatures.map(isZero)).to.deep.equal([false, true]);
      expect(signed[1]!.signatures.map(isZero)).to.deep.equal([false, false]);
      expect(signed[1]!.signatures[0]).to.deep.equal(partly.signatures[0]);
      // The same signature as the key's own.
      const own = VersionedTransaction.deserialize(bytes[0]!);
      own.sign([wallets[role]]);
      expect(signed[0]!.signatures[0]).to.deep.equal(own.signatures[0]);
    });
  }

  it("refuses a transaction that the wallet does not sign, and bytes that are none, naming the place", async () => {
    const foreign = Buffer.from(transfer(wallets.payer, wallets.mediator, true)).toString("base64");
    for (const text of [foreign, "AAAA", message]) {
      const transactions = [text];
      const answer = await post("/sandbox/wallets/payee/sign-transactions", { transactions });
      expect(errorOf(answer)).to.deep.equal([
        400,
        "invalid_request",
        `transactions[0]: expected a transaction in base64 that ${wallets.payee.publicKey.toBase58()} signs. Ask the wallet whose signature it needs.`,
      ]);
    }
  });

  it("refuses an unknown role and a body without transactions", async () => {
    const unknown = await post("/sandbox/wallets/sponsor/sign-message", { message });
    expect(unknown.statusCode).to.equal(400);
    const empty = await post("/sandbox/wallets/payer/sign-transactions", { transactions: [] });
    expect(empty.statusCode).to.equal(400);
  });

  for (const [reason, headers] of FOREIGN) {
    it(`refuses every write with ${reason}`, async () => {
      for (const url of [
        "/sandbox/wallets/payer/sign-message",
        "/sandbox/wallets/operator/sign-transactions",
        "/sandbox/demo-projects",
        "/sandbox/demo-intents",
        "/sandbox/clock/advance",
        "/sandbox/intents/intent_1/milestones/milestone_1/complete",
      ]) {
        const [status, code, text] = errorOf(await post(url, { message }, headers));
        expect([status, code], url).to.deep.equal([403, "forbidden"]);
        expect(text).to.match(/^Only the sandbox's own page may ask for this\. (Host|Origin|Sec-)/);
      }
    });
  }

  it("reads the clock without an Origin, but not for another host or site", async () => {
    const read = (headers: Record<string, string>) =>
      app.inject({ url: "/sandbox/clock", headers });
    expect((await read({ host: "localhost:8080" })).json()).to.deep.equal({
      now: gateway.clock.now / 1_000,
    });
    const { host } = OWN;
    expect((await read({ host, "sec-fetch-site": "same-origin" })).statusCode).to.equal(200);
    expect((await read({ host, "sec-fetch-site": "cross-site" })).statusCode).to.equal(403);
    expect((await read({ host, origin: "https://evil.example" })).statusCode).to.equal(403);
    expect((await read({ host: "evil.example" })).statusCode).to.equal(403);
  });

  it("gives no CORS headers, so that no other origin reads an answer", async () => {
    const answer = await app.inject({ url: "/sandbox/clock", headers: { host: "localhost" } });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).to.be
      .empty;
  });

  it("does not exist on another gateway: 404", async () => {
    for (const url of ["/sandbox/wallets/payer/sign-message", "/sandbox/demo-projects"]) {
      const answer = await gateway.app.inject({ method: "POST", url, payload: {}, headers: OWN });
      expect(errorOf(answer).slice(0, 2), url).to.deep.equal([404, "resource_missing"]);
    }
  });
});
