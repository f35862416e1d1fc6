import { Keypair, PublicKey, SystemProgram } from "@solana/web3.js";
import { BorshAccountsCoder } from "@coral-xyz/anchor";
import { expect } from "chai";
import {
  Chain,
  expectError,
  expectUnchanged,
  fixedKeypair,
  programDataAddress,
  readProgram,
  snapshot,
  startChain,
  UPGRADEABLE_LOADER_ID,
  upgradeableProgramAccounts,
} from "../harness";
import {
  Accounts,
  configAddress,
  expectRefused,
  IDL,
  instruction,
  payable,
  Person,
  START,
  World,
} from "../world";

const coder = new BorshAccountsCoder(IDL);
const CONFIG = configAddress();

describe("initialize_config", () => {
  const feeRecipient = fixedKeypair("protocol fees").publicKey;
  const payer = fixedKeypair("config payer");
  let chain: Chain;
  beforeEach(async () => {
    chain = await startChain();
    await chain.airdrop(payer.publicKey);
  });

  const initialize = (
    args: { feeRecipient?: PublicKey; bps?: number } = {},
    accounts: Accounts = {},
  ) =>
    instruction(
      "initialize_config",
      {
        fee_recipient: args.feeRecipient ?? feeRecipient,
        protocol_fee_bps: args.bps ?? 100,
      },
      {
        payer: payer.publicKey,
        upgrade_authority: chain.upgradeAuthority.publicKey,
        config: CONFIG,
        program_data: programDataAddress(),
        ...accounts,
      },
    );

  const refused = async (
    error: string,
    sent = initialize(),
    signers: Keypair[] = [payer, chain.upgradeAuthority],
  ) => {
    const watched = [CONFIG, payer.publicKey, programDataAddress()];
    await expectUnchanged(await snapshot(chain, watched), async () => {
      expectError(await chain.send(sent, signers), error);
    });
  };

  const readConfig = async () =>
    coder.decode<Record<string, PublicKey>>(
      "ProgramConfig",
      Buffer.from((await chain.getAccount(CONFIG))!.data),
    );

  it("given the upgrade authority then it becomes the config's, and the payer pays exactly the rent of 140 bytes", async () => {
    const before = (await chain.getAccount(payer.publicKey))!.lamports;
    await chain.sendOk(initialize(), [payer, chain.upgradeAuthority]);
    const account = (await chain.getAccount(CONFIG))!;
    expect(account.data).to.have.length(140);
    expect(account.lamports).to.equal(await chain.rentExempt(140));
    expect((await chain.getAccount(payer.publicKey))!.lamports).to.equal(before - account.lamports);
    const config = await readConfig();
    expect(config["authority"]!.equals(chain.upgradeAuthority.publicKey)).to.equal(true);
    expect(config["pending_authority"]!.equals(PublicKey.default)).to.equal(true);
    expect(config["fee_recipient"]!.equals(feeRecipient)).to.equal(true);
    expect(config["protocol_fee_bps"]).to.equal(100);
    expect(config["is_paused"]).to.equal(0);
  });

  it("given anyone else who comes first then InvalidAuthority", async () => {
    const thief = fixedKeypair("thief");
    const sent = initialize({}, { upgrade_authority: thief.publicKey });
    await refused("InvalidAuthority", sent, [payer, thief]);
  });

  it("given the upgrade authority named without a signature then MissingRequiredSignature", async () => {
    const sent = initialize();
    sent.keys.find(({ pubkey }) => pubkey.equals(chain.upgradeAuthority.publicKey))!.isSigner =
      false;
    await refused("MissingRequiredSignature", sent, [payer]);
  });

  it("given a second time then AccountAlreadyExists, also for the upgrade authority", async () => {
    await chain.sendOk(initialize(), [payer, chain.upgradeAuthority]);
    await refused("AccountAlreadyExists", initialize({ bps: 0 }));
  });

  it("given an address that already has lamports then it is completed, not blocked", async () => {
    await chain.airdrop(CONFIG, 1_000_000n);
    await chain.sendOk(initialize(), [payer, chain.upgradeAuthority]);
    expect((await chain.getAccount(CONFIG))!.lamports).to.equal(await chain.rentExempt(140));
    expect((await readConfig())["protocol_fee_bps"]).to.equal(100);
  });

  it("given an address that holds more than the rent then the payer pays nothing", async () => {
    await chain.airdrop(CONFIG, 10_000_000n);
    const before = (await chain.getAccount(payer.publicKey))!.lamports;
    await chain.sendOk(initialize(), [payer, chain.upgradeAuthority]);
    expect((await chain.getAccount(payer.publicKey))!.lamports).to.equal(before);
    expect((await chain.getAccount(CONFIG))!.lamports).to.equal(10_000_000n);
  });

  it("given a program without an upgrade authority then no one can initialise: InvalidAuthority", async () => {
    const { programData } = upgradeableProgramAccounts(
      new PublicKey(IDL.address),
      readProgram(),
      null,
    );
    await chain.setAccount(programData.address, programData.account);
    await refused("InvalidAuthority");
    // The bytes of the authority are zero. That key has no signer, and the program would refuse it.
    const sent = initialize({}, { upgrade_authority: PublicKey.default });
    sent.keys.forEach((key) => (key.isSigner &&= !key.pubkey.equals(PublicKey.default)));
    await refused("MissingRequiredSignature", sent, [payer]);
  });

  it("given the ProgramData of another program, or no ProgramData, then InvalidProgramData", async () => {
    const thief = fixedKeypair("thief");
    const otherProgram = fixedKeypair("the thief's program").publicKey;
    const { programData } = upgradeableProgramAccounts(
      otherProgram,
      Buffer.alloc(8),
      thief.publicKey,
    );
    await chain.setAccount(programData.address, programData.account);
    const named = (program_data: PublicKey) =>
      initialize({}, { upgrade_authority: thief.publicKey, program_data });
    await refused("InvalidProgramData", named(programData.address), [payer, thief]);
    await refused("InvalidProgramData", named(otherProgram), [payer, thief]);
    await refused("InvalidProgramData", named(UPGRADEABLE_LOADER_ID), [payer, thief]);
  });

  it("given the cap of 500 bps then 500 is taken and 501 and 65,535 are InvalidFeeBps", async () => {
    await refused("InvalidFeeBps", initialize({ bps: 501 }));
    await refused("InvalidFeeBps", initialize({ bps: 65_535 }));
    await chain.sendOk(initialize({ bps: 500 }), [payer, chain.upgradeAuthority]);
    expect((await readConfig())["protocol_fee_bps"]).to.equal(500);
  });

  it("given a fee recipient of all zeros then ZeroAddress", async () => {
    await refused("ZeroAddress", initialize({ feeRecipient: PublicKey.default }));
  });

  it("given a config address that is not the derived one then InvalidAddress", async () => {
    const other = fixedKeypair("not the config").publicKey;
    await refused("InvalidAddress", initialize({}, { config: other }));
  });
});

