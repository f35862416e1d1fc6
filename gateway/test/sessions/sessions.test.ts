/** Wallet sessions: how one begins, what proves a write, and how it ends. */
import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import { createHash } from "node:crypto";
import { purge } from "../../src/process/purge";
import { signText } from "../harness/live-gateway";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";
import { type SessionAnswer, signIn } from "../harness/wallet-session";

const CHALLENGES = "/v1/wallet-sessions/challenges";
const SESSIONS = "/v1/wallet-sessions";
const CURRENT = "/v1/wallet-sessions/current";

const HOUR_MS = 3_600_000;

describe("wallet sessions", () => {
  let gateway: TestGateway;
  beforeEach(async () => (gateway = await startTestGateway()));
  afterEach(() => gateway.close());

  const codeOf = ({ status, body }: { status: number; body: SessionAnswer["body"] }) => [
    status,
    body.error?.code,
  ];
  /** Sends without a key. */
  const send = async (method: "GET" | "POST", url: string, body?: object, headers = {}) => {
    const payload = body === undefined ? {} : { payload: body };
    const answer = await gateway.app.inject({ method, url, headers, ...payload });
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  };
  const challengeFor = async (wallet: Keypair, more = {}) =>
    (await send("POST", CHALLENGES, { address: wallet.publicKey.toBase58(), ...more })).body;
  const begin = (challenge: string, signature: string, headers = {}) =>
    send("POST", SESSIONS, { challenge, signature }, headers);
  const countOf = async (table: string) =>
    (await gateway.context.database.query(`SELECT 1 FROM milepost_gateway.${table}`)).length;

  it("given a signed challenge then a session of twelve hours begins, with a cookie that scripts cannot read", async () => {
    const wallet = Keypair.generate();
    const address = wallet.publicKey.toBase58();
    const challenge = await challengeFor(wallet);
    expect(challenge).to.include({ object: "wallet_session_challenge", address });
    for (const part of [gateway.context.publicUrl, address, "live mode", "sends no transaction"]) {
      expect(challenge.message).to.include(part);
    }
    expect(challenge.expires).to.equal(gateway.clock.now / 1_000 + 600);
    const { status, body, headers } = await begin(
      challenge.id,
      signText(challenge.message, wallet),
    );
    expect(status).to.equal(201);
    expect(body).to.deep.include({ object: "wallet_session", address, mode: "live" });
    expect(body).to.deep.include({ isOperator: false, accounts: [] });
    expect(body.expires).to.equal(gateway.clock.now / 1_000 + 43_200);
    expect(headers["set-cookie"]).to.match(
      /^milepost_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
    );
  });

  it("given a public URL with https then the cookie is sent over https only", async () => {
    const secure = await startTestGateway(undefined, { publicUrl: "https://pay.example.com" });
    try {
      const wallet = Keypair.generate();
      const payload = { address: wallet.publicKey.toBase58() };
      const challenge = (
        await secure.app.inject({ method: "POST", url: CHALLENGES, payload })
      ).json();
      const signature = signText(challenge.message, wallet);
      const answer = await secure.app.inject({
        ...{ method: "POST", url: SESSIONS },
        payload: { challenge: challenge.id, signature },
      });
      expect(answer.headers["set-cookie"]).to.match(/; HttpOnly; Secure; SameSite=Strict$/);
    } finally {
      await secure.close();
    }
  });

  it("keeps only the secret's hash, and neither the secret nor the token anywhere", async () => {
    const { cookie, session } = await signIn(gateway.app, Keypair.generate());
    const secret = cookie.split("=")[1]!;
    const rows = await gateway.context.database.query(
      "SELECT * FROM milepost_gateway.wallet_sessions",
    );
    expect(rows).to.have.length(1);
    const text = JSON.stringify(rows);
    expect(text).to.include(createHash("sha256").update(secret).digest("hex"));
    expect(text).to.not.include(secret);
    expect(text).to.not.include(session.csrfToken);
  });

  it("answers with the same session and token as long as the cookie is there, and with 401 without one", async () => {
    const { session, request } = await signIn(gateway.app, Keypair.generate());
    const current = await request("GET", CURRENT);
    expect([current.status, current.body]).to.deep.equal([200, session]);
    expect(codeOf(await send("GET", CURRENT))).to.deep.equal([401, "authentication_required"]);
    for (const cookie of ["milepost_session=", `milepost_session=${"a".repeat(43)}`]) {
      const answer = await send("GET", CURRENT, undefined, { cookie });
      expect(codeOf(answer)).to.deep.equal([401, "authentication_required"]);
    }
  });

  it("given a session then it ends after twelve hours to the second, or at once when the wallet signs out", async () => {
    const first = await signIn(gateway.app, Keypair.generate());
    const second = await signIn(gateway.app, Keypair.generate());
    const ended = await second.request("DELETE", CURRENT);
    expect([ended.status, ended.body]).to.deep.equal([
      200,
      { id: second.session.id, object: "wallet_session", deleted: true },
    ]);
    expect(ended.headers["set-cookie"]).to.match(/^milepost_session=; .*Expires=Thu, 01 Jan 1970/);
    expect((await second.request("GET", CURRENT)).status).to.equal(401);
    gateway.clock.now += 12 * HOUR_MS - 1;
    expect((await first.request("GET", CURRENT)).status).to.equal(200);
    gateway.clock.now += 1;
    expect((await first.request("GET", CURRENT)).status).to.equal(401);
  });

  it("given the same challenge twice then the second answer is a conflict, and one session began", async () => {
    const wallet = Keypair.generate();
    const { id, message } = await challengeFor(wallet);
    await begin(id, signText(message, wallet));
    const again = await begin(id, signText(message, wallet));
    expect(codeOf(again)).to.deep.equal([409, "conflict"]);
    expect(await countOf("wallet_sessions")).to.equal(1);
  });

  it("given an expired challenge, another wallet's signature or an unknown challenge then no session begins", async () => {
    const wallet = Keypair.generate();
    const { id, message } = await challengeFor(wallet);
    const refused = [400, "signature_verification_failed"];
    for (const signature of [
      signText(message, Keypair.generate()),
      signText(`${message} `, wallet),
      "1".repeat(88),
    ]) {
      expect(codeOf(await begin(id, signature))).to.deep.equal(refused);
    }
    const unknown = await begin("session_challenge_x", signText(message, wallet));
    expect(codeOf(unknown)).to.deep.equal([404, "resource_missing"]);
    gateway.clock.now += 600_000;
    const late = await begin(id, signText(message, wallet));
    expect(codeOf(late)).to.deep.equal(refused);
    expect(await countOf("wallet_sessions")).to.equal(0);
  });

  it("given the text that registers an account's wallet then its signature begins no session", async () => {
    const wallet = Keypair.generate();
    const address = wallet.publicKey.toBase58();
    const { body } = await gateway.request("POST", "/v1/account/wallet-challenges", { address });
    const answer = await begin(body.id, signText(body.message, wallet));
    expect(codeOf(answer)).to.deep.equal([404, "resource_missing"]);
  });

  it("given a text that is not an address, or a mode that the gateway does not serve, then it says what it expected", async () => {
    const bad = await send("POST", CHALLENGES, { address: "1".repeat(44) });
    expect([bad.status, bad.body.error.param]).to.deep.equal([400, "address"]);
    const address = Keypair.generate().publicKey.toBase58();
    const only = await startTestGateway(undefined, {
      chains: { test: gateway.context.chains.test! },
    });
    try {
      const payload = { address, mode: "live" };
      const answer = await only.app.inject({ method: "POST", url: CHALLENGES, payload });
      expect(answer.json().error.message).to.include("mode: expected test, received live");
      const served = await only.app.inject({
        ...{ method: "POST", url: CHALLENGES },
        payload: { address },
      });
      expect(served.json().message).to.include("test mode");
    } finally {
      await only.close();
    }
  });

  it("given a chain that was reset then its sessions and challenges are unknown", async () => {
    const wallet = Keypair.generate();
    const { request } = await signIn(gateway.app, wallet, { mode: "test" });
    const { id, message } = await challengeFor(wallet, { mode: "test" });
    await gateway.context.database.query(
      "UPDATE milepost_gateway.wallet_sessions SET genesis_hash = 'before'",
    );
    await gateway.context.database.query(
      "UPDATE milepost_gateway.session_challenges SET genesis_hash = 'before'",
    );
    expect((await request("GET", CURRENT)).status).to.equal(401);
    expect((await begin(id, signText(message, wallet))).status).to.equal(404);
  });

  it("given the page of another origin then it begins no session", async () => {
    const wallet = Keypair.generate();
    const { id, message } = await challengeFor(wallet);
    const answer = await begin(id, signText(message, wallet), { origin: "https://evil.example" });
    expect(codeOf(answer)).to.deep.equal([403, "forbidden"]);
    expect(await countOf("wallet_sessions")).to.equal(0);
  });

  describe("a write", () => {
    const refusals: [string, (headers: Record<string, string>) => Record<string, string>][] = [
      ["no token", ({ cookie, origin }) => ({ cookie: cookie!, origin: origin! })],
      ["a wrong token", (headers) => ({ ...headers, "x-csrf-token": "a".repeat(43) })],
      [
        "no origin",
        ({ cookie, ...rest }) => ({ cookie: cookie!, "x-csrf-token": rest["x-csrf-token"]! }),
      ],
      ["another site's origin", (headers) => ({ ...headers, origin: "https://evil.example" })],
      ["another port's origin", (headers) => ({ ...headers, origin: "http://127.0.0.1:9999" })],
      ["the origin null of a sandboxed frame", (headers) => ({ ...headers, origin: "null" })],
      [
        "a name that was rebound to this address",
        (headers) => ({
          ...headers,
          host: "evil.example:8080",
          origin: "http://evil.example:8080",
        }),
      ],
      [
        "a name that begins like a loopback address",
        (headers) => ({
          ...headers,
          host: "127.0.0.1.evil.example",
          origin: "http://127.0.0.1.evil.example",
        }),
      ],
    ];
    for (const [name, change] of refusals) {
      it(`with ${name} is refused, and the session goes on`, async () => {
        const { headers, request } = await signIn(gateway.app, Keypair.generate());
        const answer = await gateway.app.inject({
          ...{ method: "DELETE", url: CURRENT },
          headers: change(headers),
        });
        expect([answer.statusCode, answer.json().error.code]).to.deep.equal([403, "forbidden"]);
        expect((await request("GET", CURRENT)).status).to.equal(200);
      });
    }

    it("with another session's token is refused", async () => {
      const first = await signIn(gateway.app, Keypair.generate());
      const second = await signIn(gateway.app, Keypair.generate());
      const token = { "x-csrf-token": second.session.csrfToken as string };
      const answer = await first.request("DELETE", CURRENT, undefined, token);
      expect(codeOf(answer)).to.deep.equal([403, "forbidden"]);
    });

    it("of a page on the loopback address that the Host names is taken", async () => {
      const { request } = await signIn(gateway.app, Keypair.generate());
      const own = { host: "localhost:5173", origin: "http://localhost:5173" };
      expect((await request("DELETE", CURRENT, undefined, own)).status).to.equal(200);
    });
  });

  it("given a key beside the cookie then the key counts, and a session's route refuses it", async () => {
    const { cookie } = await signIn(gateway.app, Keypair.generate());
    const key = { "x-api-key": gateway.keys.test, cookie };
    expect((await send("POST", "/v1/persons", { name: "Ada" }, key)).status).to.equal(201);
    const wrong = { ...key, "x-api-key": "sk_test_unknown" };
    expect(codeOf(await send("GET", "/v1/projects", undefined, wrong))).to.deep.equal([
      401,
      "authentication_required",
    ]);
    expect(codeOf(await send("GET", CURRENT, undefined, key))).to.deep.equal([
      401,
      "authentication_required",
    ]);
  });

  it("removes sessions once they expire, and challenges a day after they were given out, not before", async () => {
    await signIn(gateway.app, Keypair.generate());
    const rows = async () => [
      await countOf("wallet_sessions"),
      await countOf("session_challenges"),
    ];
    gateway.clock.now += 12 * HOUR_MS - 1;
    await purge(gateway.context);
    expect(await rows()).to.deep.equal([1, 1]);
    gateway.clock.now += 1;
    await purge(gateway.context);
    expect(await rows()).to.deep.equal([0, 1]);
    gateway.clock.now += 12 * HOUR_MS + 1;
    await purge(gateway.context);
    expect(await rows()).to.deep.equal([0, 0]);
  });
});
