/** The checkout by client secret in the sandbox: what the payer sees, their consent, and a payment by any wallet. */
import { expect } from "chai";
import { CheckoutWorld, THREE } from "../harness/checkout-world";
import { signText } from "../harness/live-gateway";

/** Slots after which every blockhash has expired. */
const EXPIRED = 200;

describe("the checkout by client secret", () => {
  let world: CheckoutWorld;
  before(async () => (world = await CheckoutWorld.open()));
  after(() => world.close());

  it("shows the payer everything that they agree to, in decimal strings to the last unit", async () => {
    const payment = await world.payment({ amount: "1000.000001" }, [
      "300.000001",
      ...THREE.slice(1),
    ]);
    const { gateway } = world;
    const { status, body } = await world.ask("GET", world.publicUrl(payment));
    expect(status).to.equal(200);
    const { checkout } = body;
    expect(checkout).to.deep.equal({
      amount: "1000.000001",
      currency: "USDC",
      mint: gateway.localnet.mint.toBase58(),
      decimals: 6,
      description: "A new roof",
      merchant: { name: "Platform" },
      payee: gateway.address("payee").toBase58(),
      mediator: gateway.address("mediator").toBase58(),
      status: "INITIATED",
      releaseType: "MILESTONE_LOCKED",
      release: "It is held in escrow. The platform decides when it is released to the payee.",
      silence:
        "The platform can release the money without you. After the payee submits the work on chain, your silence counts as approval: " +
        "the money can be released 7 days later. You can dispute it in the first 5 days. If the mediator does not decide a dispute " +
        "within 14 days of mediation, the payee gets 50 percent of it. If the payee does not submit a milestone within 30 days of its " +
        "turn, you can take its money back.",
      terms: {
        reviewPeriodSecs: 604_800,
        disputeWindowSecs: 432_000,
        mediationDelaySecs: 259_200,
        mediationTimeoutSecs: 1_209_600,
        deliveryGraceSecs: 2_592_000,
        timeoutRecipientBps: 5_000,
        timeLockUntil: null,
      },
      milestones: [
        {
          ...{ index: 0, description: "Part 1", part: 0 },
          ...{ amount: "300.000001", fee: "3.00", net: "297.000001" },
        },
        {
          ...{ index: 1, description: "Part 2", part: 0 },
          ...{ amount: "500.00", fee: "5.00", net: "495.00" },
        },
        {
          ...{ index: 2, description: "Part 3", part: 0 },
          ...{ amount: "200.00", fee: "2.00", net: "198.00" },
        },
      ],
      fees: { gatewayFeeBps: 100, protocolFeeBps: 0, total: "10.00", net: "990.000001" },
      parts: { total: 0, left: 0 },
      consent: { needed: true, message: checkout.consent.message },
      obstacle: {
        code: "consent_needed",
        message:
          "The platform wants to release this payment without your approval. Agree to that on the platform's page first.",
      },
      actionUrl: `${gateway.context.publicUrl}${world.actionUrl(payment)}`,
    });
    expect(checkout.consent.message)
      .to.include("1000.000001 USDC")
      .and.include(payment.id)
      .and.include(gateway.address("payee").toBase58());
  });

  it("leaks no metadata, account id, key or mail address", async () => {
    const payment = await world.payment({
      metadata: { customer: "ada@example.com", note: "internal" },
      settlementDestination: "iban of ben@example.com",
      deliveryOracle: "oracle@example.com",
    });
    const person = { signature: "0x...", payerAddress: "payer@example.com" };
    await world.gateway.post(`${payment.path}/confirm`, person);
    await world.gateway.settled();
    await world.gateway.post(
      `${payment.path}/escrow/milestones/${payment.milestoneIds[0]!}/complete`,
      {
        completedBy: "worker@example.com",
        completionProof: "proof of worker@example.com",
      },
    );
    for (const url of [world.publicUrl(payment), world.publicUrl(payment).split("?")[0]!]) {
      const { status, body } = await world.ask("GET", url);
      expect(status).to.equal(200);
      const text = JSON.stringify(body);
      for (const secret of ["example.com", "internal", "iban", "acct_", "sk_test", 'metadata":{']) {
        expect(text, url).to.not.include(secret);
      }
    }
  });

  it("answers a wrong secret as an unknown intent, and without a secret shows no checkout", async () => {
    const [payment, other] = [await world.payment(), await world.payment()];
    for (const secret of ["", "x", other.secret, other.secret.replace(other.id, payment.id)]) {
      const query = `?client_secret=${secret}`;
      const url = `/v1/payment-intents/public/${payment.id}`;
      const read = await world.ask("GET", `${url}${query}`);
      expect([read.status, read.body.error.message]).to.deep.equal([
        404,
        `No such payment: ${payment.id}`,
      ]);
      const account = (await world.wallet()).publicKey.toBase58();
      const consent = { account, signature: "1".repeat(88) };
      const given = await world.ask("POST", `${url}/release-consent${query}`, consent);
      expect([given.status, given.body.error.code]).to.deep.equal([404, "resource_missing"]);
    }
    const bare = await world.ask("GET", `/v1/payment-intents/public/${payment.id}`);
    expect(bare.status).to.equal(200);
    expect(bare.body).to.not.have.property("checkout");
    expect(JSON.stringify(bare.body)).to.not.include("_secret_");
  });

  it("says that milestones are missing while they do not add up", async () => {
    const payment = await world.payment({}, ["300.00"]);
    const { obstacle, milestones, fees } = await world.checkout(payment);
    expect(obstacle.code).to.equal("schedule_incomplete");
    expect([milestones, fees.total]).to.deep.equal([[], "0.00"]);
  });

  it("describes a payment under the payer's approval, a time lock, and one without escrow", async () => {
    const approval = await world.checkout(await world.payment({ autoRelease: false }));
    expect(approval.consent).to.deep.equal({ needed: false, message: null });
    expect(approval.obstacle).to.equal(null);
    expect(approval.silence).to.match(/^After the payee submits the work on chain, your silence/);
    const lock = { releaseType: "TIME_LOCKED", timeLockUntil: "1900000000" };
    const locked = await world.checkout(await world.payment(lock));
    expect(locked.terms.timeLockUntil).to.equal("1900000000");
    expect(locked.silence).to.include(
      "The platform can release the money without you, but not before 2030-03-17 17:46 UTC.",
    );
    const pull = { type: "CONSENTED_PULL", releaseType: undefined, autoRelease: undefined };
    const pulled = await world.checkout(await world.payment(pull));
    expect([pulled.terms, pulled.mediator, pulled.silence]).to.deep.equal([
      null,
      null,
      "Nothing is left to decide after the payment.",
    ]);
    expect(pulled.milestones).to.deep.equal([
      {
        index: 0,
        description: "A new roof",
        amount: "1000.00",
        fee: "10.00",
        net: "990.00",
        part: 0,
      },
    ]);
  });

  it("takes the payer's consent once, and then any funded wallet that gave it pays; an API key completes as printed", async () => {
    const payment = await world.payment();
    const wallet = await world.wallet();
    const account = wallet.publicKey.toBase58();
    const early = await world.ask("POST", world.actionUrl(payment), { account });
    expect([early.status, early.body.code]).to.deep.equal([400, "invalid_status"]);
    const given = await world.consent(payment, wallet);
    expect([given.status, given.body.checkout.consent.needed]).to.deep.equal([200, false]);
    expect(given.body.checkout.obstacle).to.equal(null);

    const before = await world.balance(wallet);
    const signature = await world.send(payment, wallet);
    const told = await world.ask("POST", world.actionUrl(payment, "/sent"), { account, signature });
    expect([told.status, told.body.type]).to.deep.equal([200, "completed"]);
    expect(before - (await world.balance(wallet))).to.equal(1_000_000_000n);
    await world.gateway.settled();
    const intent = await world.intent(payment);
    expect([intent.status, intent.payerAddress, intent.confirmedBy]).to.deep.equal([
      "SUCCEEDED",
      account,
      "payer",
    ]);
    const paid = await world.checkout(payment);
    expect([paid.status, paid.parts, paid.obstacle.code]).to.deep.equal([
      "SUCCEEDED",
      { total: 1, left: 0 },
      "paid",
    ]);

    const had = await world.gateway.balance("payee");
    for (const [index, id] of payment.milestoneIds.entries()) {
      const at = `${payment.path}/escrow/milestones/${id}/complete`;
      const done = await world.gateway.post(at, {
        completedBy: "0x...",
        completionProof: `p${index}`,
      });
      expect([done.status, done.body.status, done.body.data.status]).to.deep.equal([
        200,
        "completed",
        "RELEASED",
      ]);
    }
    expect((await world.gateway.balance("payee")) - had).to.equal(990_000_000n);
    await world.gateway.settled();
    expect((await world.intent(payment)).status).to.be.oneOf(["SETTLED", "FINAL"]);
  });

  it("notices a payment that nobody reported, and the payee accepts it", async () => {
    const payment = await world.payment({ autoRelease: false });
    await world.send(payment, await world.wallet());
    // The job that waits for the wallet looks once per second.
    let status = "";
    while (status !== "SUCCEEDED") {
      world.gateway.outbox.wake();
      await new Promise((resolve) => setTimeout(resolve, 50));
      ({ status } = await world.intent(payment));
    }
    const [part] = (await world.intent(payment)).parts;
    expect(part.state).to.equal("funded");
  });

  it("pays five milestones in two transactions, and counts the parts that are left", async () => {
    const amounts = ["100.00", "200.00", "300.00", "250.00", "150.00"];
    const payment = await world.payment({ autoRelease: false }, amounts);
    const wallet = await world.wallet();
    const account = wallet.publicKey.toBase58();
    for (const left of [1, 0]) {
      const signature = await world.send(payment, wallet);
      await world.ask("POST", world.actionUrl(payment, "/sent"), { account, signature });
      expect((await world.checkout(payment)).parts).to.deep.equal({ total: 2, left });
    }
    await world.gateway.settled();
    expect((await world.intent(payment)).status).to.equal("SUCCEEDED");
  });

  it("keeps the payer's signatures with their wallet: the API key cannot approve, dispute or refund for them", async () => {
    const payment = await world.payment({ autoRelease: false });
    const wallet = await world.wallet();
    const signature = await world.send(payment, wallet);
    const account = wallet.publicKey.toBase58();
    await world.ask("POST", world.actionUrl(payment, "/sent"), { account, signature });
    await world.gateway.settled();
    const [first] = payment.milestoneIds;
    const at = `${payment.path}/escrow/milestones/${first!}`;
    const done = await world.gateway.post(`${at}/complete`, { completedBy: "payee" });
    expect(done.body.data.status).to.equal("COMPLETED");
    const disputing = { reason: "Late", raisedBy: "payer" };
    for (const [url, body] of [
      [`${at}/approve`, {}],
      [`${at}/refund`, {}],
      [`${payment.path}/escrow/dispute`, disputing],
    ] as const) {
      const { status, body: refused } = await world.gateway.post(url, body);
      expect([status, refused.error.code], url).to.deep.equal([400, "invalid_status"]);
      expect(refused.error.message).to.match(/wallets? must sign/);
    }
    // The wallet's own transaction does.
    const path = `${payment.path}/unsigned-transactions`;
    const built = await world.gateway.post(path, {
      action: "approve_milestone",
      milestoneId: first,
    });
    expect(built.status, JSON.stringify(built.body)).to.equal(200);
    const [{ signers }] = built.body.data;
    expect(signers).to.include(account);
  });

  it("confirms with the sandbox's own payer once the bytes that a wallet asked for have expired, and not before", async () => {
    const payment = await world.payment({ autoRelease: false });
    const wallet = await world.wallet();
    const account = wallet.publicKey.toBase58();
    const built = await world.ask("POST", world.actionUrl(payment), { account });
    expect(built.status).to.equal(200);
    const again = await world.ask("POST", world.actionUrl(payment), { account });
    expect(again.body.transaction).to.equal(built.body.transaction);
    const confirm = { signature: "0x...", payerAddress: "0x..." };
    const refused = await world.gateway.post(`${payment.path}/confirm`, confirm);
    expect([refused.status, refused.body.error.code]).to.deep.equal([409, "conflict"]);
    const [first] = payment.milestoneIds;
    const at = `${payment.path}/escrow/milestones/${first!}/complete`;
    const early = await world.gateway.post(at, { completedBy: "payee" });
    expect([early.status, early.body.error.code]).to.deep.equal([409, "conflict"]);
    expect((await world.intent(payment)).status).to.equal("REQUIRES_SIGNATURE");

    world.gateway.localnet.chain.warp(EXPIRED, 0);
    while ((await world.intent(payment)).next_action !== "confirm") {
      world.gateway.outbox.wake();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const confirmed = await world.gateway.post(`${payment.path}/confirm`, confirm);
    expect([confirmed.status, confirmed.body.status]).to.deep.equal([200, "PROCESSING"]);
    await world.gateway.settled();
    const { status, signerAddress } = await world.intent(payment);
    expect([status, signerAddress]).to.deep.equal([
      "SUCCEEDED",
      world.gateway.address("payer").toBase58(),
    ]);
  });

  it("refuses another wallet's consent, and one by the wrong key, and pays by none of them", async () => {
    const payment = await world.payment();
    const [wallet, stranger] = [await world.wallet(), await world.wallet()];
    const { message } = (await world.checkout(payment)).consent;
    const url = world.publicUrl(payment, "/release-consent");
    const account = wallet.publicKey.toBase58();
    for (const [body, code] of [
      [{ account, signature: signText(message, stranger) }, "signature_verification_failed"],
      [{ account, signature: signText(`${message} `, wallet) }, "signature_verification_failed"],
      [{ account: "0x".padEnd(44, "1"), signature: signText(message, wallet) }, "invalid_request"],
      [{ account }, "invalid_request"],
    ] as const) {
      const answer = await world.ask("POST", url, body);
      expect([answer.status, answer.body.error.code]).to.deep.equal([400, code]);
    }
    expect((await world.checkout(payment)).consent.needed).to.equal(true);
    expect((await world.consent(payment, wallet)).status).to.equal(200);
    const other = { account: stranger.publicKey.toBase58() };
    const refused = await world.ask("POST", world.actionUrl(payment), other);
    expect([refused.status, refused.body.code]).to.deep.equal([400, "invalid_request"]);
    expect((await world.intent(payment)).status).to.equal("INITIATED");
    // Nothing is paid yet: the stranger may become the payer.
    expect((await world.consent(payment, stranger)).status).to.equal(200);
    const begun = await world.ask("POST", world.actionUrl(payment), other);
    expect(begun.status).to.equal(200);
    const late = await world.consent(payment, wallet);
    expect([late.status, late.body.error.message]).to.deep.equal([
      400,
      "A wallet has begun to pay. Only its consent counts.",
    ]);
  });

  it("maps a payment's link to its action, with the secret in the query, and says so where it is missing", async () => {
    const payment = await world.payment({ autoRelease: false });
    const { rules } = (await world.ask("GET", "/actions.json")).body;
    expect(rules).to.deep.include({ pathPattern: "/pay/*", apiPath: "/actions/intents/*" });
    const mapped = `/pay/${payment.id}?client_secret=${payment.secret}`.replace(
      "/pay/",
      "/actions/intents/",
    );
    expect((await world.ask("GET", mapped)).body.label).to.equal("Pay 1000.00 USDC");
    const bare = await world.ask("GET", `/actions/intents/${payment.id}`);
    expect([bare.status, bare.body.message]).to.deep.equal([
      400,
      "client_secret: required, and missing. Add what follows # in the payment's link as ?client_secret=.",
    ]);
  });

  it("writes the consent into the audit log, and shows its signature nowhere", async () => {
    const payment = await world.payment();
    const wallet = await world.wallet();
    const { body } = await world.consent(payment, wallet);
    const { message } = (await world.checkout(payment)).consent;
    expect(JSON.stringify(body)).to.not.include(signText(message, wallet));
    const log = await world.gateway.get("/v1/audit-log?limit=5");
    expect(log.body.data[0]).to.deep.include({
      action: "consent.given",
      objectId: payment.id,
      keyId: "client_secret",
      details: { account: wallet.publicKey.toBase58() },
    });
  });
});
