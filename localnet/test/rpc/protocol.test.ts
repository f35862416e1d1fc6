import { expect } from "chai";
import { Keypair, SystemProgram } from "@solana/web3.js";
import fc from "fast-check";
import { SOL, Testnet } from "../harness/testnet";

/** Address of an account that exists on every chain. */
const CLOCK = "SysvarC1ock11111111111111111111111111111111";

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

describe(`localnet: JSON-RPC (SEED=${SEED})`, () => {
  let net: Testnet;
  before(async () => {
    net = await Testnet.start();
  });
  after(() => net.stop());

  const isAlive = async (): Promise<void> => {
    expect((await net.rpc("getHealth")).result).to.equal("ok");
  };

  const ADDRESS = Keypair.generate().publicKey.toBase58();
  const REFUSED: [string, string, number][] = [
    ["a body that is not JSON", "{", -32700],
    ["an empty body", "", -32700],
    ["null", "null", -32600],
    ["a number", "7", -32600],
    ["an empty batch", "[]", -32600],
    ["no method", `{"jsonrpc":"2.0","id":1}`, -32600],
    ["an id that is a list", `{"jsonrpc":"2.0","id":[],"method":"getSlot"}`, -32600],
    ["an unknown method", request("getNothing"), -32601],
    ["a name every object has", request("constructor"), -32601],
    ["the prototype", request("__proto__"), -32601],
    [
      "params that are not a list",
      `{"jsonrpc":"2.0","id":1,"method":"getSlot","params":{}}`,
      -32602,
    ],
    ["no address", request("getBalance"), -32602],
    ["an address too short", request("getBalance", ["1111"]), -32602],
    ["an address in another alphabet", request("getBalance", ["0".repeat(44)]), -32602],
    ["an address of 40,000 characters", request("getBalance", ["2".repeat(40_000)]), -32602],
    ["an unknown commitment", request("getBalance", [ADDRESS, { commitment: "soon" }]), -32602],
    ["an unknown encoding", request("getAccountInfo", [CLOCK, { encoding: "utf8" }]), -32602],
    ["base64+zstd", request("getAccountInfo", [CLOCK, { encoding: "base64+zstd" }]), -32602],
    ["five filters", withFilters(Array(5).fill({ dataSize: 1 })), -32602],
    ["an empty filter", withFilters([{}]), -32602],
    [
      "memcmp bytes that are not base58",
      withFilters([{ memcmp: { offset: 0, bytes: "0OIl" } }]),
      -32602,
    ],
    ["a negative offset", withFilters([{ memcmp: { offset: -1, bytes: "2" } }]), -32602],
    [
      "memcmp above 128 bytes",
      withFilters([{ memcmp: { offset: 0, bytes: "1".repeat(129) } }]),
      -32602,
    ],
    ["a slot in the future", request("getSlot", [{ minContextSlot: 10_000 }]), -32016],
    ["an empty transaction", request("sendTransaction", [""]), -32602],
    [
      "a transaction that is not base64",
      request("sendTransaction", ["?", { encoding: "base64" }]),
      -32602,
    ],
    [
      "a transaction above the size limit",
      request("sendTransaction", ["A".repeat(1_648), { encoding: "base64" }]),
      -32602,
    ],
    ["an empty message", request("getFeeForMessage", [""]), -32602],
    ["a negative airdrop", request("requestAirdrop", [ADDRESS, -1]), -32602],
    [
      "a balance of half a lamport",
      request("localnet_setAccount", [ADDRESS, { lamports: 0.5 }]),
      -32602,
    ],
    [
      "data that the sysvar cannot have",
      setAccount(CLOCK, "Sysvar1111111111111111111111111111111111111"),
      -32602,
    ],
    [
      "data that is not a program",
      setAccount(ADDRESS, "BPFLoader2111111111111111111111111111111111"),
      -32602,
    ],
    ["a warp beyond the last slot", request("localnet_warp", [{ slots: 1e13 }]), -32602],
    ["a clock in milliseconds", request("localnet_setClock", [{ unixTimestamp: 1.8e15 }]), -32602],
  ];
  for (const [given, body, code] of REFUSED) {
    it(`answers ${given} with the error ${code}`, async () => {
      const { error, id } = JSON.parse(await net.post(body));
      expect(error.code).to.equal(code);
      expect(error.message).to.be.a("string");
      expect(id).to.equal(code === -32700 || !body.includes(`"id":1`) ? null : 1);
      await isAlive();
    });
  }

  it("answers each call of a batch by itself", async () => {
    const answers = JSON.parse(
      await net.post(
        JSON.stringify([
          { jsonrpc: "2.0", id: "a", method: "getHealth" },
          { jsonrpc: "2.0", method: "getHealth" },
          7,
          { jsonrpc: "2.0", id: 2, method: "getNothing" },
        ]),
      ),
    );
    expect(answers).to.deep.equal([
      { jsonrpc: "2.0", id: "a", result: "ok" },
      { jsonrpc: "2.0", id: null, error: { code: -32600, message: "Invalid Request" } },
      { jsonrpc: "2.0", id: 2, error: { code: -32601, message: "Method not found" } },
    ]);
  });

  it("sends no answer to a notification", async () => {
    expect(await net.post(`{"jsonrpc":"2.0","method":"ping"}`)).to.equal("");
  });

  it("accepts requests from a page of another origin, with any headers", async () => {
    const preflight = await fetch(net.localnet.url, {
      method: "OPTIONS",
      headers: {
        origin: "https://wallet.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,solana-client",
      },
    });
    expect(preflight.status).to.equal(204);
    expect(preflight.headers.get("access-control-allow-origin")).to.equal("*");
    expect(preflight.headers.get("access-control-allow-headers")).to.equal(
      "content-type,solana-client",
    );
    const answer = await fetch(net.localnet.url, { method: "POST", body: request("getSlot") });
    expect(answer.headers.get("access-control-allow-origin")).to.equal("*");
  });

  it("answers GET only for /health", async () => {
    const [health, root] = await Promise.all(
      ["/health", "/"].map((path) => fetch(net.localnet.url + path)),
    );
    expect(await health?.text()).to.equal("ok");
    expect(root?.status).to.equal(405);
  });

  it("leaves it to the clients to close idle connections", async () => {
    const { headers } = await fetch(`${net.localnet.url}/health`);
    // A server that closes them says here after how many seconds.
    expect(headers.get("keep-alive")).to.equal(null);
  });

  it("refuses a request above 50 KiB", async () => {
    const body = request("getBalance", ["1".repeat(60 * 1024)]);
    const { status } = await fetch(net.localnet.url, { method: "POST", body });
    expect(status).to.equal(413);
    await isAlive();
  });

  it("writes every digit of a balance that a double cannot hold", async () => {
    const { publicKey } = Keypair.generate();
    net.localnet.chain.setAccount(publicKey.toBase58(), {
      lamports: 9_007_199_254_740_993n,
      data: Buffer.alloc(0),
      owner: SystemProgram.programId.toBase58(),
      executable: false,
    });
    const text = await net.post(request("getBalance", [publicKey.toBase58()]));
    expect(text).to.contain(`"value":9007199254740993}`);
    const account = await net.post(request("getAccountInfo", [publicKey.toBase58()]));
    expect(account).to.contain(`"rentEpoch":18446744073709551615`);
  });

  // The addon beneath LiteSVM aborts the process for bytes that are not a transaction.
  it("answers every damaged transaction and stays alive", async () => {
    const payer = await net.funded(100 * SOL);
    const { publicKey: to } = Keypair.generate();
    const instruction = SystemProgram.transfer({
      fromPubkey: payer.publicKey,
      toPubkey: to,
      lamports: SOL,
    });
    for (const version of ["legacy" as const, []]) {
      const whole = Buffer.from((await net.signed([instruction], [payer], version)).serialize());
      const damage = fc.record({
        cut: fc.nat(whole.length),
        extra: fc.uint8Array({ maxLength: 8 }),
        bytes: fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 }),
        isCut: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(damage, async ({ cut, extra, bytes, isCut }) => {
          const damaged = Buffer.concat([isCut ? whole.subarray(0, cut) : whole, extra]);
          for (const [at, value] of bytes) if (at < damaged.length) damaged[at] = value;
          const wire = damaged.toString("base64");
          for (const [method, config] of [
            ["sendTransaction", { skipPreflight: true }],
            ["simulateTransaction", { replaceRecentBlockhash: true }],
          ] as const) {
            const answer = await net.rpc(method, [wire, { encoding: "base64", ...config }]);
            if (answer.error) expect(answer.error.code).to.equal(-32602);
            else expect(answer).to.have.property("result");
          }
        }),
        { seed: SEED, numRuns: 150 },
      );
    }
    await isAlive();
  });

  it("answers or refuses any JSON parameters, without an internal error", async () => {
    const { METHODS } = await import("../../src/rpc/methods");
    // Left out: these methods change the chain for the other tests.
    const left = ["localnet_setClock", "localnet_warp", "localnet_setAccount", "requestAirdrop"];
    const methods = Object.keys(METHODS).filter((method) => !left.includes(method));
    const param = fc.oneof(fc.jsonValue(), fc.constant(ADDRESS), fc.constant("1".repeat(64)));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...methods),
        fc.array(param, { maxLength: 4 }),
        async (method, params) => {
          const { error } = await net.rpc(method, params);
          expect(error?.code).not.to.equal(-32603);
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });
});

function request(method: string, params: unknown[] = []): string {
  return JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
}

function withFilters(filters: unknown[]): string {
  return request("getProgramAccounts", [SystemProgram.programId.toBase58(), { filters }]);
}

function setAccount(address: string, owner: string): string {
  const account = { lamports: SOL, owner, executable: true, data: "AAAA" };
  return request("localnet_setAccount", [address, account]);
}
