/** A delegated policy that becomes a held one, and the delegation that goes on beside it. */
import {
  createDisableCpiGuardInstruction,
  createEnableCpiGuardInstruction,
  createReallocateInstruction,
  ExtensionType,
  TOKEN_2022_PROGRAM_ID,
} from "@solana/spl-token";
import type { TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import {
  act,
  approve,
  closeTokenAccount,
  committed,
  escrowAddress,
  expectDelegation,
  expectHeldRefused,
  FOREIGN,
  freeze,
  HeldPolicy,
  payable,
  PolicyRef,
  reopenTokenAccount,
  revoke,
  START,
  sync,
  TERMS,
  toBigInt,
  World,
} from "../world";

const AMOUNTS = [100n, 200n, 300n, 400n];
const TOTAL = 1_000n;
/** What of it the first `paid` milestones are. */
const sumTo = (paid: number): bigint => AMOUNTS.slice(0, paid).reduce((a, b) => a + b, 0n);

describe("a delegated policy becomes a held one", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });

  /** A policy that anyone may release at once, with the first `paid` milestones paid by delegation. */
  async function delegated(paid: number): Promise<HeldPolicy> {
    const policy = await payable(world, AMOUNTS);
    for (let i = 0; i < paid; i += 1) await executeDelegated(policy, i);
    return new HeldPolicy(world, policy);
  }
  const executeDelegated = (policy: PolicyRef, index: number) =>
    world.expectOk([world.executePayment(policy.address, index)], "stranger");
  const open = (held: HeldPolicy) => world.expectOk([held.open()], "owner");
  const accept = (held: HeldPolicy) => world.expectOk([held.accept()], "recipient");

  for (const paid of [0, 1, 2, 3]) {
    it(`given ${paid} of 4 are paid then committed and allowance fall by the rest, which can be funded and paid`, async () => {
      const beside = await payable(world, [7_000n, 500n]);
      const held = await delegated(paid);
      const rest = TOTAL - sumTo(paid);
      expect(await committed(world)).to.equal(7_500n + rest);
      await expectDelegation(world, world.userPayment, 7_500n + rest);
      const [untouched, balance] = [
        await world.chain.getAccount(beside.address),
        await world.balance("owner"),
      ];
      await open(held);
      expect(await committed(world)).to.equal(7_500n);
      await expectDelegation(world, world.userPayment, 7_500n);
      expect(await world.balance("owner")).to.equal(balance);
      expect(await world.chain.getAccount(beside.address)).to.deep.equal(untouched);
      expect(await held.current()).to.equal(paid);
      for (const i of AMOUNTS.keys()) {
        expect(await held.state(i)).to.equal(i < paid ? "Released" : "Unfunded");
        expect(toBigInt((await held.milestone(i))["funded"])).to.equal(0n);
      }

      await accept(held);
      if (paid > 0) {
        const again = held.fund(0, 1);
        await expectHeldRefused(held, again, ["owner"], "MilestoneAlreadyReleased");
      }
      await world.expectOk([held.fund(paid, 4 - paid)], "owner");
      expect(await held.held()).to.equal(rest);
      expect(balance - (await world.balance("owner"))).to.equal(rest);
      for (let i = paid; i < 4; i += 1) await act(held, "approve_milestone", i);
      expect(await world.balance("recipient")).to.equal(TOTAL);
      expect(toBigInt((await held.decodePolicy())["total_paid"])).to.equal(TOTAL);
      expect(await committed(world)).to.equal(7_500n);
      expect(await world.chain.getAccount(beside.address)).to.deep.equal(untouched);
      await executeDelegated(beside, 0);
      await expectDelegation(world, world.userPayment, 500n);
    });
  }

  it("given only the next one is funded then the others follow one by one", async () => {
    const held = await delegated(1);
    await open(held);
    await accept(held);
    for (const i of [1, 2, 3]) {
      await world.expectOk([held.fund(i, 1)], "owner");
      expect(await held.held()).to.equal(AMOUNTS[i]);
      await act(held, "approve_milestone", i);
      expect(await held.held()).to.equal(0n);
    }
    expect(await world.balance("recipient")).to.equal(TOTAL);
    await world.expectOk([held.close()], "owner");
  });

  it("given it was the only policy then the delegation is revoked", async () => {
    await open(await delegated(2));
    await expectDelegation(world, null, 0n);
    expect(await committed(world)).to.equal(0n);
  });

  it("given it is made and opened in one transaction then nothing of it is ever pulled by delegation", async () => {
    const { address, id } = await world.nextPolicy();
    const schedule = {
      amounts: AMOUNTS,
      timestamps: AMOUNTS.map(() => START),
      releaseCondition: 0,
    };
    const held = new HeldPolicy(world, { address, id, schedule });
    const steps = [world.createMilestonePolicy(schedule, address), held.open()];
    await world.expectOk([...steps, held.fund(0, 4)], "owner");
    await expectDelegation(world, null, 0n);
    expect(await committed(world)).to.equal(0n);
    expect(await held.held()).to.equal(TOTAL);
  });

  describe("a delegation that is not as it was", () => {
    const opened = async (held: HeldPolicy, beside: bigint) => {
      const balance = await world.balance("owner");
      await open(held);
      expect(await committed(world)).to.equal(beside);
      expect(await world.balance("owner")).to.equal(balance);
      await accept(held);
      await world.expectOk([held.fund(1, 1)], "owner");
      expect(await held.held()).to.equal(AMOUNTS[1]);
    };

    it("given it was revoked then opened, and no delegate is approved again", async () => {
      const held = await delegated(1);
      await payable(world, [70n]);
      await revoke(world);
      await opened(held, 70n);
      await expectDelegation(world, null, 0n);
    });

    it("given another program took its place then opened, and that one keeps its allowance", async () => {
      const held = await delegated(1);
      await payable(world, [70n]);
      await approve(world, FOREIGN, 55n);
      await opened(held, 70n);
      await expectDelegation(world, FOREIGN, 55n);
    });

    it("given the owner lowered it below what stays committed then it is not raised", async () => {
      const held = await delegated(1);
      await payable(world, [70n]);
      await approve(world, world.userPayment, 69n);
      await opened(held, 70n);
      await expectDelegation(world, world.userPayment, 69n);
    });

    it("given the owner raised it then it falls to what stays committed", async () => {
      const held = await delegated(1);
      await payable(world, [70n]);
      await approve(world, world.userPayment, 1_000_000n);
      await opened(held, 70n);
      await expectDelegation(world, world.userPayment, 70n);
    });

    it("given the token account is frozen then opened, its allowance left alone", async () => {
      const held = await delegated(1);
      await freeze(world, world.tokens.owner);
      await open(held);
      expect(await committed(world)).to.equal(0n);
      await expectDelegation(world, world.userPayment, TOTAL - sumTo(1));
    });

    it("given the token account is closed then opened, and funded once it is made again", async () => {
      const held = await delegated(1);
      const balance = await world.balance("owner");
      await closeTokenAccount(world, "owner");
      await open(held);
      expect(await committed(world)).to.equal(0n);
      await expectHeldRefused(held, held.fund(1, 1), ["owner"], "InvalidTokenAccount");
      await reopenTokenAccount(world, "owner");
      await expectHeldRefused(held, held.fund(1, 1), ["owner"], "InsufficientFunds");
      await world.fund("owner", balance);
      await world.expectOk([held.fund(1, 3)], "owner");
    });

    it("given a CPI guard then opened, and sync_delegation lowers it once the guard is off", async () => {
      world = await World.create({ tokenProgram: TOKEN_2022_PROGRAM_ID });
      const held = await delegated(1);
      await payable(world, [70n]);
      const [account, owner] = [world.tokens.owner, world.key("owner")];
      const extension = [ExtensionType.CpiGuard];
      const make = createReallocateInstruction(account, world.key("payer"), extension, owner);
      await world.expectOk([make, createEnableCpiGuardInstruction(account, owner)], "owner");
      await open(held);
      expect(await committed(world)).to.equal(70n);
      await expectDelegation(world, world.userPayment, 70n + TOTAL - sumTo(1));
      await world.expectOk([createDisableCpiGuardInstruction(account, owner)], "owner");
      await sync(world);
      await expectDelegation(world, world.userPayment, 70n);
    });
  });

  describe("delegated execution of a held policy", () => {
    /** The accounts of 0.1.0: `execute_payment` as a keeper that knows no escrow sends it. */
    function eleven(instruction: TransactionInstruction): TransactionInstruction {
      instruction.keys = instruction.keys.slice(0, 11);
      return instruction;
    }

    it("given the eleven accounts then InvalidEscrow, and nothing is pulled, however much is approved", async () => {
      const held = await delegated(1);
      await open(held);
      await approve(world, world.userPayment, 1_000_000n);
      const { address } = held.policy;
      for (const index of [0, 1, 2]) {
        const old = eleven(world.executePayment(address, index));
        await expectHeldRefused(held, old, ["stranger"], "InvalidEscrow");
        const placeholder = world.executePayment(address, index);
        await expectHeldRefused(held, placeholder, ["stranger"], "InvalidEscrow");
      }
      await accept(held);
      await world.expectOk([held.fund(1, 3)], "owner");
      const old = eleven(world.executePayment(address, 1));
      await expectHeldRefused(held, old, ["stranger"], "InvalidEscrow");
      const vault = eleven(world.executePayment(address, 1, { token_account: held.vault }));
      await expectHeldRefused(held, vault, ["stranger"], "InvalidEscrow");
    });

    it("given the owner's token account in the vault's place then InvalidVault", async () => {
      const held = await delegated(1);
      await open(held);
      await accept(held);
      await world.expectOk([held.fund(1, 3)], "owner");
      const execute = held.execute(1, { token_account: world.tokens.owner });
      await expectHeldRefused(held, execute, ["stranger"], "InvalidVault");
      await world.expectOk([held.execute(1)], "stranger");
      expect(await world.balance("recipient")).to.equal(sumTo(2));
    });

    it("given a delegated policy then its token account stays its own, with or without a twelfth account", async () => {
      const [policy, other] = [await payable(world, AMOUNTS), await delegated(0)];
      await open(other);
      await accept(other);
      await world.expectOk([other.fund(0, 4)], "owner");
      const vault = { token_account: other.vault, escrow: other.escrow };
      const stolen = world.executePayment(policy.address, 0, vault);
      await expectHeldRefused(other, stolen, ["stranger"], "InvalidTokenAccount", [policy.address]);
      await world.expectOk([eleven(world.executePayment(policy.address, 0))], "stranger");
      const escrow = escrowAddress(policy.address);
      await world.expectOk([world.executePayment(policy.address, 1, { escrow })], "stranger");
      expect(await other.held()).to.equal(TOTAL);
    });
  });

  it("given an owner's delegated and held policies side by side then each pays by its own way", async () => {
    const [first, held, second] = [
      await payable(world, [10n, 20n]),
      await delegated(2),
      await payable(world, [40n]),
    ];
    const another = await HeldPolicy.ready(world, { terms: { timeoutRecipientBps: 10_000 } });
    await open(held);
    await accept(held);
    await world.expectOk([held.fund(2, 2)], "owner");
    await expectDelegation(world, world.userPayment, 70n);
    const start = await world.balance("recipient");
    await executeDelegated(first, 0);
    await world.expectOk([held.execute(2)], "stranger");
    await executeDelegated(second, 0);
    await act(another, "submit_milestone");
    await world.chain.setTime(START + BigInt(TERMS.reviewPeriodSecs));
    await world.expectOk([another.execute(0)], "stranger");
    await world.expectOk([held.reclaimAgreed(3)], "owner", "recipient");
    await executeDelegated(first, 1);
    expect((await world.balance("recipient")) - start).to.equal(
      10n + 300n + 40n + 50_000_000n + 20n,
    );
    expect(await another.held()).to.equal(250_000_000n);
    expect(await held.held()).to.equal(0n);
    await expectDelegation(world, null, 0n);
    expect(await committed(world)).to.equal(0n);
    // A delegated policy needs no more after it than before.
    await executeDelegated(await payable(world, [5n]), 0);
  });
});
