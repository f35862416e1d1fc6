/** Administrators: wallets that act for an account in the page, except with its money. */
import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import { createAccount } from "../../src/keys/store";
import { addAdministrator, ADMINISTRATOR_SCOPES } from "../../src/sessions/administrators";
import {
  grantAdministrator,
  listAdministrators,
  revokeAdministrator,
} from "../../src/sessions/operator-administrators";
import { operations } from "../harness/operations";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";
import { type SessionAnswer, type SignedIn, signIn } from "../harness/wallet-session";

describe("administrators of an account", () => {
  let gateway: TestGateway;
  let admin: SignedIn;
  let account: Record<string, string>;
  beforeEach(async () => {
    gateway = await startTestGateway();
    const wallet = Keypair.generate();
    const { context, accountId, app } = gateway;
    const address = wallet.publicKey.toBase58();
    await addAdministrator(context.database, accountId, address, context.now());
    admin = await signIn(app, wallet, { mode: "test" });
    account = { "milepost-account": accountId };
  });
  afterEach(() => gateway.close());

  const codeOf = ({ status, body }: SessionAnswer) => [status, body.error?.code];
  const keysOf = () => gateway.context.database.query("SELECT 1 FROM milepost_gateway.api_keys");

  it("are named with their accounts in the session", () => {
    expect(admin.session.accounts).to.deep.equal([{ id: gateway.accountId, name: "Platform" }]);
  });

  it("manage webhooks, keys and wallets, and read events, balance and the audit log of their account", async () => {
    const url = "https://example.com/hook";
    const hook = await admin.request("POST", "/v1/webhook-endpoints", { url }, account);
    expect(hook.status, JSON.stringify(hook.body)).to.equal(201);
    const key = await admin.request(
      "POST",
      "/v1/api-keys",
      { name: "Events", scopes: ["events:read"] },
      account,
    );
    expect(key.status).to.equal(201);
    for (const path of [
      "webhook-endpoints",
      "events",
      "api-keys",
      "audit-log",
      "account/wallets",
      "balance?currency=USDC",
      "ledger-entries",
      "reconciliations",
      "payment-intents",
    ]) {
      const { status, body } = await admin.request("GET", `/v1/${path}`, undefined, account);
      expect(status, `${path}: ${JSON.stringify(body)}`).to.be.oneOf([200, 404]);
      if (status === 404) expect(body.error.message, path).to.match(/^No such route/);
    }
    const audit = await admin.request("GET", "/v1/audit-log", undefined, account);
    expect(audit.body.data[0]).to.deep.include({ keyId: admin.session.id });
    const wallet = admin.wallet.publicKey.toBase58();
    expect(audit.body.data[0].details).to.deep.include({ wallet });
  });

  it("reach no operation that moves money", async () => {
    const moving = operations().filter(
      ({ scope }) => scope !== null && !ADMINISTRATOR_SCOPES.includes(scope as never),
    );
    expect(moving.map(({ id }) => id)).to.include.members([
      "createPaymentIntent",
      "confirmPaymentIntent",
      "completeMilestone",
      "approveMilestone",
      "fundProjectMilestone",
      "resolveDispute",
    ]);
    for (const { id, method, path } of moving) {
      const url = path.replace(/\{\w+\}/g, "x");
      const answer = await admin.request(method as never, url, {}, account);
      expect(codeOf(answer), id).to.deep.equal([403, "forbidden"]);
    }
  });

  it("give a key no scope that they lack, and roll no key that has one", async () => {
    const before = (await keysOf()).length;
    const wide = { name: "Wide", scopes: ["release"] };
    const asked = await admin.request("POST", "/v1/api-keys", wide, account);
    expect(codeOf(asked)).to.deep.equal([403, "forbidden"]);
    const list = await admin.request("GET", "/v1/api-keys", undefined, account);
    const secret = list.body.data.find(({ scopes }: { scopes: unknown }) => scopes === null);
    const rolled = await admin.request("POST", `/v1/api-keys/${secret.id}/roll`, {}, account);
    expect(codeOf(rolled)).to.deep.equal([403, "forbidden"]);
    expect((await keysOf()).length).to.equal(before);
    const made = await admin.request("POST", "/v1/api-keys", { name: "Own" }, account);
    expect(made.body.scopes).to.have.members([...ADMINISTRATOR_SCOPES]);
  });

  it("act for no other account, and for none without the header", async () => {
    const { database, now } = gateway.context;
    const other = await createAccount(database, "Third", now());
    for (const id of [other, "acct_unknown", ""]) {
      const header = { "milepost-account": id };
      const answer = await admin.request("GET", "/v1/webhook-endpoints", undefined, header);
      expect(codeOf(answer), id).to.deep.equal([403, "forbidden"]);
    }
    const none = await admin.request("GET", "/v1/webhook-endpoints");
    expect(codeOf(none)).to.deep.equal([403, "forbidden"]);
  });

  it("given an Idempotency-Key that the account's key used then an administrator's request is its own", async () => {
    const headers = { "idempotency-key": "same" };
    const body = { name: "Events", scopes: ["events:read"] };
    const first = await gateway.request("POST", "/v1/api-keys", body, headers);
    const second = await admin.request("POST", "/v1/api-keys", body, { ...account, ...headers });
    expect(second.headers["idempotent-replayed"]).to.equal(undefined);
    expect(second.body.id).to.not.equal(first.body.id);
    const again = await admin.request("POST", "/v1/api-keys", body, { ...account, ...headers });
    expect([again.headers["idempotent-replayed"], again.body.id]).to.deep.equal([
      "true",
      second.body.id,
    ]);
  });

  it("given the operator removes one then its next request is refused, and the audit log has both commands", async () => {
    const { database, now } = gateway.context;
    const address = Keypair.generate().publicKey.toBase58();
    const named = { accountId: gateway.accountId, address };
    await grantAdministrator(database, named, now());
    const all = (await listAdministrators(database, gateway.accountId)).map((row) => row.address);
    expect(all).to.have.members([address, admin.wallet.publicKey.toBase58()]);
    const own = { ...named, address: admin.wallet.publicKey.toBase58() };
    await revokeAdministrator(database, own, now());
    const refused = await admin.request("GET", "/v1/webhook-endpoints", undefined, account);
    expect(codeOf(refused)).to.deep.equal([403, "forbidden"]);
    const { body } = await gateway.request("GET", "/v1/audit-log?keyId=operator");
    expect(body.data.map(({ action }: { action: string }) => action)).to.have.members([
      "administrator.added",
      "administrator.removed",
    ]);
  });
});
