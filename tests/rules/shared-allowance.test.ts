import { TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { expect } from "chai";
import {
  approve,
  committed,
  expectDelegation,
  expectRefused,
  FOREIGN,
  freeze,
  payable,
  PolicyRef,
  revoke,
  START,
  sync,
  thaw,
  World,
} from "../world";

for (const [name, tokenProgram] of [
  ["SPL Token", TOKEN_PROGRAM_ID],
  ["Token-2022", TOKEN_2022_PROGRAM_ID],
] as const) {
  describe(`one allowance for several policies on ${name}`, () => {
    let world: World;
    beforeEach(async () => {
      world = await World.create({ tokenProgram });
    });

    describe("when several policies share the allowance", () => {
      it("given creations, releases and deletions then it is always what they may still pull", async () => {
        const first = await payable(world, [10n, 20n]);
        await expectDelegation(world, world.userPayment, 30n);
        const second = await payable(world, [100n]);
        await expectDelegation(world, world.userPayment, 130n);
        const third = await payable(world, [1_000n, 2_000n]);
        await expectDelegation(world, world.userPayment, 3_130n);

        await world.expectOk([world.executePayment(first.address, 0)], "stranger");
        await expectDelegation(world, world.userPayment, 3_120n);
        await world.expectOk([world.deletePolicy(third.address)], "owner");
        await expectDelegation(world, world.userPayment, 120n);
        expect(await committed(world)).to.equal(120n);
        await world.expectOk([world.deletePolicy(first.address)], "owner");
        await expectDelegation(world, world.userPayment, 100n);
        await world.expectOk([world.executePayment(second.address, 0)], "stranger");
        await expectDelegation(world, null, 0n);
        await world.expectOk([world.deletePolicy(second.address)], "owner");
        await expectDelegation(world, null, 0n);
        expect(await world.balance("recipient")).to.equal(110n);
      });

      it("given a pause of one then its share stays approved", async () => {
        const first = await payable(world, [10n]);
        await payable(world, [20n]);
        await world.expectOk([world.changeStatus(first.address, "Paused")], "owner");
        await expectDelegation(world, world.userPayment, 30n);
      });

      it("given the last policy deleted then the delegation is revoked", async () => {
        const first = await payable(world, [10n]);
        const second = await payable(world, [20n]);
        await world.expectOk([world.deletePolicy(second.address)], "owner");
        await expectDelegation(world, world.userPayment, 10n);
        await world.expectOk([world.deletePolicy(first.address)], "owner");
        await expectDelegation(world, null, 0n);
      });

      it("given sums past u64 then AmountOverflow, and what was there stays payable", async () => {
        const first = await payable(world, [1n]);
        const { address } = await world.nextPolicy();
        const create = (amount: bigint) =>
          world.createMilestonePolicy(
            { amounts: [amount], timestamps: [START], releaseCondition: 0 },
            address,
          );
        const most = 2n ** 64n - 1n;
        await expectRefused(world, [create(most)], ["owner"], "AmountOverflow", [first.address]);
        await world.expectOk([create(most - 1n)], "owner");
        await expectDelegation(world, world.userPayment, most);
        await world.expectOk([world.executePayment(first.address, 0)], "stranger");
        await expectDelegation(world, world.userPayment, most - 1n);
      });
    });

    describe("when one of two policies is deleted", () => {
      let kept: PolicyRef;
      let deleted: PolicyRef;
      beforeEach(async () => {
        kept = await payable(world, [10n]);
        deleted = await payable(world, [100n]);
      });

      const remove = async () => {
        await world.expectOk([world.deletePolicy(deleted.address)], "owner");
        expect(await world.chain.getAccount(deleted.address)).to.equal(null);
        expect(await committed(world)).to.equal(10n);
      };

      for (const allowance of [0n, 9n, 10n, 11n, 110n, 2n ** 64n - 1n]) {
        const expected = allowance < 10n ? allowance : 10n;
        it(`given an allowance of ${allowance} and 10 still needed then ${expected}: never raised`, async () => {
          await approve(world, world.userPayment, allowance);
          await remove();
          await expectDelegation(world, world.userPayment, expected);
        });
      }

      it("given a revoked delegation then it stays revoked", async () => {
        await revoke(world);
        await remove();
        await expectDelegation(world, null, 0n);
      });

      it("given another delegate then it is left alone", async () => {
        await approve(world, FOREIGN, 55n);
        await remove();
        await expectDelegation(world, FOREIGN, 55n);
        // Nor does the last one touch it.
        await world.expectOk([world.deletePolicy(kept.address)], "owner");
        await expectDelegation(world, FOREIGN, 55n);
      });

      it("given a frozen token account then it is left alone, and sync_delegation lowers it after a thaw", async () => {
        await freeze(world, world.tokens.owner);
        await remove();
        await expectDelegation(world, world.userPayment, 110n);
        await thaw(world, world.tokens.owner);
        await sync(world);
        await expectDelegation(world, world.userPayment, 10n);
      });

      it("given an allowance left too high then no more than what is committed can still be pulled", async () => {
        await freeze(world, world.tokens.owner);
        await remove();
        await thaw(world, world.tokens.owner);
        await world.expectOk([world.executePayment(kept.address, 0)], "stranger");
        await expectRefused(
          world,
          [world.executePayment(kept.address, 0)],
          ["stranger"],
          "MilestoneAlreadyReleased",
        );
        expect(await world.balance("recipient")).to.equal(10n);
        await expectDelegation(world, world.userPayment, 100n);
        await world.expectOk([world.deletePolicy(kept.address)], "owner");
        await expectDelegation(world, null, 0n);
      });
    });
  });
}
