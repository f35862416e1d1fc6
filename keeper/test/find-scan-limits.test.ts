import { expect } from "chai";
import { PROGRAM_ID } from "@milepost/sdk";
import type { GetProgramAccountsFilter } from "@solana/web3.js";
import { scanPolicies } from "../src/find/scan";
import { RpcAnswerTooLargeError } from "../src/send/rpc-limits";
import { bytesOf, key, policy } from "./accounts";
import { FakeChain } from "./fake-chain";
import { rejection } from "./rejection";

describe("scan: answers that are too large", () => {
  const POLICIES = 300;

  /** A chain whose RPC may answer with so many accounts; half of the policies are one owner's. */
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
    // The sample, the page that was too large, and 256.
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
