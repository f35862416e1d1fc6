import { transactionSize } from "@milepost/sdk";
import { ComputeBudgetProgram } from "@solana/web3.js";
import { expect } from "chai";
import { buildPull, memoOf, readPolicy } from "../../src/chain";
import { startSandbox, type Sandbox } from "../harness/sandbox";

describe("consented pull", () => {
  let sandbox: Sandbox;
  before(async () => (sandbox = await startSandbox()));
  after(() => sandbox.close());

  const request = (part: number) => ({
    owner: sandbox.payer.publicKey,
    recipient: sandbox.payee.publicKey,
    currency: "USDC" as const,
    amount: 10_000_000n,
    memo: memoOf("intent_pull", part),
  });

  it("creates and executes in one transaction, the first time with every missing account", async () => {
    const { chain, payer } = sandbox;
    const build = await buildPull(chain, request(0));
    expect(build.signers.map(String)).to.deep.equal([String(payer.publicKey)]);
    const budget = [
      ComputeBudgetProgram.setComputeUnitLimit({ units: 400_000 }),
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1 }),
    ];
    const size = transactionSize(chain.sponsor.publicKey, [...build.instructions, ...budget]);
    expect(size).to.be.at.most(1_232);
    await sandbox.send(build);
    const state = (await readPolicy(chain, build.policy))!;
    expect(state).to.include({
      funding: "delegated",
      currentMilestone: 1,
      amount: 10_000_000n,
      funded: 10_000_000n,
      paid: 10_000_000n,
      refunded: 0n,
      outstanding: 0n,
      escrow: null,
    });
    expect(state.milestones[0]!.state).to.equal("released");

    const second = await buildPull(chain, request(1));
    expect(second.policyId).to.equal(build.policyId + 1);
    await sandbox.send(second);
    expect((await readPolicy(chain, second.policy))!.paid).to.equal(10_000_000n);
  });
});
