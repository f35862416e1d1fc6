/** Attacks by name on where accounts are made, who gets their rent back, and what is left when they are closed. */
import { Keypair, PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import { ChainAccount, expectError, fixedKeypair } from "../harness";
import {
  expectRefused,
  gatewayAddress,
  policyAddress,
  PolicyRef,
  PROGRAM_ID,
  toBigInt,
  userPaymentAddress,
  World,
} from "../world";

const OPEN = { amounts: [1_000n, 2_000n], timestamps: [0n, 0n], releaseCondition: 0 };

/** All off-curve addresses of the seeds below the canonical bump that 16 bumps give. */
function otherBumps(seeds: Buffer[]): PublicKey[] {
  const [, canonical] = PublicKey.findProgramAddressSync(seeds, PROGRAM_ID);
  const found: PublicKey[] = [];
  for (let bump = canonical - 1; bump >= Math.max(0, canonical - 16); bump--) {
    try {
      found.push(PublicKey.createProgramAddressSync([...seeds, Buffer.from([bump])], PROGRAM_ID));
    } catch {
      continue; // on the curve: no derived address
    }
  }
  expect(found.length).to.be.greaterThan(0);
  return found;
}

describe("attacks on addresses", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });

  const other = fixedKeypair("attacks/authority");
  const gateway = gatewayAddress(other.publicKey);
  const createOther = (): TransactionInstruction =>
    world.createGateway({}, { authority: other.publicKey, gateway });
  const sendAs = (keypair: Keypair, ...instructions: TransactionInstruction[]) =>
    world.chain.sendOk(instructions, [keypair, world.people.payer]);

  const gift = (to: PublicKey, lamports: number): TransactionInstruction =>
    SystemProgram.transfer({ fromPubkey: world.key("stranger"), toPubkey: to, lamports });

  it("given lamports sent ahead to a gateway's, a UserPayment's and a policy's address then all are made", async () => {
    const owner = world.key("stranger");
    const userPayment = userPaymentAddress(owner, world.mint);
    const accounts = { owner, user_payment: userPayment, token_account: world.tokens.stranger };
    const next = await world.nextPolicy();
    const lamports = Number(await world.chain.rentExempt(0));
    await world.expectOk(
      [gateway, userPayment, next.address].map((address) => gift(address, lamports)),
      "stranger",
    );
    await sendAs(other, createOther());
    await world.expectOk([world.createUserPayment(accounts)], "stranger");
    await world.expectOk([world.createMilestonePolicy(OPEN, next.address)], "owner");
    for (const address of [gateway, userPayment, next.address]) {
      const account = (await world.chain.getAccount(address)) as ChainAccount;
      expect(account.lamports).to.equal(await world.chain.rentExempt(account.data.length));
      expect(account.owner.equals(PROGRAM_ID)).to.equal(true);
    }
  });

  it("given lamports sent ahead to a policy's address then they are the rent payer's in the end", async () => {
    const { address } = await world.nextPolicy();
    const owner = world.key("owner");
    const lamports = async () => (await world.chain.getAccount(owner))?.lamports ?? 0n;
    const ahead = await world.chain.rentExempt(0);
    const before = await lamports();
    await world.expectOk([gift(address, Number(ahead))], "stranger");
    await world.expectOk([world.createMilestonePolicy(OPEN, address, { payer: owner })], "owner");
    await world.expectOk([world.deletePolicy(address, { rent_payer: owner })], "owner");
    expect(await world.chain.getAccount(address)).to.equal(null);
    expect((await lamports()) - before).to.equal(ahead);
  });

  it("given a second creation of config, gateway or UserPayment then AccountAlreadyExists", async () => {
    await expectRefused(
      world,
      [world.initializeConfig({ protocolFeeBps: 1 })],
      ["upgradeAuthority"],
      "AccountAlreadyExists",
    );
    await expectRefused(
      world,
      [world.createGateway({ feeBps: 1 })],
      ["gatewayAuthority"],
      "AccountAlreadyExists",
    );
    await expectRefused(world, [world.createUserPayment()], ["owner"], "AccountAlreadyExists");
  });

  it("given both creations in one transaction then neither", async () => {
    const both = [createOther(), createOther()];
    const result = await world.chain.send(both, [other, world.people.payer]);
    expectError(result, "AccountAlreadyExists", 1);
    expect(await world.chain.getAccount(gateway)).to.equal(null);
  });

  it("given the address of an older, a later or another owner's policy id then InvalidAddress", async () => {
    const { id } = await world.createPolicy(OPEN);
    const strangers = userPaymentAddress(world.key("stranger"), world.mint);
    for (const address of [
      policyAddress(world.userPayment, id),
      policyAddress(world.userPayment, id - 1),
      policyAddress(world.userPayment, id + 2),
      policyAddress(world.userPayment, 0),
      policyAddress(world.userPayment, 0xffff_ffff),
      policyAddress(strangers, id + 1),
    ]) {
      await expectRefused(
        world,
        [world.createMilestonePolicy(OPEN, address)],
        ["owner"],
        "InvalidAddress",
      );
    }
  });

  it("given addresses of other bumps than the canonical one then InvalidAddress", async () => {
    const next = await world.nextPolicy();
    const id = Buffer.alloc(4);
    id.writeUInt32LE(next.id);
    const stranger = world.key("stranger");
    const gatewaySeeds = [Buffer.from("gateway"), stranger.toBuffer()];
    for (const address of otherBumps(gatewaySeeds)) {
      const instruction = world.createGateway({}, { authority: stranger, gateway: address });
      await expectRefused(world, [instruction], ["stranger"], "InvalidAddress");
    }
    const userPaymentSeeds = [
      Buffer.from("user_payment"),
      stranger.toBuffer(),
      world.mint.toBuffer(),
    ];
    for (const address of otherBumps(userPaymentSeeds)) {
      const instruction = world.createUserPayment({
        owner: stranger,
        user_payment: address,
        token_account: world.tokens.stranger,
      });
      await expectRefused(world, [instruction], ["stranger"], "InvalidAddress");
    }
    const policySeeds = [Buffer.from("payment_policy"), world.userPayment.toBuffer(), id];
    for (const address of otherBumps(policySeeds)) {
      const instruction = world.createMilestonePolicy(OPEN, address);
      await expectRefused(world, [instruction], ["owner"], "InvalidAddress");
    }
    for (const address of otherBumps([Buffer.from("config")])) {
      const instruction = world.initializeConfig({}, { config: address });
      await expectRefused(world, [instruction], ["upgradeAuthority"], "InvalidAddress");
    }
  });

  it("given a UserPayment or a gateway opened in another's name then MissingRequiredSignature", async () => {
    const owner = world.key("recipient");
    const instructions = [
      world.createUserPayment({
        owner,
        user_payment: userPaymentAddress(owner, world.mint),
        token_account: world.tokens.recipient,
      }),
      world.createGateway({}, { authority: owner, gateway: gatewayAddress(owner) }),
    ];
    for (const instruction of instructions) {
      for (const key of instruction.keys) if (key.pubkey.equals(owner)) key.isSigner = false;
      await expectRefused(world, [instruction], [], "MissingRequiredSignature");
    }
  });
});

