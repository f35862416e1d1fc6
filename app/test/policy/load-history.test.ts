import { getEscrowPda } from "@milepost/sdk";
import type { ConfirmedSignatureInfo, PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { policyPda } from "../../../sdk/test/fixtures";
import {
  type HistoryConnection,
  loadHistory,
  PAGE_SIZE,
} from "../../src/screens/policy/load-history";

const info = (slot: number, name = `s${slot}`): ConfirmedSignatureInfo => ({
  signature: name,
  slot,
  err: null,
  memo: null,
  blockTime: slot,
});

/** A node with these transactions per address, newest first. It has forgotten what they logged. */
function nodeWith(
  lists: Record<string, ConfirmedSignatureInfo[]>,
): HistoryConnection & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    getSignaturesForAddress: (address: PublicKey, options) => {
      const all = lists[address.toBase58()] ?? [];
      const from = options?.before
        ? all.findIndex(({ signature }) => signature === options.before) + 1
        : 0;
      return Promise.resolve(all.slice(from, from + (options?.limit ?? 1_000)));
    },
    getTransaction: (signature: string) => {
      asked.push(signature);
      return Promise.resolve(null);
    },
  } as HistoryConnection & { asked: string[] };
}

const policy = policyPda.toBase58();
const escrow = getEscrowPda(policyPda)[0].toBase58();

async function readAll(node: HistoryConnection): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: Awaited<ReturnType<typeof loadHistory>>["next"] | undefined;
  do {
    const page: Awaited<ReturnType<typeof loadHistory>> = await loadHistory(
      node,
      policyPda,
      cursor ?? undefined,
    );
    pages.push(page.entries.map(({ signature }) => signature));
    cursor = page.next;
  } while (cursor);
  return pages;
}

describe("history of a policy", () => {
  it("merges the transactions of policy and escrow, each once, newest first", async () => {
    const node = nodeWith({ [policy]: [info(3), info(1)], [escrow]: [info(3), info(2)] });
    expect(await readAll(node)).to.deep.equal([["s3", "s2", "s1"]]);
  });

  it("loses and repeats nothing over pages of lists with different density", async () => {
    const many = Array.from({ length: 25 }, (_, at) => info(100 - at, `p${100 - at}`));
    const few = [info(99, "e99"), info(85, "e85"), info(70, "e70")];
    const pages = await readAll(nodeWith({ [policy]: many, [escrow]: few }));
    const expected = [...many, ...few]
      .sort((a, b) => b.slot - a.slot)
      .map(({ signature }) => signature);
    expect(pages.flat()).to.have.members(expected);
    expect(pages.flat()).to.have.length(expected.length);
    const slots = pages.flat().map((name) => Number(name.slice(1)));
    expect(slots).to.deep.equal([...slots].sort((a, b) => b - a));
    expect(pages[0]!.length).to.be.at.most(PAGE_SIZE + few.length);
  });

  it("waits with an escrow whose newest transaction is older than the page", async () => {
    const many = Array.from({ length: 12 }, (_, at) => info(100 - at, `p${100 - at}`));
    const pages = await readAll(nodeWith({ [policy]: many, [escrow]: [info(5, "e5")] }));
    expect(pages).to.deep.equal([
      many.slice(0, 10).map(({ signature }) => signature),
      ["p90", "p89", "e5"],
    ]);
  });

  it("leaves out failed transactions and marks those that the node forgot", async () => {
    const node = nodeWith({ [policy]: [{ ...info(2), err: "refused" }, info(1)] });
    const { entries } = await loadHistory(node, policyPda);
    expect(entries.map(({ signature, isIncomplete }) => [signature, isIncomplete])).to.deep.equal([
      ["s1", true],
    ]);
    expect(node.asked).to.deep.equal(["s1"]);
  });
});
