import { createHash } from "node:crypto";
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { buildCloseEscrow, buildFunding, chainProof } from "../../src/chain";
import { startSandbox, type Sandbox } from "../harness/sandbox";

describe("proof of a chain event", () => {
  let sandbox: Sandbox;
  before(async () => (sandbox = await startSandbox()));
  after(() => sandbox.close());

  it("names signature, slot and the SHA-256 of the account's data, and null once it is closed", async () => {
    const { chain } = sandbox;
    const { policy, ...build } = await buildFunding(chain, sandbox.funding({ isAccepted: false }));
    const { signature, slot } = await sandbox.send(build);
    const { data } = (await chain.connection.getAccountInfo(new PublicKey(policy)))!;
    expect(await chainProof(chain, { signature, slot, account: policy })).to.deep.equal({
      signature,
      slot,
      account: policy,
      accountHash: createHash("sha256").update(data).digest("hex"),
    });
    const closed = await sandbox.send(await buildCloseEscrow(chain, { policy }));
    expect(await chainProof(chain, { ...closed, account: policy })).to.include({
      accountHash: null,
    });
  });
});