describe("attacks on rent and on closed accounts", () => {
  let world: World;
  let policy: PolicyRef;
  before(async () => {
    world = await World.create();
    policy = await world.createPolicy(OPEN);
  });

  const gift = (to: PublicKey, lamports: bigint): TransactionInstruction =>
    SystemProgram.transfer({ fromPubkey: world.key("stranger"), toPubkey: to, lamports });

  it("given rent claimed by the owner, the authority or a stranger, when the payer paid it, then InvalidRentPayer", async () => {
    for (const thief of ["owner", "stranger"] as const) {
      const accounts = { rent_payer: world.key(thief) };
      await expectRefused(
        world,
        [world.deletePolicy(policy.address, accounts)],
        ["owner"],
        "InvalidRentPayer",
      );
      await expectRefused(world, [world.closeUserPayment(accounts)], ["owner"], "InvalidRentPayer");
    }
    for (const thief of ["gatewayAuthority", "stranger"] as const) {
      const instruction = world.closeGateway({ rent_payer: world.key(thief) });
      await expectRefused(world, [instruction], ["gatewayAuthority"], "InvalidRentPayer");
    }
  });

  for (const [what, revived] of [
    ["executed", () => world.executePayment(policy.address, 0)],
    ["deleted again", () => world.deletePolicy(policy.address)],
    ["paused", () => world.changeStatus(policy.address, "Paused")],
  ] as const) {
    it(`given a policy deleted, funded again and ${what} in one transaction then nothing happens at all`, async () => {
      const rent = await world.chain.rentExempt(384);
      const steps = [world.deletePolicy(policy.address), gift(policy.address, rent), revived()];
      // Without data and our ownership, it is not a policy.
      await expectRefused(world, steps, ["owner", "stranger"], "AccountDataTooSmall");
    });
  }

  it("given a policy deleted and created again at its address in one transaction then InvalidAddress", async () => {
    const steps = [
      world.deletePolicy(policy.address),
      world.createMilestonePolicy(OPEN, policy.address),
    ];
    await expectRefused(world, steps, ["owner"], "InvalidAddress");
  });

  it("given a policy deleted and funded again then what stays is an empty system account", async () => {
    const rent = await world.chain.rentExempt(384);
    await world.expectOk(
      [world.deletePolicy(policy.address), gift(policy.address, rent)],
      "owner",
      "stranger",
    );
    const left = (await world.chain.getAccount(policy.address)) as ChainAccount;
    expect(left.data.length).to.equal(0);
    expect(left.owner.equals(SystemProgram.programId)).to.equal(true);
    await expectRefused(
      world,
      [world.executePayment(policy.address, 0)],
      ["stranger"],
      "AccountDataTooSmall",
    );
  });

  it("given a UserPayment and a gateway closed and used in one transaction then nothing happens at all", async () => {
    await world.chain.warpToSlot(world.chain.slot() + 5_000n);
    const { next_policy_id: id } = await world.decode("UserPayment", world.userPayment);
    const next = policyAddress(world.userPayment, id as number);
    const rent = await world.chain.rentExempt(287);
    await expectRefused(
      world,
      [
        world.closeUserPayment(),
        gift(world.userPayment, rent),
        world.createMilestonePolicy(OPEN, next),
      ],
      ["owner", "stranger"],
      "AccountDataTooSmall",
    );
    await expectRefused(
      world,
      [world.closeGateway(), gift(world.gateway, rent), world.updateGateway({ feeBps: 1 })],
      ["gatewayAuthority", "stranger"],
      "AccountDataTooSmall",
    );
  });

  it("given a UserPayment closed and opened in one transaction then its ids start above the old ones", async () => {
    const before = await world.decode("UserPayment", world.userPayment);
    await world.expectOk([world.closeUserPayment(), world.createUserPayment()], "owner");
    const after = await world.decode("UserPayment", world.userPayment);
    expect(after["next_policy_id"]).to.be.greaterThan(before["next_policy_id"] as number);
    expect(toBigInt(after["committed"])).to.equal(0n);
  });
});
