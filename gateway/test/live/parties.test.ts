import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import {
  createLiveIntent,
  liveIntent,
  type LiveGateway,
  signBy,
  signText,
  startLiveGateway,
} from "../harness/live-gateway";

describe("who may release live money", () => {
  let gateway: LiveGateway;
  before(async () => (gateway = await startLiveGateway()));
  after(() => gateway?.close());

  const payerAddress = () => gateway.wallets.payer.publicKey.toBase58();
  const asMerchant = () => ({ "x-api-key": gateway.keys.merchant });
  const create = (changes: object, headers = {}) =>
    gateway.post("/v1/payment-intents", liveIntent(gateway, changes), headers);
  const register = async (wallet: Keypair, key: string): Promise<string> => {
    const headers = { "x-api-key": key };
    const address = wallet.publicKey.toBase58();
    const { body } = await gateway.post("/v1/account/wallet-challenges", { address }, headers);
    const proof = { challenge: body.id, signature: signText(body.message, wallet) };
    return (await gateway.post("/v1/account/wallets", proof, headers)).body.id;
  };
  const fund = async (path: string, body: object, headers = {}) => {
    const { payer, payee } = gateway.wallets;
    const asked = await gateway.post(`${path}/confirm`, { ...body, payeeSigns: true }, headers);
    const { transaction } = asked.body.transactions[0];
    const signed = { transaction: signBy(transaction, payer, payee) };
    return gateway.post(`${path}/confirm`, signed, headers);
  };
  const conditionOf = async ({ body }: { body: { data: { parts: { policy: string }[] } } }) =>
    (await gateway.policy(body.data.parts[0]!.policy)).releaseCondition;

  for (const [what, changes, param] of [
    ["no address", { settlementDestination: "bank_account_123" }, "settlementDestination"],
    ["no mediator", { mediatorAddress: undefined }, "mediatorAddress"],
    ["no address as the mediator", { mediatorAddress: "mediator" }, "mediatorAddress"],
  ] as const) {
    it(`given ${what} then the intent is refused, naming ${param}`, async () => {
      const { status, body } = await create(changes);
      expect([status, body.error.code, body.error.param]).to.deep.equal([
        400,
        "invalid_request",
        param,
      ]);
    });
  }

  it("given a key of the gateway, or the payee, as a party then it is refused", async () => {
    const sponsor = gateway.chain.sponsor.publicKey.toBase58();
    const payee = gateway.wallets.payee.publicKey.toBase58();
    for (const [changes, param] of [
      [{ settlementDestination: sponsor }, "settlementDestination"],
      [{ mediatorAddress: sponsor }, "mediatorAddress"],
      [{ mediatorAddress: payee }, "mediatorAddress"],
    ] as const) {
      expect((await create(changes)).body.error.param).to.equal(param);
    }
  });

  it("given another account's wallet id as the destination then the answer is 404", async () => {
    const id = await register(Keypair.generate(), gateway.keys.other);
    const { status, body } = await create({ settlementDestination: id });
    expect([status, body.error.code]).to.deep.equal([404, "resource_missing"]);
  });

  it("given the payee's wallet belongs to the key's account then the payer approves, also after its removal", async () => {
    const wallet = Keypair.generate();
    const headers = asMerchant();
    const id = await register(wallet, gateway.keys.merchant);
    const byId = await create({ settlementDestination: id }, headers);
    expect(byId.body.data.recipientAddress).to.equal(wallet.publicKey.toBase58());
    expect(byId.body.data.warnings[0]).to.include("belongs to this account");
    await gateway.request("DELETE", `/v1/account/wallets/${id}`, undefined, headers);
    const address = wallet.publicKey.toBase58();
    const byAddress = await create({ settlementDestination: address }, headers);
    const rows = await gateway.context.database.query<{ release_condition: number }>(
      "SELECT release_condition FROM milepost_gateway.payment_intents WHERE id = ANY($1)",
      [[byId.body.id, byAddress.body.id]],
    );
    expect(rows.map((row) => row.release_condition)).to.deep.equal([4, 4]);
    const timed = { releaseType: "TIME_LOCKED", timeLockUntil: "1900000000" };
    const { body } = await create({ settlementDestination: address, ...timed }, headers);
    const [row] = await gateway.context.database.query<{ release_condition: number }>(
      "SELECT release_condition FROM milepost_gateway.payment_intents WHERE id = $1",
      [body.id],
    );
    expect(row!.release_condition).to.equal(5);
  });

  it("given an account that is not a platform then automatic release needs the payer's signed consent", async () => {
    const headers = asMerchant();
    const path = await createLiveIntent(gateway, { key: gateway.keys.merchant });
    const confirm = { payerAddress: payerAddress() };
    const refused = await gateway.post(`${path}/confirm`, confirm, headers);
    expect([refused.status, refused.body.error.code, refused.body.error.param]).to.deep.equal([
      400,
      "invalid_request",
      "releaseConsent",
    ]);
    expect((await gateway.get(path, headers)).body.status).to.equal("INITIATED");
    const url = `${path}/release-consent?payerAddress=${payerAddress()}`;
    const { body: consent } = await gateway.get(url, headers);
    expect(consent.isRequired).to.equal(true);
    expect(consent.message).to.include("1000.00 USDC").and.not.include("acct_");
    expect(consent.message).to.include(`Payment intent: ${path.split("/").at(-1)!}`);
    // The payee signs instead of the payer.
    const forged = signText(consent.message, gateway.wallets.payee);
    const wrong = { ...confirm, releaseConsent: forged };
    const answer = await gateway.post(`${path}/confirm`, wrong, headers);
    expect(answer.body.error).to.include({
      code: "signature_verification_failed",
      param: "releaseConsent",
    });
    const releaseConsent = signText(consent.message, gateway.wallets.payer);
    const funded = await fund(path, { ...confirm, releaseConsent }, headers);
    expect(funded.body.status).to.equal("SUCCEEDED");
    expect(await conditionOf(funded)).to.equal(2);
    expect(JSON.stringify(funded.body)).not.to.include(releaseConsent);
  });

  it("given the consent to another intent then it is refused", async () => {
    const headers = asMerchant();
    const [one, two] = [
      await createLiveIntent(gateway, { key: gateway.keys.merchant }),
      await createLiveIntent(gateway, { key: gateway.keys.merchant }),
    ];
    const query = `payerAddress=${payerAddress()}`;
    const { body } = await gateway.get(`${one}/release-consent?${query}`, headers);
    const releaseConsent = signText(body.message, gateway.wallets.payer);
    const confirm = { payerAddress: payerAddress(), releaseConsent };
    const answer = await gateway.post(`${two}/confirm`, confirm, headers);
    expect(answer.body.error.code).to.equal("signature_verification_failed");
  });

  it("given the payer's wallet belongs to the key's account then the payer approves on chain", async () => {
    const { payer } = gateway.wallets;
    await register(payer, gateway.keys.other);
    const headers = { "x-api-key": gateway.keys.other };
    const path = await createLiveIntent(gateway, { key: gateway.keys.other });
    const funded = await fund(path, { payerAddress: payerAddress() }, headers);
    expect(await conditionOf(funded)).to.equal(4);
    expect(funded.body.data.warnings[0]).to.include("belongs to this account");
  });
});
