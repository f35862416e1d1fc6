/** Closing an escrow returns unaccepted money, donations and rent; its policy stays. */
import { expect } from "chai";
import {
  act,
  committed,
  expectDelegation,
  expectHeldRefused,
  expectRefused,
  heldAt,
  HeldPolicy,
  MilestoneStateName,
  payable,
  START,
  World,
} from "../world";
import { createTokenAccount, mintTo } from "../harness";

const TOTAL = 300_000_000n;

describe("closing an escrow", () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  beforeEach(() => world.chain.setTime(START));

  const lamports = async (person: "stranger" | "payer") =>
    (await world.chain.getAccount(world.key(person)))!.lamports;
  const opened = async (): Promise<HeldPolicy> => {
    const held = await HeldPolicy.create(world);
    await world.expectOk([held.open()], "owner");
    return held;
  };
  async function expectClosed(held: HeldPolicy): Promise<void> {
    expect(await world.chain.getAccount(held.escrow)).to.equal(null);
    expect(await world.chain.getAccount(held.vault)).to.equal(null);
    const policy = await held.decodePolicy();
    expect(policy["funding_kind"]).to.equal(2);
    expect(policy["status"]).to.deep.equal({ Paused: {} });
  }

  describe("when", () => {
    it("given terms that were not accepted then everything comes back", async () => {
      for (const count of [0, 1, 4]) {
        const held = await opened();
        const before = await world.balance("owner");
        if (count > 0) await world.expectOk([held.fund(0, count)], "owner");
        await world.expectOk([held.close()], "owner");
        await expectClosed(held);
        expect(await world.balance("owner")).to.equal(before);
      }
    });

    for (const state of ["Funded", "Submitted", "Disputed", "Mediation"] as MilestoneStateName[]) {
      it(`given it was accepted and holds a milestone ${state} then EscrowHoldsMoney`, async () => {
        const held = await heldAt(world, state);
        await expectHeldRefused(held, held.close(), ["owner"], "EscrowHoldsMoney");
      });
    }

    it("given the current milestone ended and a later one is funded then EscrowHoldsMoney", async () => {
      const held = await HeldPolicy.ready(world, { funded: 2 });
      await act(held, "approve_milestone", 0);
      await expectHeldRefused(held, held.close(), ["owner"], "EscrowHoldsMoney");
    });

    it("given what was funded ended and the rest never was then closed, and nothing of the rest is pulled", async () => {
      const held = await HeldPolicy.ready(world, { funded: 1 });
      await act(held, "settle_milestone", 0);
      const before = await world.balance("owner");
      await world.expectOk([held.close({ owner_token_account: null })], "owner");
      await expectClosed(held);
      const execute = held.execute(1, { executor: world.key("owner") });
      await expectHeldRefused(held, execute, ["owner"], "EscrowClosed");
      expect(await world.balance("owner")).to.equal(before);
    });

    it("given it is closed then no instruction on it goes on", async () => {
      const held = await opened();
      await world.expectOk([held.close()], "owner");
      for (const [instruction, signer] of [
        [held.fund(0, 1), "owner"],
        [held.submit(0), "recipient"],
        [held.approve(0), "owner"],
        [held.close(), "owner"],
      ] as const) {
        await expectHeldRefused(held, instruction, [signer], "AccountDataTooSmall");
      }
      const execute = world.executePayment(held.policy.address, 0, {
        executor: world.key("owner"),
      });
      await expectHeldRefused(held, execute, ["owner"], "EscrowClosed");
    });
  });

  describe("what was donated", () => {
    it("given to the vault's address before the opening, in between and at the end, then it is the owner's", async () => {
      const held = await HeldPolicy.create(world);
      const { chain, testMint } = world;
      const donate = (amount: bigint) => mintTo(chain, testMint, held.vault, amount);
      // Anyone can create the account that the escrow will own.
      expect((await createTokenAccount(chain, testMint, held.escrow)).equals(held.vault)).to.equal(
        true,
      );
      await donate(7n);
      await world.expectOk([held.open()], "owner");
      await world.expectOk([held.accept()], "recipient");
      const before = await world.balance("owner");
      await world.expectOk([held.fund(0, 4)], "owner");
      // It neither counts as funding nor spares any.
      expect(before - (await world.balance("owner"))).to.equal(TOTAL);
      expect(await held.outstanding()).to.equal(TOTAL);
      await donate(20n);
      const paid = await world.balance("recipient");
      for (const i of [0, 1, 2, 3]) await act(held, "approve_milestone", i);
      expect((await world.balance("recipient")) - paid).to.equal(TOTAL);
      await donate(300n);
      expect(await held.held()).to.equal(327n);
      const without = held.close({ owner_token_account: null });
      await expectHeldRefused(held, without, ["owner"], "InvalidOwnerTokenAccount");
      const stolen = held.close({ owner_token_account: world.tokens.recipient });
      await expectHeldRefused(held, stolen, ["owner"], "InvalidOwnerTokenAccount");
      await world.expectOk([held.close()], "owner");
      await expectClosed(held);
      expect(await world.balance("owner")).to.equal(before - TOTAL + 327n);
    });

    it("given money in another escrow then it keeps nothing open and opens nothing", async () => {
      const held = await HeldPolicy.ready(world, { funded: 1 });
      await mintTo(world.chain, world.testMint, held.vault, 5n);
      await expectHeldRefused(held, held.close(), ["owner"], "EscrowHoldsMoney");
      await act(held, "reclaim_milestone (agreed)", 0);
      await world.expectOk([held.close()], "owner");
      await expectClosed(held);
    });
  });

  describe("the rent", () => {
    it("given another payer of the rent then escrow's and vault's rent goes back to them, and to no one else", async () => {
      const held = await HeldPolicy.create(world);
      const before = await lamports("stranger");
      const open = held.open({}, { payer: world.key("stranger") });
      await world.expectOk([open], "owner", "stranger");
      const rent = (await world.chain.rentExempt(640)) + (await world.chain.rentExempt(165));
      expect(before - (await lamports("stranger"))).to.equal(rent);
      for (const person of ["payer", "owner", "recipient"] as const) {
        const close = held.close({ rent_payer: world.key(person) });
        await expectHeldRefused(held, close, ["owner"], "InvalidRentPayer");
      }
      await world.expectOk([held.close({ rent_payer: world.key("stranger") })], "owner");
      await expectClosed(held);
      expect(await lamports("stranger")).to.equal(before);
    });

    it("given the owner paid it then it goes back to the owner", async () => {
      const held = await HeldPolicy.create(world);
      const owner = world.key("owner");
      const read = async () => (await world.chain.getAccount(owner))!.lamports;
      const before = await read();
      await world.expectOk([held.open({}, { payer: owner })], "owner");
      expect((await read()) < before).to.equal(true);
      await world.expectOk([held.close({ rent_payer: owner })], "owner");
      expect(await read()).to.equal(before);
    });
  });

  describe("its policy", () => {
    it("given an escrow then it can be neither paused, nor activated, nor deleted: PolicyHasEscrow", async () => {
      const unaccepted = await opened();
      for (const held of [unaccepted, await heldAt(world, "Submitted")]) {
        const { address } = held.policy;
        for (const instruction of [
          world.changeStatus(address, "Paused"),
          world.changeStatus(address, "Active"),
          world.deletePolicy(address),
        ]) {
          await expectHeldRefused(held, instruction, ["owner"], "PolicyHasEscrow");
        }
      }
    });

    it("given all is paid then it is deleted after closing, not before", async () => {
      const held = await HeldPolicy.ready(world);
      for (const i of [0, 1, 2, 3]) await act(held, "approve_milestone", i);
      const remove = world.deletePolicy(held.policy.address);
      await expectHeldRefused(held, remove, ["owner"], "PolicyHasEscrow");
      await world.expectOk([held.close()], "owner");
      await world.expectOk([remove], "owner");
      expect(await world.chain.getAccount(held.policy.address)).to.equal(null);
    });

    it("given it was closed then EscrowClosed for its status, and it can be deleted, with the policies beside it untouched", async () => {
      const delegated = await payable(world, [500n]);
      const held = await opened();
      await world.expectOk([held.fund(0, 2)], "owner");
      await world.expectOk([held.close()], "owner");
      for (const status of ["Active", "Paused"] as const) {
        const change = world.changeStatus(held.policy.address, status);
        await expectRefused(world, [change], ["owner"], "EscrowClosed", [held.policy.address]);
      }
      const before = { committed: await committed(world), ...(await world.delegation()) };
      await world.expectOk([world.deletePolicy(held.policy.address)], "owner");
      expect(await committed(world)).to.equal(before.committed);
      await expectDelegation(world, world.userPayment, before.allowance);
      await world.expectOk([world.executePayment(delegated.address, 0)], "stranger");
    });

    it("given it is closed and deleted in one transaction then both are gone", async () => {
      const held = await opened();
      await world.expectOk([held.close(), world.deletePolicy(held.policy.address)], "owner");
      for (const address of [held.escrow, held.vault, held.policy.address]) {
        expect(await world.chain.getAccount(address)).to.equal(null);
      }
    });
  });
});
