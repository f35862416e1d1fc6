/**
 * Attacks by name on another owner's money and on the program's config. `adversarial/` generates the single
 * steps; here each has its attacker and its aim.
 */
import { PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import { ChainAccount, fixedKeypair, programDataAddress, UPGRADEABLE_LOADER_ID } from "../harness";
import {
  Accounts,
  expectRefused,
  Person,
  policyAddress,
  PolicyRef,
  userPaymentAddress,
  World,
} from "../world";

/** Anchor's "a mutable account is passed twice". */
const DUPLICATE = 2040;
const OPEN = { amounts: [1_000n, 2_000n], timestamps: [0n, 0n], releaseCondition: 0 };

/** The attacker: the world's stranger, with a UserPayment and a policy of their own that is payable to the recipient. */
async function withAttacker(world: World): Promise<{
  userPayment: PublicKey;
  policy: PublicKey;
  accounts: Accounts;
}> {
  const owner = world.key("stranger");
  const userPayment = userPaymentAddress(owner, world.mint);
  const accounts = { owner, user_payment: userPayment, token_account: world.tokens.stranger };
  await world.expectOk([world.createUserPayment(accounts)], "stranger");
  const { next_policy_id: id } = await world.decode("UserPayment", userPayment);
  const policy = policyAddress(userPayment, id as number);
  await world.expectOk([world.createMilestonePolicy(OPEN, policy, accounts)], "stranger");
  return { userPayment, policy, accounts };
}

describe("attacks on another owner's money", () => {
  let world: World;
  let victim: PolicyRef;
  let attacker: Awaited<ReturnType<typeof withAttacker>>;
  before(async () => {
    world = await World.create({ gatewayFeeBps: 200, protocolFeeBps: 100 });
    victim = await world.createPolicy(OPEN);
    attacker = await withAttacker(world);
  });

  const refused = (
    instruction: TransactionInstruction,
    signer: Person,
    error: string | number,
  ): Promise<void> =>
    expectRefused(world, [instruction], [signer], error, [
      victim.address,
      attacker.policy,
      attacker.userPayment,
    ]);

  it("given the attacker's policy with the victim's UserPayment and tokens then InvalidUserPayment", async () => {
    await refused(
      world.executePayment(attacker.policy, 0, world.feeAccounts()),
      "stranger",
      "InvalidUserPayment",
    );
  });

  it("given the attacker's policy and UserPayment with the victim's tokens then InvalidTokenAccount", async () => {
    await refused(
      world.executePayment(attacker.policy, 0, {
        ...world.feeAccounts(),
        user_payment: attacker.userPayment,
      }),
      "stranger",
      "InvalidTokenAccount",
    );
  });

  it("given the victim's policy with the attacker's UserPayment then InvalidUserPayment", async () => {
    await refused(
      world.executePayment(victim.address, 0, {
        ...world.feeAccounts(),
        user_payment: attacker.userPayment,
        token_account: world.tokens.stranger,
      }),
      "stranger",
      "InvalidUserPayment",
    );
  });

  it("given a new policy of the attacker under the victim's UserPayment then InvalidOwner", async () => {
    const { address } = await world.nextPolicy();
    await refused(
      world.createMilestonePolicy(OPEN, address, { owner: world.key("stranger") }),
      "stranger",
      "InvalidOwner",
    );
  });

  it("given a new policy of the attacker that pulls from the victim's tokens then InvalidTokenAccount", async () => {
    const { next_policy_id: id } = await world.decode("UserPayment", attacker.userPayment);
    await refused(
      world.createMilestonePolicy(OPEN, policyAddress(attacker.userPayment, id as number), {
        ...attacker.accounts,
        token_account: world.tokens.owner,
      }),
      "stranger",
      "InvalidTokenAccount",
    );
  });

  it("given a UserPayment of the attacker on the victim's tokens then InvalidTokenAccount", async () => {
    const owner = world.key("gatewaySigner");
    await refused(
      world.createUserPayment({ owner, user_payment: userPaymentAddress(owner, world.mint) }),
      "gatewaySigner",
      "InvalidTokenAccount",
    );
  });

  it("given the attacker's policy deleted against the victim's UserPayment then InvalidOwner", async () => {
    await refused(
      world.deletePolicy(attacker.policy, { owner: world.key("stranger") }),
      "stranger",
      "InvalidOwner",
    );
  });

  it("given the victim's policy deleted or paused through the attacker's UserPayment then InvalidUserPayment", async () => {
    await refused(
      world.deletePolicy(victim.address, attacker.accounts),
      "stranger",
      "InvalidUserPayment",
    );
    await refused(
      world.changeStatus(victim.address, "Paused", {
        owner: world.key("stranger"),
        user_payment: attacker.userPayment,
      }),
      "stranger",
      "InvalidUserPayment",
    );
  });

  it("given the victim's delegation synced to the attacker's UserPayment then InvalidTokenAccount", async () => {
    await refused(
      world.syncDelegation(true, {
        owner: world.key("stranger"),
        user_payment: attacker.userPayment,
      }),
      "stranger",
      "InvalidTokenAccount",
    );
  });

  for (const slot of ["recipient_token_account", "gateway_fee_account", "protocol_fee_account"]) {
    it(`given the source as ${slot} then the duplicate is refused`, async () => {
      const execute = world.executePayment(victim.address, 0, {
        ...world.feeAccounts(),
        [slot]: world.tokens.owner,
      });
      await refused(execute, "stranger", DUPLICATE);
    });
  }

  it("given a fee account that is the source and the owner's by right then the duplicate is refused", async () => {
    await world.expectOk(
      [world.updateGateway({ feeRecipient: world.key("owner") })],
      "gatewayAuthority",
    );
    const paidBack = world.executePayment(victim.address, 0, {
      ...world.feeAccounts(),
      gateway_fee_account: world.tokens.owner,
    });
    await refused(paidBack, "stranger", DUPLICATE);
    await world.expectOk(
      [world.updateGateway({ feeRecipient: world.key("gatewayFees") })],
      "gatewayAuthority",
    );
  });

  const forged = async (
    original: PublicKey,
    label: string,
    edit: (data: Buffer) => void,
    owner: PublicKey,
  ): Promise<PublicKey> => {
    const right = (await world.chain.getAccount(original)) as ChainAccount;
    const data = Buffer.from(right.data);
    edit(data);
    const address = fixedKeypair(`attacks/${label}`).publicKey;
    await world.chain.setAccount(address, { ...right, data, owner });
    return address;
  };

  it("given a forged gateway of another program with the attacker as signer then IllegalOwner", async () => {
    const gateway = await forged(
      world.gateway,
      "gateway",
      (data) => world.key("stranger").toBuffer().copy(data, 40),
      fixedKeypair("attacks/program").publicKey,
    );
    await refused(
      world.executePayment(victim.address, 0, { ...world.feeAccounts(), gateway }),
      "stranger",
      "IllegalOwner",
    );
  });

  it("given a forged config of another program that gives the attacker the fees then IllegalOwner", async () => {
    const config = await forged(
      world.config,
      "config",
      (data) => world.key("stranger").toBuffer().copy(data, 72),
      fixedKeypair("attacks/program").publicKey,
    );
    await refused(
      world.executePayment(victim.address, 0, {
        ...world.feeAccounts(),
        config,
        protocol_fee_account: world.tokens.stranger,
      }),
      "stranger",
      "IllegalOwner",
    );
  });

  it("given the attacker's token program, which only pretends to pay, then InvalidTokenProgram", async () => {
    const fake = await forged(
      world.tokenProgram,
      "token-program",
      () => {},
      ((await world.chain.getAccount(world.tokenProgram)) as ChainAccount).owner,
    );
    await refused(
      world.executePayment(victim.address, 0, { ...world.feeAccounts(), token_program: fake }),
      "stranger",
      "InvalidTokenProgram",
    );
  });

  it("given a gateway that raises its fee, and a protocol that does, then the policy pays the old ones", async () => {
    await world.expectOk([world.updateGateway({ feeBps: 1_000 })], "gatewayAuthority");
    await world.expectOk([world.updateConfig({ protocolFeeBps: 500 })], "upgradeAuthority");
    await world.expectOk(
      [world.executePayment(victim.address, 0, world.feeAccounts())],
      "stranger",
    );
    expect(await world.balance("gatewayFees")).to.equal(20n);
    expect(await world.balance("protocolFees")).to.equal(10n);
    expect(await world.balance("recipient")).to.equal(970n);
  });
});

describe("attacks on the program's config", () => {
  let world: World;
  before(async () => {
    world = await World.create();
    await world.chain.setAccount(world.config, {
      lamports: 0n,
      data: Buffer.alloc(0),
      owner: SystemProgram.programId,
      executable: false,
    });
  });

  const claim = (accounts: Accounts = {}): TransactionInstruction =>
    world.initializeConfig(
      { feeRecipient: world.key("stranger"), protocolFeeBps: 500 },
      { upgrade_authority: world.key("stranger"), ...accounts },
    );

  /** What the loader keeps for a program that the stranger deployed himself. */
  const strangersProgramData = async (owner: PublicKey): Promise<PublicKey> => {
    const right = (await world.chain.getAccount(programDataAddress())) as ChainAccount;
    const data = Buffer.from(right.data);
    world.key("stranger").toBuffer().copy(data, 13);
    const address = programDataAddress(fixedKeypair("attacks/program").publicKey);
    await world.chain.setAccount(address, { ...right, data, owner });
    return address;
  };

  it("given anyone except the upgrade authority then InvalidAuthority", async () => {
    await expectRefused(world, [claim()], ["stranger"], "InvalidAuthority");
  });

  it("given the ProgramData of a program that the attacker deployed then InvalidProgramData", async () => {
    const programData = await strangersProgramData(UPGRADEABLE_LOADER_ID);
    const instruction = claim({ program_data: programData });
    await expectRefused(world, [instruction], ["stranger"], "InvalidProgramData");
  });

  it("given forged ProgramData under another program then InvalidProgramData", async () => {
    const programData = await strangersProgramData(fixedKeypair("attacks/program").publicKey);
    const instruction = claim({ program_data: programData });
    await expectRefused(world, [instruction], ["stranger"], "InvalidProgramData");
  });

  it("given the upgrade authority named without its signature then MissingRequiredSignature", async () => {
    const instruction = claim({ upgrade_authority: world.key("upgradeAuthority") });
    for (const key of instruction.keys) {
      if (key.pubkey.equals(world.key("upgradeAuthority"))) key.isSigner = false;
    }
    await expectRefused(world, [instruction], ["stranger"], "MissingRequiredSignature");
  });

  it("given a program without an upgrade authority then no one, not even its last authority", async () => {
    const right = (await world.chain.getAccount(programDataAddress())) as ChainAccount;
    const data = Buffer.from(right.data);
    data.writeUInt8(0, 12); // no authority; its bytes stay behind
    await world.chain.setAccount(programDataAddress(), { ...right, data });
    const instruction = world.initializeConfig();
    await expectRefused(world, [instruction], ["upgradeAuthority"], "InvalidAuthority");
    await world.chain.setAccount(programDataAddress(), right);
  });

  it("given the upgrade authority after all of it then the config is made", async () => {
    await world.expectOk([world.initializeConfig()], "upgradeAuthority");
    const config = await world.decode("ProgramConfig", world.config);
    expect((config["authority"] as PublicKey).equals(world.key("upgradeAuthority"))).to.equal(true);
  });
});
