import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { utils } from "@coral-xyz/anchor";
import { Keypair, PublicKey } from "@solana/web3.js";
import { secretsOf } from "../../src/cli/secrets";
import { createLog } from "../../src/observe/log";
import { createRedact, formsOf, withoutSecrets } from "../../src/observe/redact";

const KEYPAIR = Keypair.fromSeed(Buffer.alloc(32, "a fee payer"));
const WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const RPC_URL =
  "https://operator:hunter2hunter2@rpc.example:8443/v2/path-key-4711?api-key=query-key-4711";
const DATABASE_URL = "postgres://keeper:database-password@db.example/keeper";
const base58 = (bytes: Uint8Array) => utils.bytes.bs58.encode(Buffer.from(bytes));
const FORMS = formsOf(KEYPAIR.secretKey, base58);
const KNOWN = [...FORMS, WEBHOOK_SECRET, ...secretsOf(RPC_URL), ...secretsOf(DATABASE_URL)];

/** What must not be in a line, whatever was logged. */
const FORBIDDEN = [
  ...FORMS,
  WEBHOOK_SECRET,
  "hunter2hunter2",
  "path-key-4711",
  "query-key-4711",
  "database-password",
];

function logged(secrets: readonly string[] = KNOWN) {
  const lines: string[] = [];
  const log = createLog({
    level: "trace",
    secrets,
    destination: { write: (line: string) => void lines.push(line) },
  });
  return { log, lines };
}

function expectClean(lines: readonly string[]): void {
  expect(lines).to.have.length.greaterThan(0);
  for (const line of lines) {
    expect(() => JSON.parse(line) as unknown, line).not.to.throw();
    for (const secret of FORBIDDEN) expect(line).not.to.include(secret);
  }
}

/** The same secret in every place where a caller may put it. */
const PLACES: Record<string, (secret: unknown) => unknown[]> = {
  "the message": (secret) => [`it is ${String(secret)}!`],
  "a value of the message": (secret) => ["it is %s and %j", secret, { secret }],
  "a field": (secret) => [{ field: secret }, "message"],
  "a field's name": (secret) => [{ [String(secret)]: 1 }, "message"],
  "a list in a list": (secret) => [{ list: [[secret]] }, "message"],
  "twenty levels down": (secret) => [nested(secret, 20), "message"],
  "a map and a set": (secret) => [{ map: new Map([["k", new Set([secret])]]) }, "message"],
  "an error": (secret) => [new Error(String(secret))],
  "an error's message and field": (secret) => [
    { err: Object.assign(new Error(`failed: ${String(secret)}`), { config: { auth: secret } }) },
    "message",
  ],
  "an error's cause": (secret) => [
    new Error("outer", { cause: new Error("inner", { cause: secret }) }),
  ],
  "several errors": (secret) => [
    { error: new AggregateError([new Error(String(secret))], "all") },
    "message",
  ],
  "what toJSON says": (secret) => [{ it: { toJSON: () => ({ secret }) } }, "message"],
};

function nested(value: unknown, levels: number): Record<string, unknown> {
  return levels === 0 ? { value } : { inner: nested(value, levels - 1) };
}

const SECRETS: Record<string, unknown> = {
  "a secret key in base58": base58(KEYPAIR.secretKey),
  "a secret key's bytes": KEYPAIR.secretKey,
  "a secret key's bytes as a buffer": Buffer.from(KEYPAIR.secretKey),
  "a secret key as a list": [...KEYPAIR.secretKey],
  "a keypair file's text": JSON.stringify([...KEYPAIR.secretKey]),
  "a seed in hexadecimal": Buffer.from(KEYPAIR.secretKey.slice(0, 32)).toString("hex"),
  "a keypair": KEYPAIR,
  "a webhook secret": WEBHOOK_SECRET,
  "an RPC's URL": RPC_URL,
  "an RPC's URL as an object": new URL(RPC_URL),
  "a database's URL": DATABASE_URL,
};

