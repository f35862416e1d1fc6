import { expect } from "chai";
import { PROGRAM_ID } from "@milepost/sdk";
import { Connection, type GetProgramAccountsFilter } from "@solana/web3.js";
import { rejection } from "@milepost/database/testing";
import { attempts } from "../../src/find/attempt";
import { scanPolicies } from "../../src/find/scan";
import { RpcAnswerTooLargeError } from "../../src/send/rpc-limits";
import { bytesOf, key, policy } from "../harness/accounts";
import { FakeChain } from "../harness/fake-chain";
import { RpcNodes } from "../harness/rpc-nodes";

describe("scan: answers that are too large", () => {
  const POLICIES = 300;

  /** Makes a chain whose RPC may answer with this many accounts; one owner has half of the policies. */
  async function chainOf(most: number): Promise<FakeChain> {
    const chain = new FakeChain();
    for (let index = 0; index < POLICIES; index += 1) {
      const userPayment = key(index % 2 === 0 ? "one owner" : `owner ${index}`);
      const account = policy({}, { userPayment, recipient: key(`to ${index}`), policyId: index });
      chain.set(key(`policy ${index}`), await bytesOf("paymentPolicy", account));
    }
    const read = chain.getProgramAccounts.bind(chain);
    chain.getProgramAccounts = async (programId, options) => {
      const found = (await read(programId, options)) as { value: unknown[] };
      const filters: GetProgramAccountsFilter[] = options.filters;
      expect(filters.length, "a node takes four filters").to.be.at.most(4);
      if (found.value.length <= most) return found;
      throw new RpcAnswerTooLargeError("rpc.example", "getProgramAccounts", 1);
    };
    return chain;
  }

  async function scan(chain: FakeChain): Promise<string[]> {
    const found: string[] = [];
    const source = { connection: chain.asConnection(), programId: PROGRAM_ID };
    for await (const { policies } of scanPolicies(source)) {
      found.push(...policies.map(({ address }) => address));
    }
    return found;
  }

  it("divides a scan whose one page is too large into 256, with every policy once", async () => {
    const chain = await chainOf(POLICIES - 1);
    const found = await scan(chain);
    expect(new Set(found).size).to.equal(POLICIES);
    expect(found).to.have.length(POLICIES);
    // The calls are the sample, the page that was too large, and 256 pages.
    expect(chain.calls).to.have.length(258);
  });

  it("divides a page that is too large once more, and the others not", async () => {
    const chain = await chainOf(100);
    const found = await scan(chain);
    expect(new Set(found).size).to.equal(POLICIES);
    expect(found).to.have.length(POLICIES);
    expect(chain.calls).to.have.length(258 + 256);
  });

  it("rejects when a page stays too large", async () => {
    expect(await rejection(scan(await chainOf(0)))).to.be.instanceOf(RpcAnswerTooLargeError);
  });
});

describe("scan: an RPC that asks for fewer requests", () => {
  const HOST = "rpc.example";

  it("given a 429 with Retry-After, when a page is read through web3.js, then the same request goes out again after that time", async () => {
    const nodes = new RpcNodes([HOST]);
    const answers = ["90", null, "120", ""];
    const asked: string[] = [];
    nodes.behaviors[HOST] = (request) => {
      if (request.method !== "getProgramAccounts") return nodes.honest(request);
      asked.push(`${JSON.stringify(request.params)} at ${nodes.timers.now()}`);
      const after = answers.shift() ?? null;
      const headers = after ? { "retry-after": after } : undefined;
      if (after === null) return { context: { slot: nodes.slot }, value: [] };
      return new Response("slow down", { status: 429, headers });
    };
    const fetch = nodes.fetchOf({ pause: async (milliseconds) => nodes.timers.pass(milliseconds) });
    const connection = new Connection(`https://${HOST}`, { fetch, disableRetryOnRateLimit: true });
    const waits: number[] = [];
    const pause = async (milliseconds: number) => {
      waits.push(milliseconds);
      nodes.timers.pass(milliseconds);
    };
    const attempt = attempts({ pause, signal: new AbortController().signal });
    const pages = [];
    for await (const page of scanPolicies({ connection, programId: PROGRAM_ID }, { attempt })) {
      pages.push(page);
    }
    expect(pages).to.deep.equal([{ slot: nodes.slot, policies: [] }]);
    // The third refusal names no time, and is the second one of its request.
    expect(waits).to.deep.equal([90_000, 120_000, 2_000]);
    const [sample, page] = [asked[0]!.split(" at ")[0]!, asked[2]!.split(" at ")[0]!];
    expect(asked).to.deep.equal([
      `${sample} at 0`,
      `${sample} at 90000`,
      `${page} at 90000`,
      `${page} at 210000`,
      `${page} at 212000`,
    ]);
  });
});
