/** What a thief would try on held money: each refused with the exact error, and nothing changed. */
import { PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import { DUPLICATE } from "../adversarial/verdicts/by-kind";
import {
  DAY,
  escrowAddress,
  expectRefused,
  hash,
  HeldPolicy,
  Person,
  START,
  World,
} from "../world";
import {
  ChainAccount,
  createTokenAccount,
  fixedKeypair,
  mintTo,
  readTokenAccount,
} from "../harness";

const AMOUNTS = [10_000n, 20_000n];
const SCHEDULE = { amounts: AMOUNTS, timestamps: [0n, 0n], releaseCondition: 4 };
const FEES = { gatewayFeeBps: 200, protocolFeeBps: 100 };

describe("attacks on held escrow", () => {
  let world: World;
  let held: HeldPolicy;
  beforeEach(async () => {
    world = await World.create(FEES);
    held = await HeldPolicy.ready(world, { schedule: SCHEDULE });
  });

  /** Refused, with the policy, the escrow, the vault and everyone's tokens as they were. */
  const refused = (
    instructions: TransactionInstruction | TransactionInstruction[],
    signers: Person[],
    error: string | number,
  ): Promise<void> =>
    expectRefused(
      world,
      Array.isArray(instructions) ? instructions : [instructions],
      signers,
      error,
      [held.policy.address, held.escrow, held.vault, ...Object.values(world.tokens)],
    );

  async function inMediation(of: HeldPolicy = held): Promise<void> {
    await world.expectOk([of.submit(0)], "recipient");
    await world.expectOk([of.dispute(0)], "owner");
    await world.expectOk([of.requestMediation(0)], "owner");
  }

  describe("on who decides", () => {
    it("given an owner who would be the mediator then neither at opening nor after it", async () => {
      await inMediation();
      const mine = { mediator: world.key("owner") };
      await refused(held.resolve(0, 0n, mine), ["owner"], "InvalidMediator");
      await refused(held.open(mine), ["owner"], "PolicyHasEscrow");
      await refused(held.open({ mediator: world.key("stranger") }), ["owner"], "PolicyHasEscrow");
      const fresh = await HeldPolicy.create(world, SCHEDULE);
      for (const party of ["owner", "recipient"] as const) {
        const open = fresh.open({ mediator: world.key(party) });
        await refused(open, ["owner"], "InvalidMediator");
      }
    });

    it("given a stranger who accepts the terms then InvalidRecipient", async () => {
      const fresh = await HeldPolicy.create(world, SCHEDULE);
      await world.expectOk([fresh.open()], "owner");
      for (const person of ["stranger", "owner", "mediator"] as const) {
        await refused(fresh.accept({ recipient: world.key(person) }), [person], "InvalidRecipient");
      }
    });

    it("given an escrow of the thief's own making then no program but ours owns one", async () => {
      await inMediation();
      const forged = fixedKeypair("attacks/forged escrow").publicKey;
      const real = (await world.chain.getAccount(held.escrow)) as ChainAccount;
      const data = Buffer.from(real.data);
      world.key("stranger").toBuffer().copy(data, 40);
      const owner = fixedKeypair("attacks/program").publicKey;
      await world.chain.setAccount(forged, { ...real, data, owner });
      const asMediator = { escrow: forged, mediator: world.key("stranger") };
      await refused(held.resolve(0, 10_000n, asMediator), ["stranger"], "IllegalOwner");
      await refused(held.execute(0, { escrow: forged }), ["stranger"], "IllegalOwner");
    });
  });

  describe("on where money goes", () => {
    it("given another policy's vault or escrow then neither pays for this one", async () => {
      const victim = await HeldPolicy.ready(world, { schedule: SCHEDULE });
      await inMediation();
      const { vault, escrow } = victim;
      await refused(held.resolve(0, 10_000n, { vault }), ["mediator"], "InvalidVault");
      await refused(held.resolve(0, 10_000n, { vault, escrow }), ["mediator"], "InvalidEscrow");
      const others = { vault: held.vault, escrow: held.escrow };
      await refused(victim.approve(0, others), ["owner"], "InvalidEscrow");
      await refused(victim.approve(0, { vault: held.vault }), ["owner"], "InvalidVault");
      const executor = world.key("owner");
      const execute = victim.execute(0, { executor, token_account: held.vault });
      await refused(execute, ["owner"], "InvalidVault");
    });

    it("given a held policy then nothing of it is pulled from the owner any more", async () => {
      await createDelegation();
      const executor = world.key("owner");
      const pull = { executor, token_account: world.tokens.owner };
      await refused(held.execute(0, pull), ["owner"], "InvalidVault");
      const withoutEscrow = world.executePayment(held.policy.address, 0, {
        ...world.feeAccounts(),
        ...pull,
      });
      await refused(withoutEscrow, ["owner"], "InvalidEscrow");
    });
    /** Another policy keeps the UserPayment a delegate of the owner's account. */
    const createDelegation = () => world.createPolicy(SCHEDULE);

    it("given the vault as a destination then it is not loaded twice", async () => {
      await inMediation();
      const { vault } = held;
      for (const slot of ["recipient_token_account", "owner_token_account"]) {
        await refused(held.resolve(0, 5_000n, { [slot]: vault }), ["mediator"], DUPLICATE);
      }
      const executor = world.key("owner");
      const execute = held.execute(0, { executor, recipient_token_account: vault });
      await refused(execute, ["owner"], DUPLICATE);
      await refused(held.approve(0, { gateway_fee_account: vault }), ["owner"], DUPLICATE);
    });

    it("given a stranger as the executor then every account except their own is paid", async () => {
      await inMediation();
      await world.chain.setTime(START + 14n * DAY);
      const mine = world.tokens.stranger;
      for (const [slot, error] of [
        ["recipient_token_account", "InvalidRecipientTokenAccount"],
        ["owner_token_account", "InvalidOwnerTokenAccount"],
        ["gateway_fee_account", "InvalidGatewayFeeAccount"],
        ["protocol_fee_account", "InvalidProtocolFeeAccount"],
      ] as const) {
        await refused(held.expire(0, { [slot]: mine }), ["stranger"], error);
      }
      await world.expectOk([held.expire(0)], "stranger");
    });

    it("given one account as the recipient's and a fee's then it must belong to both", async () => {
      const recipients = world.tokens.recipient;
      const gateway = { gateway_fee_account: recipients };
      await refused(held.approve(0, gateway), ["owner"], "InvalidGatewayFeeAccount");
      const protocol = { protocol_fee_account: recipients };
      await refused(held.approve(0, protocol), ["owner"], "InvalidProtocolFeeAccount");
      const fees = { recipient_token_account: world.tokens.gatewayFees };
      await refused(held.approve(0, fees), ["owner"], "InvalidRecipientTokenAccount");
    });

    it("given the escrow itself as the recipient then no one can accept, and the owner gets all back", async () => {
      const next = await world.nextPolicy();
      const recipient = escrowAddress(next.address);
      const policy = await world.createPolicy(SCHEDULE, { recipient });
      const trap = new HeldPolicy(world, policy);
      await world.expectOk([trap.open()], "owner");
      const before = await world.balance("owner");
      await world.expectOk([trap.fund(0, 2)], "owner");
      const beside = await createTokenAccount(
        world.chain,
        world.testMint,
        trap.escrow,
        fixedKeypair("attacks/beside"),
      );
      const paidBeside = trap.approve(0, { recipient_token_account: beside });
      await refused(paidBeside, ["owner"], "EscrowNotAccepted");
      await refused(trap.approve(0, { recipient_token_account: trap.vault }), ["owner"], DUPLICATE);
      await world.expectOk([trap.close()], "owner");
      expect(await world.balance("owner")).to.equal(before);
    });
  });

  describe("on amounts", () => {
    it("given more than the milestone's amount then InvalidRecipientAmount, however much is in the vault", async () => {
      await inMediation();
      for (const amount of [10_001n, 30_000n, 2n ** 64n - 1n]) {
        await refused(held.resolve(0, amount), ["mediator"], "InvalidRecipientAmount");
        await refused(held.settle(0, amount), ["owner", "recipient"], "InvalidRecipientAmount");
      }
    });

    it("given a chosen amount behind the data of expire_mediation then the agreed split is paid", async () => {
      await inMediation();
      const all = Buffer.alloc(8);
      all.writeBigUInt64LE(10_000n);
      const expire = held.expire(0);
      expire.data = Buffer.concat([expire.data, all]);
      await refused(expire, ["stranger"], "MediationNotTimedOut");
      await world.chain.setTime(START + 14n * DAY);
      await world.expectOk([expire], "stranger");
      // Half of it, less 2% and 1%.
      expect(await world.balance("recipient")).to.equal(4_850n);
    });

    it("given two approvals in one transaction then neither counts", async () => {
      const twice = [held.approve(0), held.approve(0)];
      await refused(twice, ["owner"], "MilestoneAlreadyReleased");
      const executor = world.key("owner");
      const both = [held.approve(0), held.execute(0, { executor })];
      await refused(both, ["owner"], "MilestoneAlreadyReleased");
    });
  });

  describe("on time", () => {
    it("given an overdue delivery that lands before the reclaim then it stands, and the owner disputes it", async () => {
      await world.chain.setTime(START + 2n * DAY);
      await world.expectOk([held.submit(0)], "recipient");
      await refused(held.reclaim(0), ["owner"], "MilestoneAlreadySubmitted");
      await world.expectOk([held.dispute(0)], "owner");
    });

    it("given a reclaim that lands first then the delivery is too late for this milestone", async () => {
      await world.chain.setTime(START + 2n * DAY);
      await world.expectOk([held.reclaim(0)], "owner");
      await refused(held.submit(0), ["recipient"], "MilestoneAlreadyReleased");
    });
  });

  describe("on ways out", () => {
    it("given an owner who would trap the money then it stays payable", async () => {
      const { address } = held.policy;
      await refused(held.close(), ["owner"], "EscrowHoldsMoney");
      await refused(world.changeStatus(address, "Paused"), ["owner"], "PolicyHasEscrow");
      await refused(world.changeStatus(address, "Active"), ["owner"], "PolicyHasEscrow");
      await refused(world.deletePolicy(address), ["owner"], "PolicyHasEscrow");
      await world.chain.warpToSlot(world.chain.slot() + 5_000n);
      await refused(world.closeUserPayment(), ["owner"], "UserPaymentHasOpenPolicies");
      await refused(world.closeGateway(), ["gatewayAuthority"], "GatewayHasOpenPolicies");
      await world.expectOk([world.updateConfig({ isPaused: true })], "upgradeAuthority");
      await world.expectOk([held.submit(0)], "recipient");
      await world.chain.setTime(START + 8n * DAY);
      await world.expectOk([held.execute(0)], "stranger");
    });

    it("given fee recipients that change before every payment then the authorities' accounts serve", async () => {
      const feeRecipient = world.key("stranger");
      await world.expectOk([world.updateGateway({ feeRecipient })], "gatewayAuthority");
      await world.expectOk([world.updateConfig({ feeRecipient })], "upgradeAuthority");
      await refused(held.approve(0), ["owner"], "InvalidGatewayFeeAccount");
      const gateway = { gateway_fee_account: world.tokens.gatewayAuthority };
      await refused(held.approve(0, gateway), ["owner"], "InvalidProtocolFeeAccount");
      const both = { ...gateway, protocol_fee_account: world.tokens.upgradeAuthority };
      await world.expectOk([held.approve(0, both)], "owner");
      expect(await world.balance("gatewayAuthority")).to.equal(200n);
      expect(await world.balance("upgradeAuthority")).to.equal(100n);
    });

    it("given a closed escrow then it is not opened again, nor revived in the transaction that closes it", async () => {
      const fresh = await HeldPolicy.create(world, SCHEDULE);
      await world.expectOk([fresh.open()], "owner");
      await world.expectOk([fresh.fund(0, 2)], "owner");
      const revive = SystemProgram.transfer({
        fromPubkey: world.key("owner"),
        toPubkey: fresh.escrow,
        lamports: 10_000_000,
      });
      await refused([fresh.close(), fresh.open()], ["owner"], "EscrowClosed");
      await refused([fresh.close(), revive, fresh.open()], ["owner"], "EscrowClosed");
      await world.expectOk([fresh.close(), revive], "owner");
      const left = (await world.chain.getAccount(fresh.escrow)) as ChainAccount;
      expect(left.owner.equals(SystemProgram.programId)).to.equal(true);
      expect(left.data).to.have.length(0);
      await refused(fresh.open(), ["owner"], "EscrowClosed");
      await refused(fresh.accept(), ["recipient"], "AccountDataTooSmall");
      await refused(fresh.close(), ["owner"], "AccountDataTooSmall");
      const execute = fresh.execute(0, { executor: world.key("owner") });
      await refused(execute, ["owner"], "EscrowClosed");
    });

    it("given lamports at the escrow's address before it is opened then it opens, and they go to the payer at the end", async () => {
      const fresh = await HeldPolicy.create(world, SCHEDULE);
      const lamports = 10_000_000_000n;
      await world.chain.airdrop(fresh.escrow, lamports);
      const payer = world.key("payer");
      const rentPayer = world.people.stranger;
      const before = await lamportsOf(rentPayer.publicKey);
      await world.expectOk([fresh.open({}, { payer: rentPayer.publicKey })], "owner", "stranger");
      await refused(fresh.close({ rent_payer: payer }), ["owner"], "InvalidRentPayer");
      await world.expectOk([fresh.close({ rent_payer: rentPayer.publicKey })], "owner");
      expect(await lamportsOf(rentPayer.publicKey)).to.equal(before + lamports);
    });
    const lamportsOf = async (address: PublicKey) =>
      (await world.chain.getAccount(address))?.lamports ?? 0n;

    it("given dust in a vault that was there before the escrow then it funds nothing, and stops no closing", async () => {
      const fresh = await HeldPolicy.create(world, SCHEDULE);
      const vault = await createTokenAccount(world.chain, world.testMint, fresh.escrow);
      expect(vault.equals(fresh.vault)).to.equal(true);
      await mintTo(world.chain, world.testMint, vault, 50_000n);
      await world.expectOk([fresh.open()], "owner");
      await world.expectOk([fresh.accept()], "recipient");
      await refused(fresh.submit(0), ["recipient"], "MilestoneNotFunded");
      await refused(fresh.approve(0, {}, hash(0)), ["owner"], "MilestoneNotFunded");
      await world.expectOk([fresh.fund(0, 1)], "owner");
      await refused(fresh.settle(0, 10_001n), ["owner", "recipient"], "InvalidRecipientAmount");
      await world.expectOk([fresh.approve(0, {}, hash(0))], "owner");
      expect((await readTokenAccount(world.chain, vault)).amount).to.equal(50_000n);
      const before = await world.balance("owner");
      await world.expectOk([fresh.close()], "owner");
      expect(await world.balance("owner")).to.equal(before + 50_000n);
    });
  });
});