describe("the config's authority", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create({ protocolFeeBps: 100 });
  });

  const config = () => world.decode("ProgramConfig", CONFIG);
  const update = (args: Parameters<World["updateConfig"]>[0], by: Person = "upgradeAuthority") =>
    world.updateConfig(args, { authority: world.key(by) });

  it("given each field on its own then only that field changes", async () => {
    const before = await config();
    const stranger = world.key("stranger");
    const steps = [
      { args: { feeRecipient: stranger }, changed: { fee_recipient: stranger } },
      { args: { protocolFeeBps: 500 }, changed: { protocol_fee_bps: 500 } },
      { args: { isPaused: true }, changed: { is_paused: 1 } },
      { args: { isPaused: false }, changed: { is_paused: 0 } },
      { args: { pendingAuthority: stranger }, changed: { pending_authority: stranger } },
      { args: { protocolFeeBps: 0 }, changed: { protocol_fee_bps: 0 } },
      { args: {}, changed: {} },
    ];
    let expected = before;
    for (const { args, changed } of steps) {
      await world.expectOk([update(args)], "upgradeAuthority");
      expected = { ...expected, ...changed };
      expect(JSON.stringify(await config())).to.equal(JSON.stringify(expected));
    }
  });

  it("given anyone else then InvalidAuthority", async () => {
    for (const person of ["stranger", "owner", "gatewayAuthority", "protocolFees"] as const) {
      const sent = update({ protocolFeeBps: 0 }, person);
      await expectRefused(world, [sent], [person], "InvalidAuthority");
    }
  });

  it("given no signature then MissingRequiredSignature", async () => {
    const sent = update({ isPaused: true });
    sent.keys.forEach((key) => (key.isSigner = false));
    await expectRefused(world, [sent], [], "MissingRequiredSignature");
  });

  it("given a fee above 500 bps then InvalidFeeBps, a fee recipient of all zeros then ZeroAddress", async () => {
    const by: Person[] = ["upgradeAuthority"];
    await expectRefused(world, [update({ protocolFeeBps: 501 })], by, "InvalidFeeBps");
    await expectRefused(world, [update({ protocolFeeBps: 65_535 })], by, "InvalidFeeBps");
    const zero = update({ feeRecipient: PublicKey.default });
    await expectRefused(world, [zero], by, "ZeroAddress");
  });

  describe("handing over", () => {
    const accept = (by: Person) => world.acceptAuthority({ pending_authority: world.key(by) });
    const propose = (to: PublicKey) => update({ pendingAuthority: to });

    it("given a proposal then the old authority rules until the new one accepts, and not after", async () => {
      await world.expectOk([propose(world.key("stranger"))], "upgradeAuthority");
      await world.expectOk([update({ protocolFeeBps: 7 })], "upgradeAuthority");
      const early = update({ protocolFeeBps: 8 }, "stranger");
      await expectRefused(world, [early], ["stranger"], "InvalidAuthority");

      await world.expectOk([accept("stranger")], "stranger");
      const after = await config();
      expect(after["authority"]).to.deep.equal(world.key("stranger"));
      expect(after["pending_authority"]).to.deep.equal(PublicKey.default);
      expect(after["protocol_fee_bps"]).to.equal(7);
      const late = update({ protocolFeeBps: 9 });
      await expectRefused(world, [late], ["upgradeAuthority"], "InvalidAuthority");
      await world.expectOk([early], "stranger");
    });

    it("given anyone but the proposed one then InvalidAuthority", async () => {
      await world.expectOk([propose(world.key("stranger"))], "upgradeAuthority");
      for (const person of ["owner", "upgradeAuthority", "gatewayAuthority"] as const) {
        await expectRefused(world, [accept(person)], [person], "InvalidAuthority");
      }
    });

    it("given no proposal then no one can accept, and no one accepts twice", async () => {
      await expectRefused(world, [accept("stranger")], ["stranger"], "InvalidAuthority");
      await world.expectOk([propose(world.key("stranger"))], "upgradeAuthority");
      await world.expectOk([accept("stranger")], "stranger");
      await expectRefused(world, [accept("stranger")], ["stranger"], "InvalidAuthority");
    });

    it("given no proposal then the all-zero address cannot accept without a signature", async () => {
      const zero = world.acceptAuthority({ pending_authority: SystemProgram.programId });
      zero.keys.forEach((key) => (key.isSigner = false));
      await expectRefused(world, [zero], [], "MissingRequiredSignature");
    });

    it("given a proposal cancelled by the all-zero address then the proposed one cannot accept", async () => {
      await world.expectOk([propose(world.key("stranger"))], "upgradeAuthority");
      await world.expectOk([propose(PublicKey.default)], "upgradeAuthority");
      await expectRefused(world, [accept("stranger")], ["stranger"], "InvalidAuthority");
    });

    it("given a second proposal then only the second can accept", async () => {
      await world.expectOk([propose(world.key("stranger"))], "upgradeAuthority");
      await world.expectOk([propose(world.key("recipient"))], "upgradeAuthority");
      await expectRefused(world, [accept("stranger")], ["stranger"], "InvalidAuthority");
      await world.expectOk([accept("recipient")], "recipient");
    });
  });

  describe("pausing the program", () => {
    it("given the pause then creating and executing are ProgramPaused and everything else works", async () => {
      const kept = await payable(world, [10n]);
      const deleted = await payable(world, [20n]);
      await world.expectOk([update({ isPaused: true })], "upgradeAuthority");
      const next = await world.nextPolicy();
      const create = world.createMilestonePolicy(kept.schedule, next.address);
      await expectRefused(world, [create], ["owner"], "ProgramPaused", [next.address]);
      const execute = world.executePayment(kept.address, 0);
      await expectRefused(world, [execute], ["stranger"], "ProgramPaused", [kept.address]);

      await world.expectOk([world.changeStatus(kept.address, "Paused")], "owner");
      await world.expectOk([world.changeStatus(kept.address, "Active")], "owner");
      await world.expectOk([world.syncDelegation()], "owner");
      await world.expectOk([world.updateGateway({ feeBps: 5 })], "gatewayAuthority");
      await world.expectOk([world.deletePolicy(deleted.address)], "owner");
      await world.expectOk([world.deletePolicy(kept.address)], "owner");
      await world.expectOk([world.closeGateway()], "gatewayAuthority");
      await world.expectOk([world.createGateway()], "gatewayAuthority");
      await world.chain.warpToSlot(world.chain.slot() + 2_000n);
      await world.expectOk([world.closeUserPayment()], "owner");
      await world.expectOk([world.createUserPayment()], "owner");
      await world.expectOk([update({ protocolFeeBps: 1 })], "upgradeAuthority");
    });

    it("given it is lifted then both work again, and time has passed", async () => {
      const policy = await world.createPolicy({
        amounts: [10n],
        timestamps: [START + 100n],
        releaseCondition: 1,
      });
      await world.expectOk([update({ isPaused: true })], "upgradeAuthority");
      await world.chain.setTime(START + 100n);
      const execute = world.executePayment(policy.address, 0);
      await expectRefused(world, [execute], ["stranger"], "ProgramPaused", [policy.address]);
      await world.expectOk([update({ isPaused: false })], "upgradeAuthority");
      await world.expectOk([execute], "stranger");
      await payable(world, [1n]);
    });
  });
});
