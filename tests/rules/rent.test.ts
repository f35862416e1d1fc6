/** The rent of an account goes back to the account that paid it, to the lamport. */
import type { TransactionInstruction } from "@solana/web3.js";
import { ACCOUNT_SIZE } from "@milepost/sdk";
import { expect } from "chai";
import { Accounts, expectRefused, gatewayAddress, payable, Person, START, World } from "../world";

describe("rent", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });

  const lamports = async (person: Person): Promise<bigint> =>
    (await world.chain.getAccount(world.key(person)))!.lamports;

  /** What each of these people gained by a transaction that the gateway's fee wallet pays the network fee of. */
  async function gains(
    instructions: TransactionInstruction[],
    signers: Person[],
    people: Person[],
  ): Promise<bigint[]> {
    const before = await Promise.all(people.map(lamports));
    const result = await world.sendFrom("gatewayFees", instructions, ...signers);
    expect(result.err, result.logs.join("\n")).to.equal(null);
    const after = await Promise.all(people.map(lamports));
    return after.map((now, i) => now - before[i]!);
  }

  for (const payer of ["payer", "owner"] as const) {
    it(`given a policy whose rent the ${payer} paid then the ${payer} gets it back, to the lamport`, async () => {
      const rent = await world.chain.rentExempt(ACCOUNT_SIZE.paymentPolicy);
      const { address } = await world.nextPolicy();
      const create = world.createMilestonePolicy(
        { amounts: [1n], timestamps: [START], releaseCondition: 0 },
        address,
        { payer: world.key(payer) },
      );
      const people: Person[] = ["payer", "owner", "recipient"];
      const paid = people.map((person) => (person === payer ? rent : 0n));
      expect(await gains([create], [payer, "owner"], people)).to.deep.equal(
        paid.map((amount) => -amount),
      );
      for (const other of people.filter((person) => person !== payer)) {
        const wrong = world.deletePolicy(address, { rent_payer: world.key(other) });
        await expectRefused(world, [wrong], ["owner"], "InvalidRentPayer", [address]);
      }
      const remove = world.deletePolicy(address, { rent_payer: world.key(payer) });
      expect(await gains([remove], ["owner"], people)).to.deep.equal(paid);
    });

    it(`given a UserPayment whose rent the ${payer} paid then the ${payer} gets it back, to the lamport`, async () => {
      const next = () => world.chain.warpToSlot(world.chain.slot() + 1_024n);
      await next();
      await world.expectOk([world.closeUserPayment()], "owner");
      const rent = await world.chain.rentExempt(ACCOUNT_SIZE.userPayment);
      const people: Person[] = ["payer", "owner"];
      const paid = people.map((person) => (person === payer ? rent : 0n));
      const open = world.createUserPayment({ payer: world.key(payer) });
      expect(await gains([open], [payer, "owner"], people)).to.deep.equal(
        paid.map((amount) => -amount),
      );
      await next();
      const wrong = world.closeUserPayment({
        rent_payer: world.key(payer === "payer" ? "owner" : "payer"),
      });
      await expectRefused(world, [wrong], ["owner"], "InvalidRentPayer");
      const close = world.closeUserPayment({ rent_payer: world.key(payer) });
      expect(await gains([close], ["owner"], people)).to.deep.equal(paid);
    });
  }

  for (const payer of ["payer", "stranger"] as const) {
    it(`given a gateway of the stranger whose rent the ${payer} paid then the ${payer} gets it back, to the lamport`, async () => {
      const rent = await world.chain.rentExempt(ACCOUNT_SIZE.paymentGateway);
      const accounts: Accounts = {
        authority: world.key("stranger"),
        gateway: gatewayAddress(world.key("stranger")),
      };
      const people: Person[] = ["payer", "stranger"];
      const paid = people.map((person) => (person === payer ? rent : 0n));
      const create = world.createGateway({}, { ...accounts, payer: world.key(payer) });
      expect(await gains([create], [payer, "stranger"], people)).to.deep.equal(
        paid.map((amount) => -amount),
      );
      const close = world.closeGateway({ ...accounts, rent_payer: world.key(payer) });
      expect(await gains([close], ["stranger"], people)).to.deep.equal(paid);
    });
  }

  it("given lamports sent to a policy then deleting pays them out with the rent", async () => {
    const policy = await payable(world, [1n]);
    await world.chain.airdrop(policy.address, 777n);
    const rent = await world.chain.rentExempt(ACCOUNT_SIZE.paymentPolicy);
    const remove = world.deletePolicy(policy.address);
    expect(await gains([remove], ["owner"], ["payer"])).to.deep.equal([rent + 777n]);
  });

  it("given lamports at the next policy's address then creating it is not blocked and costs the rest", async () => {
    const { address } = await world.nextPolicy();
    await world.chain.airdrop(address, 1_000_000n);
    const rent = await world.chain.rentExempt(ACCOUNT_SIZE.paymentPolicy);
    const create = world.createMilestonePolicy(
      { amounts: [1n], timestamps: [START], releaseCondition: 0 },
      address,
    );
    const spent = await gains([create], ["payer", "owner"], ["payer"]);
    expect(spent).to.deep.equal([1_000_000n - rent]);
    await world.expectOk([world.executePayment(address, 0)], "stranger");
  });
});
