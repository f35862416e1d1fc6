import { VersionedTransaction } from "@solana/web3.js";
import { expect } from "chai";
import { clientSecretOf, isClientSecret } from "../../src/intents/client-secret";
import { createSecrets } from "../../src/secrets/process-secrets";
import {
  createLiveIntent,
  type LiveGateway,
  type Reply,
  signBy,
  signText,
  startLiveGateway,
} from "../harness/live-gateway";

describe("Solana Actions and Solana Pay", () => {
  let gateway: LiveGateway;
  before(async () => (gateway = await startLiveGateway()));
  after(() => gateway?.close());

  const account = () => gateway.wallets.payer.publicKey.toBase58();
  const payerBalance = () => gateway.balance(gateway.wallets.payer.publicKey);
  /** A request as a wallet sends it: no API key. */
  const wallet = async (
    method: "GET" | "POST" | "OPTIONS",
    url: string,
    body?: object,
  ): Promise<Reply> => {
    const {
      statusCode,
      headers,
      body: text,
    } = await gateway.app.inject({
      method,
      url: url.replace(gateway.context.publicUrl, ""),
      ...(body ? { payload: body } : {}),
    });
    const isJson = String(headers["content-type"]).includes("json");
    return { status: statusCode, body: isJson ? JSON.parse(text) : text, headers };
  };
  const urlOf = async (path: string) => {
    const { body } = await gateway.get(path);
    return `/actions/intents/${body.id}?client_secret=${body.data.client_secret}`;
  };
  const sendBy = async (transaction: string) => {
    const bytes = Buffer.from(signBy(transaction, gateway.wallets.payer), "base64");
    const signature = await gateway.chain.connection.sendRawTransaction(bytes);
    await gateway.chain.connection.confirmTransaction(signature, "confirmed");
    return signature;
  };

  it("given any wallet then it shows the payment, signs, sends and reports it, and the intent waits for the payee", async () => {
    const path = await createLiveIntent(gateway, { changes: { description: "A new roof" } });
    const before = await payerBalance();
    const url = await urlOf(path);
    const shown = await wallet("GET", url);
    expect(shown.status).to.equal(200);
    expect(shown.body).to.include({
      type: "action",
      title: "A new roof",
      label: "Pay 1000.00 USDC",
    });
    expect(shown.body.disabled).to.equal(undefined);
    expect(shown.body.description)
      .to.include("1000.00 USDC")
      .and.to.include(gateway.wallets.payee.publicKey.toBase58())
      .and.to.include(gateway.wallets.mediator.publicKey.toBase58())
      .and.to.include("The platform decides when it is released");
    const [{ href }] = shown.body.links.actions;
    const built = await wallet("POST", href, { account: account(), data: "from the wallet" });
    expect([built.status, built.body.type]).to.deep.equal([200, "transaction"]);
    const { message } = VersionedTransaction.deserialize(
      Buffer.from(built.body.transaction, "base64"),
    );
    expect(message.staticAccountKeys[0]!.toBase58()).to.equal(account());
    expect(message.header.numRequiredSignatures).to.equal(1);
    expect(await payerBalance()).to.equal(before);
    const signature = await sendBy(built.body.transaction);
    const { href: next } = built.body.links.next;
    const told = await wallet("POST", next, { account: account(), signature });
    expect([told.status, told.body.type, told.body.label]).to.deep.equal([
      200,
      "completed",
      "Paid",
    ]);
    const { body } = await gateway.get(path);
    expect([body.status, body.data.next_action, body.data.payerAddress]).to.deep.equal([
      "PROCESSING",
      "accept_terms",
      account(),
    ]);
    expect(before - (await payerBalance())).to.equal(1_000_000_000n);
    const again = await wallet("POST", next, { account: account(), signature });
    expect(again.body.type).to.equal("completed");
    const late = await wallet("POST", href, { account: account() });
    expect([late.status, late.body.message]).to.deep.equal([400, "This payment is already paid."]);
    expect(before - (await payerBalance())).to.equal(1_000_000_000n);
  });

  it("given two parts then the wallet is led from one to the other", async () => {
    const path = await createLiveIntent(gateway, {
      amounts: ["100.00", "200.00", "300.00", "250.00", "150.00"],
    });
    const before = await payerBalance();
    let url = await urlOf(path);
    for (const label of ["Pay part 2 of 2", "Paid"]) {
      const built = await wallet("POST", url, { account: account() });
      const signature = await sendBy(built.body.transaction);
      const { href } = built.body.links.next;
      const told = await wallet("POST", href, { account: account(), signature });
      expect(told.body.label).to.equal(label);
      url = told.body.links?.actions[0].href;
    }
    expect(before - (await payerBalance())).to.equal(1_000_000_000n);
  });

  it("answers every route and every error with the headers that wallets need, also to OPTIONS", async () => {
    const url = await urlOf(await createLiveIntent(gateway));
    const [path] = url.split("?");
    const answers: [number, Reply][] = [
      [200, await wallet("GET", "/actions.json")],
      [200, await wallet("GET", "/actions/icon.svg")],
      [200, await wallet("GET", url)],
      [204, await wallet("OPTIONS", path!)],
      [204, await wallet("OPTIONS", `${path!}/sent`)],
      [204, await wallet("OPTIONS", "/actions.json")],
      [400, await wallet("POST", url, {})],
      [400, await wallet("POST", url, { account: "0x0" })],
      [404, await wallet("GET", `${path!}?client_secret=wrong`)],
      [400, await wallet("GET", path!)],
    ];
    for (const [status, { status: found, headers, body }] of answers) {
      expect(found).to.equal(status);
      expect(headers).to.include({
        "access-control-allow-origin": "*",
        "x-action-version": "2.4",
        "x-blockchain-ids": `solana:${gateway.chain.genesisHash.slice(0, 32)}`,
      });
      if (status >= 400) expect(body.message).to.be.a("string");
    }
    expect(answers[0]![1].body.rules).to.deep.include({
      pathPattern: "/actions/**",
      apiPath: "/actions/**",
    });
    expect(answers[1]![1].headers["content-type"]).to.equal("image/svg+xml");
  });

  it("given no secret, another intent's, or a changed one then the answer is 404 as for an unknown intent, and nothing changes", async () => {
    const [path, other] = [await createLiveIntent(gateway), await createLiveIntent(gateway)];
    const id = path.split("/").at(-1)!;
    const { client_secret: secret } = (await gateway.get(path)).body.data;
    const { client_secret: foreign } = (await gateway.get(other)).body.data;
    const before = (await gateway.get(path)).body;
    const renamed = foreign.replace(other.split("/").at(-1), id);
    for (const text of ["", foreign, renamed, `${secret}x`, secret.slice(0, -1)]) {
      for (const [method, tail, body] of [
        ["GET", "", undefined],
        ["POST", "", { account: account() }],
        ["POST", "/sent", { account: account(), signature: "1".repeat(64) }],
      ] as const) {
        const url = `/actions/intents/${id}${tail}?client_secret=${text}`;
        const answer = await wallet(method, url, body);
        expect([answer.status, answer.body.message]).to.deep.equal([404, `No such payment: ${id}`]);
      }
    }
    expect((await gateway.get(path)).body).to.deep.equal(before);
  });

  it("given a client secret then it opens no other endpoint, and no event, list, database or public page shows it", async () => {
    const path = await createLiveIntent(gateway);
    const id = path.split("/").at(-1)!;
    const { client_secret: secret } = (await gateway.get(path)).body.data;
    const headers = { "x-api-key": secret };
    expect((await gateway.get(path, headers)).status).to.equal(401);
    const pages = [
      await gateway.get("/v1/events?limit=100"),
      await gateway.get("/v1/payment-intents?limit=100"),
      await gateway.get(`/v1/payment-intents/public/${id}`),
    ];
    for (const { body } of pages) expect(JSON.stringify(body)).not.to.include("_secret_");
    const { database } = gateway.context;
    const created = { "idempotency-key": "secret-1" };
    const body = { ...(await bodyOf(path)) };
    const first = await gateway.post("/v1/payment-intents", body, created);
    const replayed = await gateway.post("/v1/payment-intents", body, created);
    expect(replayed.body).to.deep.equal(first.body);
    expect(first.body.data.client_secret).to.be.a("string");
    const rows = await database.query("SELECT body FROM milepost_gateway.idempotency_keys");
    expect(JSON.stringify(rows)).not.to.include("_secret_");
  });

  const bodyOf = async (path: string) => {
    const { data } = (await gateway.get(path)).body;
    const { amount, currency, type, settlementMethod, settlementDestination } = data;
    const { mediatorAddress } = data;
    return { amount, currency, type, settlementMethod, settlementDestination, mediatorAddress };
  };

  it("given a new master key then client secrets of the old one are still valid", () => {
    const [old, fresh] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const intent = { id: "intent_1" };
    const before = { secrets: createSecrets([old]) };
    const after = { secrets: createSecrets([fresh, old]) };
    const text = clientSecretOf(before, intent);
    expect(isClientSecret(after, intent, text)).to.equal(true);
    expect(isClientSecret(after, intent, clientSecretOf(after, intent))).to.equal(true);
    expect(isClientSecret({ secrets: createSecrets([fresh]) }, intent, text)).to.equal(false);
  });

  it("given automatic release by an account that is not a platform then no wallet can pay before the payer has agreed", async () => {
    const key = gateway.keys.merchant;
    const headers = { "x-api-key": key };
    const path = await createLiveIntent(gateway, { key });
    const { body } = await gateway.get(path, headers);
    const url = `/actions/intents/${body.id}?client_secret=${body.data.client_secret}`;
    const shown = await wallet("GET", url);
    expect([shown.body.disabled, shown.body.error.message]).to.deep.equal([
      true,
      "The platform wants to release this payment without your approval. Agree to that on the platform's page first.",
    ]);
    expect((await wallet("POST", url, { account: account() })).status).to.equal(400);
    const consent = await gateway.get(`${path}/release-consent?payerAddress=${account()}`, headers);
    const releaseConsent = signText(consent.body.message, gateway.wallets.payer);
    await gateway.post(`${path}/confirm`, { payerAddress: account(), releaseConsent }, headers);
    const stranger = gateway.wallets.stranger.publicKey.toBase58();
    expect((await wallet("POST", url, { account: stranger })).status).to.equal(400);
    expect((await wallet("POST", url, { account: account() })).status).to.equal(200);
  });

  it("given a canceled payment, or milestones that do not add up, then the button is disabled and says why", async () => {
    const canceled = await createLiveIntent(gateway);
    await gateway.post(`${canceled}/cancel`);
    const incomplete = await createLiveIntent(gateway, { amounts: ["1.00"] });
    for (const [path, text] of [
      [canceled, "canceled"],
      [incomplete, "not complete"],
    ] as const) {
      const url = await urlOf(path);
      const { body } = await wallet("GET", url);
      expect(body.disabled).to.equal(true);
      expect(body.error.message).to.include(text);
      expect((await wallet("POST", url, { account: account() })).status).to.equal(400);
    }
  });
});
