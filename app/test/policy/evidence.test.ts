import { hashDocument } from "@milepost/sdk";
import BN from "bn.js";
import { expect } from "chai";
import { escrow } from "../../../sdk/test/fixtures";
import { chainHashes, compareHash } from "../../src/screens/policy/evidence";

describe("evidence of a policy", () => {
  const known = async () => {
    const evidenceHash = [...(await hashDocument("photos"))];
    const reasonHash = [...(await hashDocument("the sink leaks"))];
    const milestones = [
      { submittedAt: new BN(100), evidenceHash, disputedAt: new BN(120), reasonHash },
      {},
    ];
    return chainHashes(escrow(milestones), 2);
  };

  it("names which hash of the chain a file has", async () => {
    const verdict = compareHash(await hashDocument("the sink leaks"), await known());
    expect(verdict.isMatch && verdict.found).to.include({
      kind: "dispute",
      milestoneIndex: 0,
      at: 120,
    });
  });

  it("matches no other file, and no hash that was never set", async () => {
    const hashes = await known();
    expect(hashes).to.have.length(2);
    expect(compareHash(await hashDocument("photos "), hashes)).to.deep.equal({ isMatch: false });
    expect(compareHash(new Uint8Array(32), hashes)).to.deep.equal({ isMatch: false });
  });
});
