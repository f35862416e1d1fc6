import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { fixedKeypair } from "../harness";
import { Accounts, expectRefused, gatewayAddress, payable, Person, START, World } from "../world";

describe("gateways", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });

  /** Accounts of a gateway whose authority is `person`. */
  const of = (person: Person): Accounts => ({
    authority: world.key(person),
    gateway: gatewayAddress(world.key(person)),
  });
  const exists = async (address: PublicKey): Promise<boolean> =>
    (await world.chain.getAccount(address)) !== null;

  describe("creating", () => {
    it("given anyone, with no blessing, then a gateway with what was asked for", async () => {
      await world.chain.setTime(START + 5n);
      const sent = world.createGateway(
        { signer: world.key("recipient"), feeRecipient: world.key("owner"), feeBps: 1_000 },
        of("stranger"),
      );
      await world.expectOk([sent], "stranger");
      const gateway = await world.decode("PaymentGateway", gatewayAddress(world.key("stranger")));
      expect(gateway["authority"]).to.deep.equal(world.key("stranger"));
      expect(gateway["signer"]).to.deep.equal(world.key("recipient"));
      expect(gateway["fee_recipient"]).to.deep.equal(world.key("owner"));
      expect(gateway["fee_bps"]).to.equal(1_000);
      expect(gateway["open_policies"]).to.equal(0);
      expect(gateway["rent_payer"]).to.deep.equal(world.key("payer"));
      expect(String(gateway["created_at"])).to.equal(String(START + 5n));
      expect(String(gateway["updated_at"])).to.equal(String(START + 5n));
    });

    it("given a fee above 1,000 bps then InvalidFeeBps", async () => {
      for (const feeBps of [1_001, 10_000, 65_535]) {
        const sent = world.createGateway({ feeBps }, of("stranger"));
        await expectRefused(world, [sent], ["stranger"], "InvalidFeeBps");
      }
    });

    it("given a signer or fee recipient of all zeros then ZeroAddress", async () => {
      for (const args of [{ signer: PublicKey.default }, { feeRecipient: PublicKey.default }]) {
        const sent = world.createGateway(args, of("stranger"));
        await expectRefused(world, [sent], ["stranger"], "ZeroAddress");
      }
    });

    it("given a second one of the same authority then AccountAlreadyExists", async () => {
      const sent = world.createGateway({ feeBps: 7 });
      await expectRefused(world, [sent], ["gatewayAuthority"], "AccountAlreadyExists");
    });

    it("given another authority's address then InvalidAddress", async () => {
      await world.expectOk([world.closeGateway()], "gatewayAuthority");
      const sent = world.createGateway({}, { authority: world.key("stranger") });
      await expectRefused(world, [sent], ["stranger"], "InvalidAddress");
    });

    it("given the authority named without a signature then MissingRequiredSignature", async () => {
      const sent = world.createGateway({}, of("stranger"));
      sent.keys.forEach((key) => (key.isSigner &&= !key.pubkey.equals(world.key("stranger"))));
      await expectRefused(world, [sent], [], "MissingRequiredSignature");
    });

    it("given an address that already has lamports then it is completed, not blocked", async () => {
      const address = gatewayAddress(world.key("stranger"));
      await world.chain.airdrop(address, 1_000_000n);
      await world.expectOk([world.createGateway({}, of("stranger"))], "stranger");
      const account = await world.chain.getAccount(address);
      expect(account?.lamports).to.equal(await world.chain.rentExempt(287));
      expect(account?.data).to.have.length(287);
    });
  });

  describe("updating", () => {
    it("given each field on its own then only that field and the time change", async () => {
      const stranger = world.key("stranger");
      const bytes = (value: string, length: number) => [
        ...Buffer.concat([Buffer.from(value), Buffer.alloc(length)]).subarray(0, length),
      ];
      let expected = await world.decode("PaymentGateway", world.gateway);
      const steps = [
        { args: { signer: stranger }, changed: { signer: stranger } },
        { args: { feeRecipient: stranger }, changed: { fee_recipient: stranger } },
        { args: { feeBps: 1_000 }, changed: { fee_bps: 1_000 } },
        { args: { feeBps: 0 }, changed: { fee_bps: 0 } },
        { args: { name: "müller & co" }, changed: { name: bytes("müller & co", 32) } },
        { args: { url: "https://b.example" }, changed: { url: bytes("https://b.example", 64) } },
        { args: {}, changed: {} },
      ];
      for (const [index, { args, changed }] of steps.entries()) {
        const now = START + BigInt(index) + 1n;
        await world.chain.setTime(now);
        await world.expectOk([world.updateGateway(args)], "gatewayAuthority");
        const after = await world.decode("PaymentGateway", world.gateway);
        expect(String(after["updated_at"])).to.equal(String(now));
        expected = { ...expected, ...changed, updated_at: after["updated_at"] };
        expect(JSON.stringify(after)).to.equal(JSON.stringify(expected));
      }
    });

    it("given anyone else, the gateway's signer included, then InvalidAuthority", async () => {
      for (const person of ["stranger", "gatewaySigner", "upgradeAuthority", "owner"] as const) {
        const sent = world.updateGateway({ feeBps: 1 }, { authority: world.key(person) });
        await expectRefused(world, [sent], [person], "InvalidAuthority");
      }
    });

    it("given another gateway's authority then InvalidAuthority", async () => {
      await world.expectOk([world.createGateway({}, of("stranger"))], "stranger");
      const sent = world.updateGateway({ feeBps: 1 }, { authority: world.key("stranger") });
      await expectRefused(world, [sent], ["stranger"], "InvalidAuthority");
    });

    it("given a fee above the cap or an address of all zeros then the same errors as at creation", async () => {
      for (const [args, error] of [
        [{ feeBps: 1_001 }, "InvalidFeeBps"],
        [{ signer: PublicKey.default }, "ZeroAddress"],
        [{ feeRecipient: PublicKey.default }, "ZeroAddress"],
      ] as const) {
        await expectRefused(world, [world.updateGateway(args)], ["gatewayAuthority"], error);
      }
    });
  });

  describe("closing", () => {
    const close = () => world.closeGateway();

    it("given open policies then GatewayHasOpenPolicies until the last one is deleted, completed ones too", async () => {
      const first = await payable(world, [1n]);
      const second = await payable(world, [2n]);
      const by: Person[] = ["gatewayAuthority"];
      await expectRefused(world, [close()], by, "GatewayHasOpenPolicies");
      await world.expectOk([world.executePayment(first.address, 0)], "stranger");
      await expectRefused(world, [close()], by, "GatewayHasOpenPolicies");
      await world.expectOk([world.deletePolicy(first.address)], "owner");
      await expectRefused(world, [close()], by, "GatewayHasOpenPolicies");
      await world.expectOk([world.deletePolicy(second.address)], "owner");
      await world.expectOk([close()], "gatewayAuthority");
      expect(await exists(world.gateway)).to.equal(false);
    });

    it("given anyone else then InvalidAuthority", async () => {
      for (const person of ["stranger", "gatewaySigner", "upgradeAuthority"] as const) {
        const sent = world.closeGateway({ authority: world.key(person) });
        await expectRefused(world, [sent], [person], "InvalidAuthority");
      }
    });

    it("given the rent for someone who did not pay it then InvalidRentPayer", async () => {
      for (const person of ["stranger", "gatewayAuthority"] as const) {
        const sent = world.closeGateway({ rent_payer: world.key(person) });
        await expectRefused(world, [sent], ["gatewayAuthority"], "InvalidRentPayer");
      }
    });

    it("given a closed gateway then no policy can name it, and once reopened with new terms new ones can", async () => {
      await world.expectOk([close()], "gatewayAuthority");
      const { address } = await world.nextPolicy();
      const create = world.createMilestonePolicy(
        { amounts: [100n], timestamps: [START], releaseCondition: 2 },
        address,
      );
      await expectRefused(world, [create], ["owner"], "AccountDataTooSmall", [address]);
      await world.expectOk(
        [world.createGateway({ feeBps: 100, signer: world.key("stranger") })],
        "gatewayAuthority",
      );
      await world.expectOk([create], "owner");
      const execute = world.executePayment(address, 0, {
        executor: world.key("stranger"),
        gateway_fee_account: world.tokens.gatewayFees,
      });
      await world.expectOk([execute], "stranger");
      expect(await world.balance("recipient")).to.equal(99n);
      expect(await world.balance("gatewayFees")).to.equal(1n);
    });

    it("given close and create in one transaction then a fresh gateway, and no policy is affected", async () => {
      await world.expectOk([world.updateGateway({ feeBps: 55 })], "gatewayAuthority");
      await world.expectOk([close(), world.createGateway({ feeBps: 1 })], "gatewayAuthority");
      const gateway = await world.decode("PaymentGateway", world.gateway);
      expect(gateway["fee_bps"]).to.equal(1);
      expect(gateway["open_policies"]).to.equal(0);
    });
  });

  it("given two gateways then each counts its own policies, and one's policy is refused with the other", async () => {
    await world.expectOk([world.createGateway({}, of("stranger"))], "stranger");
    const other = gatewayAddress(world.key("stranger"));
    const mine = await payable(world, [1n]);
    const theirs = await world.createPolicy(
      { amounts: [2n], timestamps: [START], releaseCondition: 0 },
      { gateway: other },
    );
    const open = async (address: PublicKey) =>
      (await world.decode("PaymentGateway", address))["open_policies"];
    expect([await open(world.gateway), await open(other)]).to.deep.equal([1, 1]);

    const wrong = world.executePayment(mine.address, 0, { gateway: other });
    await expectRefused(world, [wrong], ["stranger"], "InvalidGateway", [mine.address, other]);
    const wrongDelete = world.deletePolicy(theirs.address);
    await expectRefused(world, [wrongDelete], ["owner"], "InvalidGateway", [theirs.address]);
    await world.expectOk([world.deletePolicy(theirs.address, { gateway: other })], "owner");
    expect([await open(world.gateway), await open(other)]).to.deep.equal([1, 0]);
  });

  it("given an account that only looks like a gateway then it is refused", async () => {
    const { data, lamports } = (await world.chain.getAccount(world.gateway))!;
    const forged = fixedKeypair("forged gateway").publicKey;
    const owner = world.key("stranger");
    await world.chain.setAccount(forged, { data, lamports, owner, executable: false });
    const { address } = await world.nextPolicy();
    const create = world.createMilestonePolicy(
      { amounts: [1n], timestamps: [START], releaseCondition: 2 },
      address,
      { gateway: forged },
    );
    await expectRefused(world, [create], ["owner"], "IllegalOwner", [address, forged]);
  });
});
