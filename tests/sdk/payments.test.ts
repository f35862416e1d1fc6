import { expect } from "chai";
import { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js";
import { getAssociatedTokenAddressSync } from "@solana/spl-token";
import {
  AccountMismatchError,
  createMemoBuffer,
  decodeEvents,
  decodeMemo,
  InvalidInputError,
  MilestoneClient,
  MilestoneProgramError,
  MilestoneWarning,
  parseTransactionError,
  prepareMilestones,
} from "@milepost/sdk";
import {
  createMint,
  createTokenAccount,
  expectError,
  fixedKeypair,
  mintTo,
  TestMint,
  rejection,
} from "../harness";
import { Person, START, WEEK, World } from "../world";

const AMOUNTS = [50_000_000n, 100_000_000n, 100_000_000n, 50_000_000n];
const DATES = [1n, 2n, 3n, 4n].map((week) => START + week * WEEK);

/** A client whose wallet signs by itself. */
function clientOf(world: World, keypair: Keypair): MilestoneClient {
  return new MilestoneClient(world.chain.connection, {
    publicKey: keypair.publicKey,
    signTransaction: async (transaction) => {
      if (!("version" in transaction)) throw new Error("the SDK sends versioned transactions");
      transaction.sign([keypair]);
      return transaction;
    },
  });
}

describe("the SDK on a chain: creating, releasing, pausing, deleting", () => {
  let world: World;
  let owner: MilestoneClient;
  let stranger: MilestoneClient;
  beforeEach(async () => {
    world = await World.create({ gatewayFeeBps: 250, protocolFeeBps: 100 });
    owner = clientOf(world, world.people.owner);
    stranger = clientOf(world, world.people.stranger);
  });

  const create = (options = {}): Promise<TransactionInstruction[]> =>
    owner.createMilestone(
      world.mint,
      world.key("recipient"),
      world.gateway,
      AMOUNTS,
      DATES,
      1,
      createMemoBuffer("project_abc", 64),
      options,
    );

  /** A mint on which the owner has no `UserPayment` yet. */
  async function freshMint(): Promise<TestMint> {
    const mint = await createMint(world.chain, {
      keypair: fixedKeypair("fresh mint"),
      authority: fixedKeypair("mintAuthority"),
    });
    const account = await createTokenAccount(world.chain, mint, world.key("owner"));
    await mintTo(world.chain, mint, account, 1_000_000_000n);
    return mint;
  }

  it("given a payroll of identical policies then each is made once, in its order, and none out of it", async () => {
    const mint = await freshMint();
    const salary = {
      mint: mint.address,
      recipient: world.key("recipient"),
      gateway: world.gateway,
      amounts: [7n],
      timestamps: [],
      releaseCondition: 0,
    };
    const prepared = await prepareMilestones(owner, [salary, salary, salary]);
    const [first, second, third] = prepared;
    await world.expectOk(first!.instructions, "owner");
    expectError(await world.send(third!.instructions, "owner"), "InvalidAddress");
    await world.expectOk(second!.instructions, "owner");
    await world.expectOk(third!.instructions, "owner");
    const made = await owner.listPoliciesByOwner(world.key("owner"));
    const addresses = made.map(({ address }) => address.toBase58());
    expect(addresses).to.include.members(prepared.map(({ policy }) => policy.toBase58()));
    const { committed } = await owner.getUserPayment(first!.userPayment);
    expect(committed.toString()).to.equal("21");
  });

  it("given an owner's first policy on a mint then one transaction opens the account and names the policy, however late it lands", async () => {
    const mint = await freshMint();
    const prepared = await owner.prepareMilestone(
      mint.address,
      world.key("recipient"),
      world.gateway,
      AMOUNTS,
      DATES,
      1,
    );
    // As late as a blockhash allows.
    await world.chain.warpToSlot(world.chain.slot() + 150n);
    await world.expectOk(prepared.instructions, "owner");
    const policy = await owner.getPaymentPolicy(prepared.policy);
    expect(policy.policyId).to.equal(prepared.policyId);
    expect(policy.policyType.milestone.escrowAmount.toString()).to.equal("300000000");
  });

  it("given an owner without a token account then the set-up makes it, with a warning that nothing is in it", async () => {
    const mint = await createMint(world.chain, { keypair: fixedKeypair("empty mint") });
    const warnings: MilestoneWarning[] = [];
    const instructions = await owner.createMilestone(
      mint.address,
      world.key("recipient"),
      world.gateway,
      [1],
      [],
      0,
      undefined,
      { onWarning: (warning) => warnings.push(warning) },
    );
    expect(instructions).to.have.length(3);
    expect(warnings.map(({ code }) => code)).to.deep.equal(["BALANCE_BELOW_COMMITTED"]);
    await world.expectOk(instructions, "owner");
  });

  it("given a policy when a stranger executes it each week then every milestone is paid, fees and all, and the events say so", async () => {
    await owner.send(await create());
    const [listed] = await owner.listPoliciesByOwner(world.key("owner"));
    const policy = listed?.address as PublicKey;
    expect(decodeMemo(listed?.account.memo ?? [])).to.equal("project_abc");
    for (const [index, date] of DATES.entries()) {
      await world.chain.setTime(date - 1n);
      const early = await rejection(stranger.send(await stranger.executePayment(policy)));
      expect(early).to.be.instanceOf(MilestoneProgramError);
      expect((early as MilestoneProgramError).programErrorName).to.equal("PaymentNotDue");

      await world.chain.setTime(date);
      const instructions = await stranger.executePayment(
        policy,
        world.key("recipient"),
        world.mint,
        world.gateway,
      );
      const result = await world.chain.send(instructions, [world.people.stranger], {
        feePayer: world.people.stranger,
      });
      expect(result.ok, result.logs.join("\n")).to.equal(true);
      const [event] = decodeEvents(result.logs).events;
      if (event?.name !== "PaymentExecuted") throw new Error(`got ${event?.name}`);
      const amount = AMOUNTS[index] ?? 0n;
      expect(event.data.milestoneIndex).to.equal(index);
      expect(event.data.amount.toString()).to.equal(amount.toString());
      expect(event.data.gatewayFee.toString()).to.equal((amount / 40n).toString());
      expect(event.data.protocolFee.toString()).to.equal((amount / 100n).toString());
    }
    expect(await world.balance("recipient")).to.equal(289_500_000n);
    expect(await world.balance("gatewayFees")).to.equal(7_500_000n);
    expect(await world.balance("protocolFees")).to.equal(3_000_000n);
    const done = await owner.getPaymentPolicy(policy);
    expect(done.status).to.deep.equal({ paused: {} });
    const again = await rejection(stranger.executePayment(policy));
    expect((again as MilestoneProgramError).programErrorName).to.equal("PolicyCompleted");
  });

  it("given a recipient and fee recipients without token accounts then executing makes them", async () => {
    const mint = await freshMint();
    const recipient = fixedKeypair("new recipient").publicKey;
    const { instructions, policy } = await owner.prepareMilestone(
      mint.address,
      recipient,
      world.gateway,
      [1_000_000],
      [],
      0,
    );
    await owner.send(instructions);
    await stranger.send(await stranger.executePayment(policy));
    const account = getAssociatedTokenAddressSync(mint.address, recipient);
    const balance = await world.chain.connection.getTokenAccountBalance(account);
    expect(balance.value.amount).to.equal("965000");
  });

  const signers: [number, Person][] = [
    [2, "gatewaySigner"],
    [4, "owner"],
    [8, "recipient"],
  ];
  for (const [condition, person] of signers) {
    it(`given condition ${condition} then the execution asks for the ${person}'s signature, with any fee payer`, async () => {
      const { instructions, policy } = await owner.prepareMilestone(
        world.mint,
        world.key("recipient"),
        world.gateway,
        [5n],
        [],
        condition,
      );
      await owner.send(instructions);
      const execute = await stranger.executePayment(policy);
      const required = execute.flatMap(({ keys }) => keys.filter(({ isSigner }) => isSigner));
      expect(required.map(({ pubkey }) => pubkey.toBase58())).to.include(
        world.key(person).toBase58(),
      );
      await stranger.send(execute, { signers: [world.people[person]] });
      expect((await owner.getPaymentPolicy(policy)).totalPaid.toString()).to.equal("5");
    });
  }

  it("given a policy then it is paused, resumed and deleted by mint and id", async () => {
    const { instructions, policy, policyId } = await owner.prepareMilestone(
      world.mint,
      world.key("recipient"),
      world.gateway,
      AMOUNTS,
      DATES,
      1,
    );
    await owner.send(instructions);
    await owner.send(await owner.changePaymentPolicyStatus(world.mint, policyId, { paused: {} }));
    expect((await owner.getPaymentPolicy(policy)).status).to.deep.equal({ paused: {} });
    await owner.send(await owner.changePaymentPolicyStatus(world.mint, policyId, { active: {} }));
    expect((await owner.getPaymentPolicy(policy)).status).to.deep.equal({ active: {} });
    await owner.send(await owner.deletePaymentPolicy(world.mint, policyId));
    expect(await world.chain.getAccount(policy)).to.equal(null);
    expect((await world.delegation()).allowance).to.equal(0n);
  });

  it("given bad input then one typed error before anything is sent", async () => {
    const { mint, gateway } = world;
    const recipient = world.key("recipient");
    const cases: (() => Promise<unknown>)[] = [
      () => owner.createMilestone(mint, recipient, gateway, [1.5], [1], 1),
      () => owner.createMilestone(mint, recipient, gateway, [2 ** 53], [1], 1),
      () => owner.createMilestone(mint, recipient, gateway, [-1n], [1], 1),
      () => owner.createMilestone(mint, recipient, gateway, [1n << 64n], [1], 1),
      () => owner.createMilestone(mint, recipient, gateway, [0], [1], 1),
      () => owner.createMilestone(mint, recipient, gateway, [], [], 1),
      () => owner.createMilestone(mint, recipient, gateway, [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], 1),
      () => owner.createMilestone(mint, recipient, gateway, [1], [Date.UTC(2027, 0)], 1),
      () => owner.createMilestone(mint, recipient, gateway, [1, 1], [2, 1], 1),
      () => owner.createMilestone(mint, recipient, gateway, [1], [1], 6),
      () => owner.createMilestone(mint, world.key("owner"), gateway, [1], [1], 1),
      async () => createMemoBuffer("x".repeat(65), 64),
    ];
    for (const attempt of cases) {
      const error = await rejection(attempt());
      expect(error, attempt.toString()).to.be.instanceOf(InvalidInputError);
      expect((error as Error).message, attempt.toString()).to.match(/[Ee]xpected/);
    }
    const policy = (await world.createPolicy()).address;
    const mismatch = await rejection(stranger.executePayment(policy, world.key("owner")));
    expect(mismatch).to.be.instanceOf(AccountMismatchError);
    expect((mismatch as Error).message).to.include(recipient.toBase58());
  });

  it("given a transaction that the program refuses then the error names it, with its instruction", async () => {
    const policy = (await world.createPolicy({ releaseCondition: 4 })).address;
    const wrong = world.executePayment(policy, 0, { executor: world.key("stranger") });
    const result = await world.send([wrong], "stranger");
    const error = parseTransactionError(result.err, { logs: result.logs });
    expect(error).to.be.instanceOf(MilestoneProgramError);
    expect((error as MilestoneProgramError).programErrorName).to.equal("InvalidSigner");
  });
});
