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
  setBalance,
  START,
  sync,
  thaw,
  transfer,
  World,
} from "../world";

const AMOUNT = 1_000n;
/** Executing fails with `error` and changes nothing; after `repair` the same milestone pays in full. */
async function expectRefusedThenPaid(
  world: World,
  policy: PolicyRef,
  error: string,
  repair: () => Promise<unknown>,
): Promise<void> {
  const amount = policy.schedule.amounts[0]!;
  const execute = world.executePayment(policy.address, 0);
  await expectRefused(world, [execute], ["stranger"], error, [policy.address]);
  await repair();
  const before = await world.balance("recipient");
  await world.expectOk([execute], "stranger");
  expect((await world.balance("recipient")) - before).to.equal(amount);
}

for (const [name, tokenProgram] of [
  ["SPL Token", TOKEN_PROGRAM_ID],
  ["Token-2022", TOKEN_2022_PROGRAM_ID],
] as const) {
  describe(`delegation on ${name}`, () => {
    let world: World;
    beforeEach(async () => {
      world = await World.create({ tokenProgram });
    });

    describe("when a policy is created", () => {
      it("given no delegate then exactly the escrow amount is approved", async () => {
        await expectDelegation(world, null, 0n);
        await payable(world, [5n, 6n]);
        await expectDelegation(world, world.userPayment, 11n);
      });

      it("given another program's delegate then DelegateInUse, and replace_delegate overwrites it", async () => {
        await approve(world, FOREIGN, 77n);
        const { address } = await world.nextPolicy();
        const schedule = { amounts: [AMOUNT], timestamps: [START], releaseCondition: 0 };
        await expectRefused(
          world,
          [world.createMilestonePolicy(schedule, address)],
          ["owner"],
          "DelegateInUse",
          [address],
        );
        await expectDelegation(world, FOREIGN, 77n);
        await world.expectOk(
          [world.createMilestonePolicy({ ...schedule, replaceDelegate: true }, address)],
          "owner",
        );
        await expectDelegation(world, world.userPayment, AMOUNT);
        await world.expectOk([world.executePayment(address, 0)], "stranger");
      });

      it("given another delegate with nothing left to pull then it is still someone's: DelegateInUse", async () => {
        await approve(world, FOREIGN, 0n);
        const { address } = await world.nextPolicy();
        const create = world.createMilestonePolicy(
          { amounts: [AMOUNT], timestamps: [START], releaseCondition: 0 },
          address,
        );
        await expectRefused(world, [create], ["owner"], "DelegateInUse", [address]);
      });

      it("given a frozen token account then TokenAccountFrozen, and after a thaw it works", async () => {
        await freeze(world, world.tokens.owner);
        const { address } = await world.nextPolicy();
        const create = world.createMilestonePolicy(
          { amounts: [AMOUNT], timestamps: [START], releaseCondition: 0 },
          address,
        );
        await expectRefused(world, [create], ["owner"], "TokenAccountFrozen", [address]);
        await thaw(world, world.tokens.owner);
        await world.expectOk([create], "owner");
      });

      it("given an empty token account then a policy is created anyway: delegation is not escrow", async () => {
        await setBalance(world, 0n);
        const policy = await payable(world, [AMOUNT]);
        await expectDelegation(world, world.userPayment, AMOUNT);
        await expectRefusedThenPaid(world, policy, "InsufficientFunds", () =>
          setBalance(world, AMOUNT),
        );
      });

      it("given a revoked or lowered allowance then a new policy approves for the old one too", async () => {
        const first = await payable(world, [10n]);
        await revoke(world);
        const second = await payable(world, [20n]);
        await expectDelegation(world, world.userPayment, 30n);
        await approve(world, world.userPayment, 1n);
        const third = await payable(world, [40n]);
        await expectDelegation(world, world.userPayment, 70n);
        for (const { address } of [first, second, third]) {
          await world.expectOk([world.executePayment(address, 0)], "stranger");
        }
        expect(await world.balance("recipient")).to.equal(70n);
      });
    });

    describe("when a milestone is released", () => {
      let policy: PolicyRef;
      beforeEach(async () => {
        policy = await payable(world, [AMOUNT]);
      });

      it("given a revoked delegation then DelegationRevoked, and sync_delegation repairs it", async () => {
        await revoke(world);
        await expectRefusedThenPaid(world, policy, "DelegationRevoked", () => sync(world));
      });

      it("given a replaced delegate then DelegationReplaced, and sync_delegation with replace_delegate repairs it", async () => {
        await approve(world, FOREIGN, 10n * AMOUNT);
        await expectRefusedThenPaid(world, policy, "DelegationReplaced", () => sync(world, true));
      });

      for (const offset of [-1n, 0n, 1n]) {
        const sign = offset < 0n ? "-1" : `+${offset}`;

        it(`given an allowance of the amount ${sign} then ${offset < 0n ? "InsufficientDelegation, and sync_delegation repairs it" : "it pays"}`, async () => {
          await approve(world, world.userPayment, AMOUNT + offset);
          if (offset < 0n) {
            await expectRefusedThenPaid(world, policy, "InsufficientDelegation", () => sync(world));
          } else {
            await world.expectOk([world.executePayment(policy.address, 0)], "stranger");
            expect(await world.balance("recipient")).to.equal(AMOUNT);
            // The token program removes a delegate whose allowance reaches zero.
            await expectDelegation(world, offset > 0n ? world.userPayment : null, offset);
          }
        });

        it(`given a balance of the amount ${sign} then ${offset < 0n ? "InsufficientFunds, and a refill repairs it" : "it pays"}`, async () => {
          await setBalance(world, AMOUNT + offset);
          if (offset < 0n) {
            await expectRefusedThenPaid(world, policy, "InsufficientFunds", () =>
              setBalance(world, AMOUNT),
            );
          } else {
            await world.expectOk([world.executePayment(policy.address, 0)], "stranger");
            expect(await world.balance("recipient")).to.equal(AMOUNT);
            expect(await world.balance("owner")).to.equal(offset);
          }
        });
      }

      it("given allowance and balance both one short then the allowance is named first, then the balance", async () => {
        await approve(world, world.userPayment, AMOUNT - 1n);
        await setBalance(world, AMOUNT - 1n);
        const execute = world.executePayment(policy.address, 0);
        await expectRefused(world, [execute], ["stranger"], "InsufficientDelegation");
        await sync(world);
        await expectRefusedThenPaid(world, policy, "InsufficientFunds", () =>
          setBalance(world, AMOUNT),
        );
      });

      it("given the owner spends between two milestones then the first is paid, the second waits for a refill", async () => {
        const two = await payable(world, [AMOUNT, AMOUNT]);
        await setBalance(world, AMOUNT);
        await world.expectOk([world.executePayment(two.address, 0)], "stranger");
        const second = world.executePayment(two.address, 1);
        await expectRefused(world, [second], ["stranger"], "InsufficientFunds", [two.address]);
        await transfer(world, "stranger", "owner", AMOUNT);
        await world.expectOk([second], "stranger");
        expect(await world.balance("recipient")).to.equal(2n * AMOUNT);
      });

      it("given the owner's token account frozen then TokenAccountFrozen, and after a thaw it pays", async () => {
        await freeze(world, world.tokens.owner);
        await expectRefusedThenPaid(world, policy, "TokenAccountFrozen", () =>
          thaw(world, world.tokens.owner),
        );
      });
    });

    describe("when the owner syncs", () => {
      it("given another delegate then DelegateInUse, and replace_delegate takes its place", async () => {
        await payable(world, [AMOUNT]);
        await approve(world, FOREIGN, 5n);
        await expectRefused(world, [world.syncDelegation()], ["owner"], "DelegateInUse");
        await sync(world, true);
        await expectDelegation(world, world.userPayment, AMOUNT);
      });

      it("given an allowance above, at or below what is committed then exactly what is committed", async () => {
        await payable(world, [AMOUNT]);
        for (const allowance of [AMOUNT + 1n, AMOUNT, AMOUNT - 1n, 0n]) {
          await approve(world, world.userPayment, allowance);
          await sync(world);
          await expectDelegation(world, world.userPayment, AMOUNT);
        }
      });

      it("given nothing committed and our delegation left over then it is revoked", async () => {
        await approve(world, world.userPayment, AMOUNT);
        expect(await committed(world)).to.equal(0n);
        await sync(world);
        await expectDelegation(world, null, 0n);
      });

      it("given nothing committed and no delegate then nothing happens", async () => {
        await world.unchanged([], () => sync(world));
      });

      it("given nothing committed and another delegate then it stays: there is nothing to put in its place", async () => {
        await approve(world, FOREIGN, 5n);
        for (const replace of [false, true]) {
          await sync(world, replace);
          await expectDelegation(world, FOREIGN, 5n);
        }
      });

      it("given a frozen token account then TokenAccountFrozen, even with replace_delegate", async () => {
        await payable(world, [AMOUNT]);
        await revoke(world);
        await freeze(world, world.tokens.owner);
        for (const replace of [false, true]) {
          await expectRefused(
            world,
            [world.syncDelegation(replace)],
            ["owner"],
            "TokenAccountFrozen",
          );
        }
      });

      it("given anyone else then InvalidOwner", async () => {
        await payable(world, [AMOUNT]);
        await revoke(world);
        const byStranger = world.syncDelegation(true, { owner: world.key("stranger") });
        await expectRefused(world, [byStranger], ["stranger"], "InvalidOwner");
      });
    });
  });
}
