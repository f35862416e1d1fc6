import { expect } from "chai";
import {
  createAssociatedTokenAccountIdempotentInstruction,
  createCloseAccountInstruction,
  createSyncNativeInstruction,
  getAssociatedTokenAddressSync,
  MINT_SIZE,
  MintLayout,
  NATIVE_MINT,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import { PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js";
import { MilestoneClient, MilestoneProgramError } from "@milepost/sdk";
import { World } from "../world";

const SOL = 1_000_000_000n;

describe("a policy in wrapped SOL whose owner unwraps it", () => {
  let world: World;
  let sdk: MilestoneClient;
  let account: PublicKey;
  let policy: PublicKey;

  beforeEach(async () => {
    world = await World.create();
    await writeNativeMint(world);
    sdk = new MilestoneClient(world.chain.connection, world.people.owner);
    account = getAssociatedTokenAddressSync(NATIVE_MINT, world.key("owner"));
    await sdk.send([...wrap(2n * SOL)]);
    const made = await sdk.prepareMilestone(
      NATIVE_MINT,
      world.key("recipient"),
      world.gateway,
      [SOL, SOL],
      [],
      0,
    );
    policy = made.policy;
    await sdk.send(made.instructions);
    // Swap front ends close the account when they unwrap.
    const owner = world.key("owner");
    await sdk.send([createCloseAccountInstruction(account, owner, owner)]);
  });

  function wrap(lamports: bigint): TransactionInstruction[] {
    const owner = world.key("owner");
    return [
      createAssociatedTokenAccountIdempotentInstruction(owner, account, owner, NATIVE_MINT),
      SystemProgram.transfer({ fromPubkey: owner, toPubkey: account, lamports }),
      createSyncNativeInstruction(account),
    ];
  }

  it("given the closed account when the delegation is synchronised then the account is created first and approved", async () => {
    expect(await world.chain.getAccount(account)).to.equal(null);
    const instructions = await sdk.syncDelegation(NATIVE_MINT);
    expect(instructions).to.have.length(2);
    await sdk.send(instructions);
    const coverage = await sdk.delegationCoverage(world.key("owner"), NATIVE_MINT);
    expect(coverage.allowanceShortfall.toString()).to.equal("0");
    expect(coverage.balanceShortfall.toString()).to.equal((2n * SOL).toString());

    // Lamports and syncNative fill it, and the release goes.
    await sdk.send(wrap(SOL));
    await sdk.send(await sdk.executePayment(policy));
    const { policyType } = await sdk.getPaymentPolicy(policy);
    expect(policyType.milestone.currentMilestone).to.equal(1);
  });

  it("given the closed account when the policy is paused, resumed and deleted then nothing needs the account", async () => {
    const { policyId } = await sdk.getPaymentPolicy(policy);
    for (const status of [{ paused: {} }, { active: {} }]) {
      await sdk.send(await sdk.changePaymentPolicyStatus(NATIVE_MINT, policyId, status));
    }
    await sdk.send(await sdk.deletePaymentPolicy(NATIVE_MINT, policyId));
    expect(await world.chain.getAccount(policy)).to.equal(null);
  });

  it("given the closed account when the policy moves to escrow then the money is asked for first, and back it goes into a new account", async () => {
    const mediator = world.key("stranger");
    const move = () => sdk.moveToEscrow(policy, { mediator, milestones: "all" });
    const refusal = await move().then(
      () => expect.fail("expected a refusal"),
      (error: unknown) => error as MilestoneProgramError,
    );
    expect(refusal).to.be.instanceOf(MilestoneProgramError);
    expect(refusal.programErrorName).to.equal("InvalidTokenAccount");
    expect(refusal.message).to.contain("closed, or not created yet");

    await sdk.send(wrap(2n * SOL));
    await sdk.send(await move());
    const owner = world.key("owner");
    await sdk.send([createCloseAccountInstruction(account, owner, owner)]);
    expect(await world.chain.getAccount(account)).to.equal(null);
    await sdk.send(await sdk.closeEscrow(policy));
    const refunded = await world.chain.connection.getTokenAccountBalance(account);
    expect(refunded.value.amount).to.equal((2n * SOL).toString());
  });
});

/** The mint that every cluster starts with. */
async function writeNativeMint(world: World): Promise<void> {
  const data = Buffer.alloc(MINT_SIZE);
  MintLayout.encode(
    {
      mintAuthorityOption: 0,
      mintAuthority: PublicKey.default,
      supply: 0n,
      decimals: 9,
      isInitialized: true,
      freezeAuthorityOption: 0,
      freezeAuthority: PublicKey.default,
    },
    data,
  );
  const lamports = await world.chain.rentExempt(MINT_SIZE);
  const account = { data, owner: TOKEN_PROGRAM_ID, executable: false, lamports };
  await world.chain.setAccount(NATIVE_MINT, account);
}
