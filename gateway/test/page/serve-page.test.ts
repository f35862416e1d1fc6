/** The page beside the API: its files, its document for every address of its own, and its headers. */
import path from "node:path";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../../src/http/app";
import { pageConfigOf } from "../../src/page/page-config";
import { createPage } from "../../src/page/serve-page";
import { RESOURCES, ROOT_ROUTES } from "../../src/resources";
import {
  PAGE_DOCUMENT,
  PAGE_SCRIPT,
  type PageDirectory,
  writePageDirectory,
} from "../harness/page-directory";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const HTML = { accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8" };

describe("the page that a gateway serves", () => {
  let gateway: TestGateway;
  let page: PageDirectory;
  let app: FastifyInstance;
  before(async () => {
    gateway = await startTestGateway();
    page = writePageDirectory();
    const chain = gateway.context.chains.live!;
    const config = pageConfigOf({ chain, rpcUrl: "https://rpc.example.com/?token=public" });
    const fallback = createPage({ directory: page.directory, config })!;
    app = await buildApp(gateway.context, RESOURCES, { rootRoutes: ROOT_ROUTES, fallback });
  });
  after(async () => {
    await app.close();
    page.remove();
    await gateway.close();
  });

  const get = (url: string, headers: Record<string, string> = HTML) => app.inject({ url, headers });

  it("answers / and every address of the page with the document, which no browser keeps", async () => {
    const addresses = ["/pay/intent_1", "/create", "/projects/a/b?x=1", "/index.html", "/v2/x"];
    for (const url of ["/", ...addresses]) {
      const answer = await get(url);
      expect([answer.statusCode, answer.body], url).to.deep.equal([200, PAGE_DOCUMENT]);
      expect(answer.headers["content-type"]).to.match(/^text\/html/);
      expect(answer.headers["cache-control"]).to.equal("no-cache");
    }
  });

  it("answers / with the document to clients that accept anything", async () => {
    expect((await get("/", { accept: "*/*" })).body).to.equal(PAGE_DOCUMENT);
  });

  it("allows scripts and connections of its own origin and of the RPC only, without the RPC's query", async () => {
    for (const url of ["/", "/pay/intent_1", PAGE_SCRIPT, "/icon.svg", "/page.json"]) {
      const { headers } = await get(url);
      expect(headers["content-security-policy"], url).to.equal(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
          "connect-src 'self' https://rpc.example.com wss://rpc.example.com; manifest-src 'self'; base-uri 'none'; " +
          "form-action 'none'; frame-ancestors 'none'",
      );
      expect(headers["x-content-type-options"]).to.equal("nosniff");
      expect(headers["referrer-policy"]).to.equal("no-referrer");
      expect(headers["cross-origin-opener-policy"]).to.equal("same-origin");
      expect(headers["permissions-policy"]).to.include("camera=()").and.include("payment=()");
    }
  });

  it("lets browsers keep hashed files permanently, and checks the others by ETag", async () => {
    const script = await get(PAGE_SCRIPT, { accept: "*/*" });
    expect(script.headers["cache-control"]).to.equal("public, max-age=31536000, immutable");
    expect(script.headers["content-type"]).to.match(/javascript/);
    const icon = await get("/icon.svg", { accept: "image/*" });
    expect(icon.headers["cache-control"]).to.equal("no-cache");
    const again = await get("/icon.svg", { "if-none-match": String(icon.headers["etag"]) });
    expect([again.statusCode, again.body]).to.deep.equal([304, ""]);
  });

  it("answers HEAD with the document's headers and no body", async () => {
    const answer = await app.inject({ method: "HEAD", url: "/create", headers: HTML });
    expect([answer.statusCode, answer.body]).to.deep.equal([200, ""]);
    expect(answer.headers["content-length"]).to.equal(String(PAGE_DOCUMENT.length));
  });

  it("keeps the API's errors for its own paths, for files that are missing, and for other methods", async () => {
    const missing = [
      ...["/v1/nothing", "/v1", "/api/v1/nothing", "/actions/nothing", "/docs/nothing"],
      ...["/sandbox/wallets/payer/sign-message", "/sandbox/clock"],
    ];
    for (const url of missing) {
      const answer = await get(url);
      expect([answer.statusCode, answer.json().error.code], url).to.deep.equal([
        404,
        "resource_missing",
      ]);
    }
    const script = await get("/assets/index-gone1234.js", { accept: "*/*" });
    expect([script.statusCode, script.json().error.code]).to.deep.equal([404, "resource_missing"]);
    const json = await get("/nothing", { accept: "application/json" });
    expect([json.statusCode, json.json().error.code]).to.deep.equal([404, "resource_missing"]);
    const post = await app.inject({ method: "POST", url: "/create", headers: HTML });
    expect([post.statusCode, post.json().error.code]).to.deep.equal([404, "resource_missing"]);
    const put = await app.inject({ method: "PUT", url: "/v1/api-keys", headers: HTML });
    expect([put.statusCode, put.headers["allow"]]).to.deep.equal([405, "GET, HEAD, OPTIONS, POST"]);
  });

  it("serves nothing outside of its directory, and no name that begins with a dot", async () => {
    const tricks = [
      ...[
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%5c..%5csecret.txt",
      ],
      ...["/.env", "/%2eenv", "/assets/%2e%2e/.env", "/assets", "//etc/passwd", "/%ff"],
    ];
    for (const url of tricks) {
      const answer = await get(url, { accept: "*/*" });
      expect(answer.statusCode, url).to.be.oneOf([400, 404]);
      expect(answer.body).to.not.match(/secret$|SECRET=1|root:/);
      const document = await get(url);
      expect(document.body, url).to.not.match(/^secret|SECRET=1|root:/);
    }
  });

  it("names network, RPC, subscriptions, program, gateway and mints in page.json", async () => {
    const { programId, gateway: account, mints } = gateway.context.chains.live!;
    const answer = await get("/page.json", { accept: "application/json" });
    expect(answer.json()).to.deep.equal({
      network: "localnet",
      rpcUrl: "https://rpc.example.com/?token=public",
      wsUrl: "wss://rpc.example.com/?token=public",
      genesisHash: "genesis-live",
      programId: programId.toBase58(),
      gateway: account.toBase58(),
      mints: [{ symbol: "USDC", mint: mints.USDC!.mint.toBase58(), decimals: 6 }],
      explorerUrl: null,
      hasGateway: true,
    });
  });

  it("is absent where the directory has no index.html", () => {
    const config = pageConfigOf({ chain: gateway.context.chains.live!, rpcUrl: "http://a" });
    const directory = path.join(page.directory, "nothing");
    expect(createPage({ directory, config })).to.equal(null);
  });
});

describe("page.json", () => {
  const chain = (genesisHash: string) =>
    ({ genesisHash, programId: key, gateway: key, mints: {} }) as never;
  const key = { toBase58: () => "address" };

  it("names the public networks by their genesis, with an explorer", () => {
    const named = (genesisHash: string) => {
      const { network, explorerUrl } = pageConfigOf({
        chain: chain(genesisHash),
        rpcUrl: "http://a",
      });
      return [network, explorerUrl];
    };
    const explorer = "https://explorer.solana.com/{kind}/{id}";
    expect(named("5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d")).to.deep.equal([
      "mainnet-beta",
      explorer,
    ]);
    expect(named("EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG")).to.deep.equal([
      "devnet",
      `${explorer}?cluster=devnet`,
    ]);
    expect(named("4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY")).to.deep.equal([
      "testnet",
      `${explorer}?cluster=testnet`,
    ]);
    expect(named("another")).to.deep.equal(["localnet", null]);
  });

  it("derives the URL of subscriptions as web3.js does", () => {
    const derived = (rpcUrl: string) => pageConfigOf({ chain: chain("x"), rpcUrl }).wsUrl;
    expect(derived("http://127.0.0.1:8899")).to.equal("ws://127.0.0.1:8900/");
    expect(derived("https://rpc.example.com/v1?k=1")).to.equal("wss://rpc.example.com/v1?k=1");
    expect(derived("https://rpc.example.com:443/")).to.equal("wss://rpc.example.com:444/");
    expect(derived("http://[::1]:8899")).to.equal("ws://[::1]:8900/");
  });
});
