import { expect } from "chai";
import { Keypair, PublicKey } from "@solana/web3.js";
import { authorizedFetch } from "../../src/cli/authorized-fetch";
import { reasonOf } from "../../src/cli/open";
import { secretsIn } from "../../src/cli/secrets";
import type { RunConfig } from "../../src/config/config";
import { createRedactText } from "../../src/observe/redact";

const CONFIG = {
  urls: ["https://name:p%40ssword@rpc.example/v2/mainnet-beta/KeyInPath1?api-key=key-in-query"],
  wsUrl: "wss://rpc.example/KeyOfSocket1",
  programId: PublicKey.default,
  database: { url: "postgres://keeper:pa%2Fssword@db.example/keeper" },
  metricsPort: null,
  metricsHost: "127.0.0.1",
  logLevel: "info",
  feePayer: Keypair.fromSeed(Buffer.alloc(32, 1)),
  gateway: {
    signer: Keypair.fromSeed(Buffer.alloc(32, 2)),
    rule: {
      kind: "http",
      url: "https://hooks.example/services/T00000001/tokenInPath9",
      secret: `whsec_${Buffer.alloc(24, "marked").toString("base64")}`,
    },
  },
  priority: { percentile: 75, cap: 1 },
  minBalance: 0,
  createAccounts: true,
  rentBudget: 0n,
  rewardOwner: null,
  notify: {
    webhook: {
      url: "https://ops.example/hooks/NotifyKeyInPath1",
      secret: `whsec_${Buffer.alloc(24, "notify").toString("base64")}`,
    },
    mail: { smtpUrl: "smtps://keeper:mail-pa55@mail.example", from: "a@b.c", to: ["d@e.f"] },
  },
  concurrency: 1,
  isDryRun: false,
  isOnce: false,
} as RunConfig;

describe("keeper: the secrets of a configuration", () => {
  const redact = createRedactText(secretsIn(CONFIG));
  const SECRETS = [
    ...["p%40ssword", "p@ssword", "KeyInPath1", "key-in-query", "KeyOfSocket1"],
    ...["pa%2Fssword", "pa/ssword", "tokenInPath9", "T00000001"],
    ...["NotifyKeyInPath1", "mail-pa55", Buffer.alloc(24, "notify").toString("base64")],
    Buffer.from("name:p@ssword").toString("base64"),
    Buffer.alloc(24, "marked").toString("base64"),
    Buffer.from(CONFIG.feePayer.secretKey).toString("base64"),
    Buffer.from(CONFIG.gateway!.signer.secretKey).toString("hex"),
  ];
  for (const secret of SECRETS) {
    it(`given ${secret.slice(0, 12)} within another text, then it is hidden`, () => {
      expect(redact(`Cannot GET /${secret}/x`)).to.equal("Cannot GET /[redacted]/x");
    });
  }

  it("given words of a path, a user's name and a version, then they stay readable", () => {
    const text = "keeper on mainnet-beta, v2, services, name";
    expect(redact(text)).to.equal(text);
  });

  it("given a status's configuration, which has no keys, then its URLs' secrets are known", () => {
    const { urls, wsUrl, programId, database, metricsPort, metricsHost, logLevel } = CONFIG;
    const common = { urls, wsUrl, programId, database, metricsPort, metricsHost, logLevel };
    expect(secretsIn(common)).to.include.members(["KeyInPath1", "KeyOfSocket1", "pa/ssword"]);
  });

  it("given credentials in a URL, which fetch refuses, then they go as a header and nowhere else", async () => {
    const asked: [string, string | null, string | null][] = [];
    const fetch = authorizedFetch(async (input, init) => {
      const headers = new Headers(init?.headers);
      asked.push([String(input), headers.get("authorization"), headers.get("content-type")]);
      return new Response("1");
    });
    const init = { headers: { "content-type": "application/json" } };
    await fetch("https://name:p%40ss@rpc.example/x", init);
    await fetch("https://rpc.example/x", init);
    const basic = `Basic ${Buffer.from("name:p@ss").toString("base64")}`;
    expect(asked).to.deep.equal([
      ["https://rpc.example/x", basic, "application/json"],
      ["https://rpc.example/x", null, "application/json"],
    ]);
  });

  for (const [error, reason] of [
    [
      new TypeError("fetch failed", {
        cause: Object.assign(new Error("x"), { code: "ENOTFOUND" }),
      }),
      "ENOTFOUND",
    ],
    [new Error("404 Not Found: <html>long</html>"), "404 Not Found"],
    [new SyntaxError("Unexpected token"), "its answer is not JSON"],
    [new Error("first line\nsecond line"), "first line"],
    [
      Object.assign(new Error("password authentication failed"), { code: "28P01" }),
      "password authentication failed",
    ],
    [new DOMException("The operation was aborted", "TimeoutError"), "The operation was aborted"],
    ["text", "text"],
  ] as const) {
    it(`given ${String(error).slice(0, 40)}, then ${reason} is why`, () => {
      expect(reasonOf(error)).to.equal(reason);
    });
  }
});
