import { expect } from "chai";
import { PublicKey, SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import {
  AccountKindError,
  CreateMilestoneOptions,
  getConfigPda,
  MilestoneClient,
  MilestoneProgramError,
  MilestoneWarning,
  PROGRAM_ID,
} from "@milepost/sdk";
import { associatedTokenAddress } from "../harness";
import { Person, World } from "../world";

/** The addresses people paste: each was accepted somewhere, and lost money or a right. */
describe("the SDK on a chain: an address that is not a wallet", () => {
  let world: World;
  let owner: MilestoneClient;
  let gateway: MilestoneClient;
  let admin: MilestoneClient;
  const as = (person: Person): MilestoneClient =>
    new MilestoneClient(world.chain.connection, world.people[person]);

  beforeEach(async () => {
    world = await World.create({ gatewayFeeBps: 1_000 });
    [owner, gateway, admin] = [as("owner"), as("gatewayAuthority"), as("upgradeAuthority")];
  });

  const NOT_WALLETS: [string, () => PublicKey, RegExp][] = [
    ["a token account", () => world.tokens.stranger, /it is a token account of mint \w+ owned by/],
    ["the mint", () => world.mint, /it is a mint/],
    ["a program", () => PROGRAM_ID, /it is a program/],
    ["the clock", () => SYSVAR_CLOCK_PUBKEY, /it is a sysvar/],
    ["the config", () => getConfigPda()[0], /it is a ProgramConfig of the Milepost program/],
  ];
  const prepare = (recipient: PublicKey, options: CreateMilestoneOptions = {}) =>
    owner.prepareMilestone(
      world.mint,
      recipient,
      world.gateway,
      [1_000n],
      [],
      0,
      undefined,
      options,
    );
  const CALLS: [string, (address: PublicKey) => Promise<unknown>][] = [
    ["a new gateway's fee recipient", (address) => create({ feeRecipient: address })],
    ["a new gateway's signer", (address) => create({ signer: address })],
    ["the gateway's fee recipient", (feeRecipient) => gateway.updateGateway({ feeRecipient })],
    ["the gateway's signer", (signer) => gateway.updateGateway({ signer })],
    ["the protocol's fee recipient", (feeRecipient) => admin.updateConfig({ feeRecipient })],
    ["the next authority", (pendingAuthority) => admin.updateConfig({ pendingAuthority })],
    [
      "a mediator",
      (mediator) =>
        owner.prepareHeldMilestone(
          world.mint,
          world.key("recipient"),
          world.gateway,
          [1_000n],
          [],
          4,
          undefined,
          { mediator, fund: "next" },
        ),
    ],
  ];
  const create = (role: { signer?: PublicKey; feeRecipient?: PublicKey }) => {
    const wallet = world.key("stranger");
    const terms = { signer: wallet, feeRecipient: wallet, feeBps: 1_000, name: "x" };
    return as("stranger").createGateway({ ...terms, ...role });
  };

  async function refusal(call: Promise<unknown>): Promise<unknown> {
    return call.then(
      () => expect.fail("expected a refusal"),
      (error: unknown) => error,
    );
  }

  for (const [role, call] of CALLS) {
    it(`refuses as ${role} what is not a wallet, and says what it is, before anything is sent`, async () => {
      for (const [name, address, says] of NOT_WALLETS) {
        await world.unchanged([], async () => {
          const error = await refusal(call(address()));
          expect(error, name).to.be.instanceOf(AccountKindError);
          expect((error as Error).message, name).to.match(says);
        });
      }
    });
  }

  it("refuses them as a recipient, and an account of the program by the program's own error", async () => {
    for (const [name, address, says] of NOT_WALLETS.slice(0, 4)) {
      const error = await refusal(prepare(address()));
      expect(error, name).to.be.instanceOf(AccountKindError);
      expect((error as Error).message, name).to.match(says);
    }
    for (const address of [world.gateway, world.userPayment, getConfigPda()[0]]) {
      const error = await refusal(prepare(address));
      expect(error).to.be.instanceOf(MilestoneProgramError);
      expect((error as MilestoneProgramError).programErrorName).to.equal("InvalidRecipient");
    }
  });

  it("warns of a recipient that is a token account without an account: a multisig's vault looks the same", async () => {
    const wallet = PublicKey.findProgramAddressSync([Buffer.from("wallet")], PROGRAM_ID)[0];
    const account = associatedTokenAddress(world.testMint, wallet);
    const told: MilestoneWarning[] = [];
    const { warnings } = await prepare(account, { onWarning: (warning) => told.push(warning) });
    expect(warnings.map(({ code, field }) => [code, field])).to.deep.equal([
      ["ADDRESS_WITHOUT_ACCOUNT", "recipient"],
    ]);
    expect(warnings[0]!.message).to.contain("a token account that was closed");
    expect(told).to.deep.equal(warnings);
  });

  it("takes a new wallet that has no account yet, without a word", async () => {
    const wallet = new PublicKey(world.people.stranger.publicKey.toBytes());
    const { warnings } = await prepare(wallet);
    expect(warnings).to.deep.equal([]);
    await world.expectOk(await gateway.updateGateway({ feeRecipient: wallet }), "gatewayAuthority");
    await world.expectOk(await admin.updateConfig({ feeRecipient: wallet }), "upgradeAuthority");
  });
});