describe("keeper: the log", () => {
  for (const [secretName, secret] of Object.entries(SECRETS)) {
    for (const [place, build] of Object.entries(PLACES)) {
      it(`given ${secretName} in ${place}, then no line has it`, () => {
        const { log, lines } = logged();
        for (const args of [build(secret), build({ deeper: [secret] })]) {
          (log.info as (...args: unknown[]) => void)(...args);
        }
        expectClean(lines);
      });
    }
    it(`given ${secretName} in a child's fields, then no line has it`, () => {
      const { log, lines } = logged();
      log.child({ context: { secret } }).warn("message");
      expectClean(lines);
    });
  }

  it("given an unlisted secret, then it is redacted by its name or its form", () => {
    const { log, lines } = logged([]);
    const { secretKey } = KEYPAIR;
    log.info({ options: { password: "database-password", apiKey: "query-key-4711" } }, "names");
    log.info({ a: { keypair: base58(secretKey), headers: { Authorization: "hunter2hunter2" } } });
    log.info(
      { a: [RPC_URL, WEBHOOK_SECRET, [...secretKey], KEYPAIR] },
      `${RPC_URL}, ${DATABASE_URL}`,
    );
    log.info(JSON.stringify([...secretKey]));
    log.error(new Error(`connect to ${RPC_URL} failed`));
    expectClean(lines);
  });

  it("given a value that is not a secret, then it stays", () => {
    const { log, lines } = logged();
    const signature = base58(Buffer.alloc(64, 7));
    const policy = new PublicKey(Buffer.alloc(32, 3));
    log.info({ signature, policy, slot: 5, reward: 10n, tokenAccount: "ABC" }, "paid %d", 3);
    const { time, ...line } = JSON.parse(lines[0]!) as Record<string, unknown>;
    expect(time).to.match(/^\d{4}-\d\d-\d\dT/);
    expect(line).to.deep.equal({
      level: "info",
      signature,
      policy: policy.toBase58(),
      slot: 5,
      reward: "10",
      tokenAccount: "ABC",
      msg: "paid 3",
    });
  });

  it("given an error, then its type, message, code and cause are there", () => {
    const { log, lines } = logged();
    const cause = Object.assign(new TypeError("refused"), { code: "ECONNREFUSED" });
    log.error({ err: new Error("no answer", { cause }) }, "the RPC");
    log.error(new Error("alone"));
    const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, never>);
    expect(first).to.have.nested.property("err.type", "Error");
    expect(first).to.have.nested.property("err.message", "no answer");
    expect(first).to.have.nested.property("err.cause.code", "ECONNREFUSED");
    expect(first).to.have.property("msg", "the RPC");
    expect(second).to.have.property("msg", "alone");
  });

  it("given what JSON can't hold, then it is shown nevertheless", () => {
    const circle: Record<string, unknown> = { name: "circle" };
    circle.self = circle;
    const trap = Object.defineProperty({}, "it", {
      enumerable: true,
      get: () => {
        throw new Error("trap");
      },
    });
    expect(createRedact()([circle, trap, undefined, null, 1, () => 1])).to.deep.equal([
      { name: "circle", self: "[circular]" },
      "[unreadable]",
      undefined,
      null,
      1,
      "[function]",
    ]);
  });

  const URLS: [string, string][] = [
    ["https://rpc.example", "https://rpc.example"],
    ["https://rpc.example/", "https://rpc.example"],
    ["https://me:pw@rpc.example:8443/v2/key?x=1", "https://rpc.example:8443/…"],
    ["wss://rpc.example/?api-key=1", "wss://rpc.example/…"],
    [DATABASE_URL, "postgres://db.example/…"],
    ["http://[bad", "[redacted]"],
  ];
  for (const [url, shown] of URLS) {
    it(`given ${url}, then it is shown as ${shown}`, () => {
      expect(withoutSecrets(url)).to.equal(shown);
    });
  }
});

describe("keeper: a log on a full disk", () => {
  it("loses its lines and does not end the process", () => {
    const full = openSync("/dev/full", "w");
    try {
      const module = JSON.stringify(path.resolve(__dirname, "../../src/observe/log"));
      const script = `require("tsx/cjs"); const { createLog } = require(${module}); const log = createLog();
        log.info("one"); log.warn("two"); process.exitCode = 7;`;
      const { status, stderr } = spawnSync(process.execPath, ["-e", script], {
        stdio: ["ignore", full, "pipe"],
        encoding: "utf8",
        cwd: path.resolve(__dirname, "../.."),
      });
      expect(status, stderr).to.equal(7);
    } finally {
      closeSync(full);
    }
  });
});
