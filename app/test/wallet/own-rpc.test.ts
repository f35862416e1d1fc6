import { expect } from "chai";
import { checkChain, checkRpcUrl, readOwnRpc, writeOwnRpc } from "../../src/wallet/own-rpc";

function answering(hashes: Record<string, unknown>, status = 200): typeof fetch {
  return (async (url: string) => {
    if (!(url in hashes)) throw new TypeError("Failed to fetch");
    return new Response(JSON.stringify({ result: hashes[url] }), { status });
  }) as typeof fetch;
}

describe("the user's own RPC node", () => {
  for (const url of [
    "https://rpc.example.com/key",
    "http://127.0.0.1:8899",
    "http://localhost:8899",
    "http://[::1]:8899",
  ]) {
    it(`takes ${url}`, () => {
      expect(checkRpcUrl(` ${url} `)).to.deep.equal({ url });
    });
  }

  for (const [text, error] of [
    ["", "Enter the URL of an RPC node."],
    ["rpc", 'Expected a URL such as https://rpc.example.com, received "rpc".'],
    ["http://rpc.example.com", "Expected https. Plain http is allowed on this computer only."],
    [
      "http://127.0.0.1.example.com",
      "Expected https. Plain http is allowed on this computer only.",
    ],
    ["javascript:alert(1)", "Expected https. Plain http is allowed on this computer only."],
    [
      "https://user:secret@rpc.example.com",
      "Expected a URL without a user name or password. Use a key in its path.",
    ],
  ] as const) {
    it(`refuses "${text}"`, () => {
      expect(checkRpcUrl(text)).to.deep.equal({ error });
    });
  }

  it("is kept until the way back, and a forbidden URL in the storage counts as none", () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
    expect(readOwnRpc(storage)).to.equal(null);
    writeOwnRpc(storage, "https://rpc.example.com");
    expect(readOwnRpc(storage)).to.equal("https://rpc.example.com");
    writeOwnRpc(storage, null);
    expect(kept.size).to.equal(0);
    kept.set("milepost:rpc-url", "http://evil.example");
    expect(readOwnRpc(storage)).to.equal(null);
  });

  it("is on the same chain when the hashes agree", async () => {
    const fetchJson = answering({ "https://own": "abc" });
    expect(
      await checkChain(fetchJson, "https://own", { genesisHash: "abc", rpcUrl: "https://page" }),
    ).to.deep.equal({ status: "same" });
  });

  it("is refused on another chain, with both hashes", async () => {
    const fetchJson = answering({ "https://own": "abc", "https://page": "def" });
    expect(await checkChain(fetchJson, "https://own", { rpcUrl: "https://page" })).to.deep.equal({
      status: "other",
      expected: "def",
      received: "abc",
    });
  });

  for (const [name, fetchJson, reason] of [
    ["does not answer", answering({}), /did not answer/],
    ["answers with an error", answering({ "https://own": "x" }, 500), /HTTP status 500/],
    ["is something else", answering({ "https://own": 5 }), /no genesis hash/],
  ] as const) {
    it(`counts as unreachable when it ${name}`, async () => {
      const check = await checkChain(fetchJson, "https://own", { genesisHash: "x", rpcUrl: "" });
      expect(check).to.have.property("status", "unreachable");
      expect((check as { reason: string }).reason).to.match(reason);
    });
  }
});
