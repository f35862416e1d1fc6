import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import { createOperatorKey } from "../../src/keys/operator";
import { isPlatform } from "../../src/keys/store";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";
import { signText } from "../harness/live-gateway";

const PATH = "/v1/account/wallets";
const CHALLENGES = "/v1/account/wallet-challenges";

describe("wallets of an account", () => {
  let gateway: TestGateway;
  beforeEach(async () => (gateway = await startTestGateway()));
  afterEach(() => gateway.close());

  const live = () => ({ "x-api-key": gateway.keys.live });
  const challengeFor = async (wallet: Keypair, headers = live()) => {
    const body = { address: wallet.publicKey.toBase58() };
    return (await gateway.request("POST", CHALLENGES, body, headers)).body;
  };
  const register = (challenge: string, signature: string, headers = live()) =>
    gateway.request("POST", PATH, { challenge, signature }, headers);
  const list = async (headers = live()) =>
    (await gateway.request("GET", PATH, undefined, headers)).body.data as { address: string }[];

  it("given a challenge that the wallet signed then the wallet is registered, listed, retrieved and removed", async () => {
    const wallet = Keypair.generate();
    const challenge = await challengeFor(wallet);
    expect(challenge.message).to.include(gateway.context.publicUrl);
    expect(challenge.message).to.include(gateway.accountId).and.to.include("live mode");
    const { status, body } = await register(challenge.id, signText(challenge.message, wallet));
    expect([status, body.address]).to.deep.equal([201, wallet.publicKey.toBase58()]);
    expect(await list()).to.deep.equal([body]);
    const one = `${PATH}/${body.id}`;
    expect((await gateway.request("GET", one, undefined, live())).body).to.deep.equal(body);
    expect((await gateway.request("DELETE", one, undefined, live())).body.deleted).to.equal(true);
    expect(await list()).to.deep.equal([]);
    expect((await gateway.request("GET", one, undefined, live())).status).to.equal(404);
  });

  it("given a signature in base58, as command-line wallets give it, then it is accepted", async () => {
    const { default: bs58 } = await import("bs58");
    const wallet = Keypair.generate();
    const { id, message } = await challengeFor(wallet);
    const signature = bs58.encode(Buffer.from(signText(message, wallet), "base64"));
    expect((await register(id, signature)).status).to.equal(201);
  });

  it("given the same challenge twice then the second answer is a conflict, and one wallet is registered", async () => {
    const wallet = Keypair.generate();
    const { id, message } = await challengeFor(wallet);
    const signature = signText(message, wallet);
    await register(id, signature);
    const again = await register(id, signature);
    expect([again.status, again.body.error.code]).to.deep.equal([409, "conflict"]);
    expect(await list()).to.have.length(1);
  });

  it("given a challenge then it is refused from the second in which it expires", async () => {
    const wallet = Keypair.generate();
    const { id, message } = await challengeFor(wallet);
    gateway.clock.now += 600_000;
    const { status, body } = await register(id, signText(message, wallet));
    expect([status, body.error.code, body.error.param]).to.deep.equal([
      400,
      "signature_verification_failed",
      "challenge",
    ]);
    expect(await list()).to.deep.equal([]);
  });

  it("given another wallet's signature, or one of another text, then it is refused and the challenge stays valid", async () => {
    const [wallet, thief] = [Keypair.generate(), Keypair.generate()];
    const { id, message } = await challengeFor(wallet);
    const other = await challengeFor(wallet);
    for (const signature of [
      signText(message, thief),
      signText(other.message, wallet),
      signText(`${message} `, wallet),
      Buffer.alloc(64).toString("base64"),
    ]) {
      const { body } = await register(id, signature);
      expect(body.error).to.include({ code: "signature_verification_failed", param: "signature" });
    }
    expect(await list()).to.deep.equal([]);
    expect((await register(id, signText(message, wallet))).status).to.equal(201);
  });

  it("given another account's or another mode's key then its challenges and wallets do not exist", async () => {
    const wallet = Keypair.generate();
    const { id, message } = await challengeFor(wallet);
    const signature = signText(message, wallet);
    for (const key of [gateway.keys.other, gateway.keys.test]) {
      const answer = await register(id, signature, { "x-api-key": key });
      expect([answer.status, answer.body.error.code]).to.deep.equal([404, "resource_missing"]);
    }
    const { body } = await register(id, signature);
    for (const key of [gateway.keys.other, gateway.keys.test]) {
      const headers = { "x-api-key": key };
      for (const method of ["GET", "DELETE"] as const) {
        const answer = await gateway.request(method, `${PATH}/${body.id}`, undefined, headers);
        expect(answer.status).to.equal(404);
      }
      expect(await list(headers)).to.deep.equal([]);
    }
    expect(await list()).to.have.length(1);
  });

  it("given keys create --platform then the account is a platform, and the audit log says so", async () => {
    const { database, now } = gateway.context;
    const account = { name: "Marketplace" };
    const key = { account, mode: "live", name: "Operator", scopes: null, expires: null } as const;
    const made = await createOperatorKey(database, { ...key, isPlatform: true }, now());
    expect(await isPlatform(database, made.accountId)).to.equal(true);
    expect(await isPlatform(database, gateway.accountId)).to.equal(false);
    const [entry] = await database.query<{ details: object }>(
      "SELECT details FROM milepost_gateway.audit_log WHERE account_id = $1",
      [made.accountId],
    );
    expect(entry!.details).to.include({ isPlatform: true });
  });

  it("given text that is not an address, or a key of the gateway, then the answer is 400 and names address", async () => {
    const sponsor = gateway.context.chains.live!.sponsor.publicKey.toBase58();
    for (const address of ["0x0000000000000000000000000000000000000000", sponsor]) {
      const answer = await gateway.request("POST", CHALLENGES, { address }, live());
      expect([answer.status, answer.body.error.param]).to.deep.equal([400, "address"]);
    }
  });
});
