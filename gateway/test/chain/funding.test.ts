import { transactionSize } from "@milepost/sdk";
import { ComputeBudgetProgram, Keypair } from "@solana/web3.js";
import { expect } from "chai";
import {
  buildAccept,
  buildCloseEscrow,
  buildFunding,
  buildFundings,
  buildFundMilestones,
  findFunded,
  memoOf,
  planParts,
  readPolicy,
} from "../../src/chain";
import { startSandbox, type Sandbox, START } from "../harness/sandbox";

describe("funding of a held policy", () => {
  let sandbox: Sandbox;
  before(async () => (sandbox = await startSandbox()));
  after(() => sandbox.close());

  it("creates, opens, funds and accepts in one transaction of at most 1,126 bytes, paid by the sponsor", async () => {
    const { chain, payer, payee, mediator } = sandbox;
    const amounts = [100_000_000n, 200_000_000n, 300_000_000n, 400_000_000n];
    const request = sandbox.funding({
      amounts,
      timestamps: [0n, 0n, 0n, 0n],
      terms: { platformFeeBps: 250 },
    });
    const build = await buildFunding(chain, request);
    expect(build.signers.map(String)).to.have.members(
      [payer, payee].map((key) => String(key.publicKey)),
    );
    const budget = [
      ComputeBudgetProgram.setComputeUnitLimit({ units: 400_000 }),
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1 }),
    ];
    const size = transactionSize(chain.sponsor.publicKey, [...build.instructions, ...budget]);
    expect(size).to.be.at.most(1_126);

    const before = await chain.connection.getBalance(payer.publicKey);
    const { slot } = await sandbox.send(build);
    expect(await chain.connection.getBalance(payer.publicKey)).to.equal(before);

    const state = (await readPolicy(chain, build.policy, { minContextSlot: slot }))!;
    expect(build.funded).to.equal(1_025_000_000n);
    expect(state).to.deep.include({
      address: build.policy,
      policyId: build.policyId,
      owner: payer.publicKey.toBase58(),
      recipient: payee.publicKey.toBase58(),
      gateway: chain.gateway.toBase58(),
      mint: chain.mints.USDC!.mint.toBase58(),
      memo: request.memo,
      funding: "held",
      isPaused: false,
      releaseCondition: 2,
      currentMilestone: 0,
      amount: 1_000_000_000n,
      funded: 1_025_000_000n,
      paid: 0n,
      refunded: 0n,
      outstanding: 1_025_000_000n,
      time: START,
    });
    expect(state.milestones.map((each) => [each.index, each.amount, each.state])).to.deep.equal(
      amounts.map((amount, index) => [index, amount, "funded"]),
    );
    expect(state.escrow).to.deep.include({
      address: build.escrow,
      vault: build.vault,
      mediator: mediator.publicKey.toBase58(),
      acceptedAt: START,
      readyAt: START,
      mediationAt: null,
    });
    expect(state.escrow!.terms.platformFeeBps).to.equal(250);
    expect(state.milestones[0]!.reclaimableAt).to.equal(START + 7n * 86_400n);
  });

  it("given two fundings built at once then the second takes the next id and both land in order", async () => {
    const { chain } = sandbox;
    const amounts = Array.from({ length: 6 }, (_, index) => BigInt(index + 1) * 1_000_000n);
    const requests = planParts(amounts).map(({ milestones }) =>
      sandbox.funding({ amounts: milestones }),
    );
    const builds = await buildFundings(chain, requests);
    expect(builds[1]!.policyId).to.equal(builds[0]!.policyId + 1);
    for (const build of builds) await sandbox.send(build);
    for (const [index, build] of builds.entries()) {
      const state = (await readPolicy(chain, build.policy))!;
      expect(state.milestones.map(({ amount }) => amount)).to.deep.equal(requests[index]!.amounts);
      expect(state.escrow!.acceptedAt).to.equal(START);
    }
  });

  it("given an owner without a policy on the mint, when two parts are built at once, then only the first opens the account", async () => {
    const { chain, mediator, payee } = sandbox;
    const owner = chain.sandboxKey!("acct_fresh", "payer");
    await chain.sandboxFund!(owner.publicKey, "USDC", 10_000_000n);
    const builds = await buildFundings(
      chain,
      [0, 1].map((part) =>
        sandbox.funding({
          owner: owner.publicKey,
          amounts: [1_000_000n],
          memo: memoOf("intent_fresh", part),
        }),
      ),
    );
    expect(builds.map(({ instructions }) => instructions.length)).to.deep.equal([5, 4]);
    expect(mediator.publicKey.equals(payee.publicKey)).to.equal(false);
  });

  it("finds a funding again by owner and memo, and no other one", async () => {
    const { chain, payer, payee } = sandbox;
    const request = sandbox.funding({ memo: memoOf("intent_found", 0) });
    const of = (owner: Keypair["publicKey"], memo: string) =>
      findFunded(chain, { owner, currency: "USDC", memo });
    expect(await of(payer.publicKey, request.memo)).to.equal(null);
    const build = await buildFunding(chain, request);
    await sandbox.send(build);
    expect((await of(payer.publicKey, request.memo))!.address).to.equal(build.policy);
    expect(await of(payer.publicKey, memoOf("intent_found", 1))).to.equal(null);
    expect(await of(payee.publicKey, request.memo)).to.equal(null);
  });

  it("leaves acceptance and further milestones for later, and returns everything before the acceptance", async () => {
    const { chain, payer, payee } = sandbox;
    const build = await buildFunding(chain, sandbox.funding({ fund: "next", isAccepted: false }));
    expect(build.signers.map(String)).to.deep.equal([String(payer.publicKey)]);
    await sandbox.send(build);
    const first = (await readPolicy(chain, build.policy))!;
    expect(first.milestones.map(({ state }) => state)).to.deep.equal([
      "funded",
      "unfunded",
      "unfunded",
    ]);
    expect(first.escrow!.acceptedAt).to.equal(null);

    await sandbox.send(
      await buildFundMilestones(chain, { policy: build.policy, index: 1, milestones: "all" }),
    );
    const accept = await buildAccept(chain, { policy: build.policy });
    expect(accept.signers.map(String)).to.deep.equal([String(payee.publicKey)]);
    await sandbox.send(accept);
    const second = (await readPolicy(chain, build.policy))!;
    expect(second.outstanding).to.equal(1_000_000_000n);
    expect(second.escrow!.acceptedAt).to.equal(START);

    const other = await buildFunding(chain, sandbox.funding({ isAccepted: false }));
    await sandbox.send(other);
    const close = await buildCloseEscrow(chain, { policy: other.policy });
    await sandbox.send(close);
    expect(await readPolicy(chain, other.policy)).to.equal(null);
  });

  it("refuses the sponsor as the owner before anything is built", async () => {
    const { chain } = sandbox;
    const error = await buildFunding(
      chain,
      sandbox.funding({ owner: chain.sponsor.publicKey }),
    ).catch((reason: unknown) => reason);
    expect(error).to.include({ code: "invalid_request", param: "payerAddress" });
  });

  it("refuses an address that is not one, naming the parameter", async () => {
    const error = await buildFunding(sandbox.chain, sandbox.funding({ recipient: "0x742d" })).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.include({ code: "invalid_request", param: "recipient" });
  });
});
