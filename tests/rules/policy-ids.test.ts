import type { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { expectRefused, payable, policyAddress, START, toBigInt, World } from "../world";

/** Slots that keep ids of a closed `UserPayment` apart from those of a reopened one (decision 0001). */
const WINDOW = 1_024n;

describe("policy ids", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });

  const nextId = async (): Promise<number> => (await world.nextPolicy()).id;
  const close = () => world.closeUserPayment();
  const warp = (slot: bigint) => world.chain.warpToSlot(slot);

  /** Closes the world's own `UserPayment` and leaves the chain at a slot where everything is possible. */
  async function closeAtLeisure(): Promise<void> {
    await warp(world.chain.slot() + 10_000n);
    await world.expectOk([close()], "owner");
    expect(await world.chain.getAccount(world.userPayment)).to.equal(null);
  }

  const schedule = { amounts: [1n], timestamps: [START], releaseCondition: 0 };

  it("given none asked for then ids start at the slot the account is opened in and count up by one", async () => {
    await closeAtLeisure();
    await world.expectOk([world.createUserPayment()], "owner");
    const first = Number(world.chain.slot());
    for (const expected of [first, first + 1, first + 2]) {
      expect(await nextId()).to.equal(expected);
      const policy = await payable(world, [1n]);
      const account = await world.decode("PaymentPolicy", policy.address);
      expect(account["policy_id"]).to.equal(expected);
      expect(policy.address.equals(policyAddress(world.userPayment, expected))).to.equal(true);
    }
  });

  it("given a deletion then its id is not used again", async () => {
    const first = await payable(world, [1n]);
    await world.expectOk([world.deletePolicy(first.address)], "owner");
    const second = await payable(world, [1n]);
    expect(second.id).to.equal(first.id + 1);
    const again = world.createMilestonePolicy(schedule, first.address);
    await expectRefused(world, [again], ["owner"], "InvalidAddress", [first.address]);
  });

  it("given an id ahead of the next one then InvalidAddress", async () => {
    const ahead = policyAddress(world.userPayment, (await nextId()) + 1);
    const create = world.createMilestonePolicy(schedule, ahead);
    await expectRefused(world, [create], ["owner"], "InvalidAddress", [ahead]);
  });

  for (const [offset, isValid] of [
    [0n, true],
    [-1n, true],
    [-1_023n, true],
    [-1_024n, true],
    [-1_025n, false],
    [-5_000n, false],
    [1n, false],
    [1_000_000n, false],
  ] as const) {
    const shown = offset < 0n ? `${offset}` : `+${offset}`;
    it(`given a first id at the slot ${shown} then ${isValid ? "ids start there" : "InvalidFirstPolicyId"}`, async () => {
      await closeAtLeisure();
      const id = Number(world.chain.slot() + offset);
      const open = world.createUserPayment({}, id);
      if (!isValid) {
        await expectRefused(world, [open], ["owner"], "InvalidFirstPolicyId");
        return;
      }
      await world.expectOk([open], "owner");
      expect(await nextId()).to.equal(id);
    });
  }

  it("given a first id of zero then only in the first slots of a chain", async () => {
    await closeAtLeisure();
    await expectRefused(world, [world.createUserPayment({}, 0)], ["owner"], "InvalidFirstPolicyId");
  });

  it("given one transaction that opens the account and names its first policy then both land, slots later", async () => {
    await closeAtLeisure();
    const id = Number(world.chain.slot());
    const address = policyAddress(world.userPayment, id);
    const signed = world.chain.sign(
      [world.createUserPayment({}, id), world.createMilestonePolicy(schedule, address)],
      [world.people.payer, world.people.owner],
    );
    await warp(world.chain.slot() + 150n);
    const result = await world.chain.sendRaw(signed.serialize());
    expect(result.err, result.logs.join("\n")).to.equal(null);
    await world.expectOk([world.executePayment(address, 0)], "stranger");
    expect(await world.balance("recipient")).to.equal(1n);
  });

  describe("closing the UserPayment", () => {
    it("given open policies then UserPaymentHasOpenPolicies, completed ones too", async () => {
      const first = await payable(world, [1n]);
      const second = await payable(world, [2n]);
      await warp(world.chain.slot() + 10_000n);
      await expectRefused(world, [close()], ["owner"], "UserPaymentHasOpenPolicies");
      await world.expectOk([world.executePayment(first.address, 0)], "stranger");
      await world.expectOk([world.deletePolicy(second.address)], "owner");
      await expectRefused(world, [close()], ["owner"], "UserPaymentHasOpenPolicies");
      await world.expectOk([world.deletePolicy(first.address)], "owner");
      await world.expectOk([close()], "owner");
    });

    for (const policies of [0, 3]) {
      it(`given ${policies} policies made and deleted then PolicyIdsAheadOfSlot until exactly 1,024 slots above the next id`, async () => {
        for (let i = 0; i < policies; i++) {
          const policy = await payable(world, [1n]);
          await world.expectOk([world.deletePolicy(policy.address)], "owner");
        }
        const next = BigInt(await nextId());
        await expectRefused(world, [close()], ["owner"], "PolicyIdsAheadOfSlot");
        await warp(next + WINDOW - 1n);
        await expectRefused(world, [close()], ["owner"], "PolicyIdsAheadOfSlot");
        await warp(next + WINDOW);
        await world.expectOk([close()], "owner");
        expect(await world.chain.getAccount(world.userPayment)).to.equal(null);
      });
    }

    it("given anyone else then InvalidOwner", async () => {
      await warp(world.chain.slot() + 10_000n);
      for (const person of ["stranger", "payer", "upgradeAuthority"] as const) {
        const sent = world.closeUserPayment({ owner: world.key(person) });
        await expectRefused(world, [sent], [person], "InvalidOwner");
      }
    });

    it("given it exists then it cannot be opened a second time: AccountAlreadyExists", async () => {
      await payable(world, [1n]);
      const open = world.createUserPayment();
      await expectRefused(world, [open], ["owner"], "AccountAlreadyExists");
    });
  });

  describe("after closing and opening again, as early and as low as can be", () => {
    let used: PublicKey[];
    beforeEach(async () => {
      used = [];
      for (let i = 0; i < 5; i++) {
        const policy = await payable(world, [1n]);
        used.push(policy.address);
        await world.expectOk([world.deletePolicy(policy.address)], "owner");
      }
      await warp(BigInt(await nextId()) + WINDOW);
      const lowest = Number(world.chain.slot() - WINDOW);
      // The same transaction: no slot passes in between.
      await world.expectOk([close(), world.createUserPayment({}, lowest)], "owner");
    });

    it("given new policies then none gets an address that was used before", async () => {
      const addresses: string[] = used.map((address) => address.toBase58());
      for (let i = 0; i < 5; i++) addresses.push((await payable(world, [1n])).address.toBase58());
      expect(new Set(addresses).size).to.equal(10);
    });

    it("given creations and releases signed for old addresses then not one fits", async () => {
      const fresh = await payable(world, [1_000n]);
      for (const address of used) {
        const create = world.createMilestonePolicy(schedule, address);
        await expectRefused(world, [create], ["owner"], "InvalidAddress", [address]);
        const execute = world.executePayment(address, 0);
        const watched = [address, fresh.address];
        await expectRefused(world, [execute], ["stranger"], "AccountDataTooSmall", watched);
        const remove = world.deletePolicy(address);
        await expectRefused(world, [remove], ["owner"], "AccountDataTooSmall", watched);
        const pause = world.changeStatus(address, "Paused");
        await expectRefused(world, [pause], ["owner"], "AccountDataTooSmall", watched);
      }
    });

    it("given the reopened account then it starts with nothing committed and nothing open", async () => {
      const userPayment = await world.decode("UserPayment", world.userPayment);
      expect(toBigInt(userPayment["committed"])).to.equal(0n);
      expect(userPayment["open_policies"]).to.equal(0);
    });

    it("given one slot too low then InvalidFirstPolicyId", async () => {
      await closeAtLeisure();
      const open = world.createUserPayment({}, Number(world.chain.slot() - WINDOW) - 1);
      await expectRefused(world, [open], ["owner"], "InvalidFirstPolicyId");
    });
  });

  it("given ids that are used up then PolicyIdsExhausted, and what exists still pays", async () => {
    await closeAtLeisure();
    await warp(2n ** 32n - 1n);
    await world.expectOk([world.createUserPayment()], "owner");
    expect(await nextId()).to.equal(2 ** 32 - 1);
    // The last id is never given out: the one after it must exist.
    const { address } = await world.nextPolicy();
    const create = world.createMilestonePolicy(schedule, address);
    await expectRefused(world, [create], ["owner"], "PolicyIdsExhausted", [address]);
    await warp(2n ** 32n - 1n + WINDOW);
    await world.expectOk([close()], "owner");
    const open = world.createUserPayment();
    await expectRefused(world, [open], ["owner"], "PolicyIdsExhausted");
  });
});
