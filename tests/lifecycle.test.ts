import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { SystemProgram } from "@solana/web3.js";
import { expect } from "chai";
import { Accounts, gatewayAddress } from "./instructions";
import { payable } from "./payable-policy";
import { expectRefused } from "./refusal";
import { Person, START, toBigInt, WEEK, World } from "./world";

const SIZES = { ProgramConfig: 140, PaymentGateway: 287, UserPayment: 205, PaymentPolicy: 384 };

describe("account sizes and rent", () => {
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

  it("given each account then exactly the documented size, rent exempt to the lamport", async () => {
    const policy = await payable(world, [1n]);
    const accounts: [keyof typeof SIZES, PublicKey][] = [
      ["ProgramConfig", world.config],
      ["PaymentGateway", world.gateway],
      ["UserPayment", world.userPayment],
      ["PaymentPolicy", policy.address],
    ];
    for (const [type, address] of accounts) {
      const account = (await world.chain.getAccount(address))!;
      expect(account.data, type).to.have.length(SIZES[type]);
      expect(account.lamports, type).to.equal(await world.chain.rentExempt(SIZES[type]));
    }
  });

  for (const payer of ["payer", "owner"] as const) {
    it(`given a policy whose rent the ${payer} paid then the ${payer} gets it back, to the lamport`, async () => {
      const rent = await world.chain.rentExempt(SIZES.PaymentPolicy);
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
      const rent = await world.chain.rentExempt(SIZES.UserPayment);
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
      const rent = await world.chain.rentExempt(SIZES.PaymentGateway);
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
    const rent = await world.chain.rentExempt(SIZES.PaymentPolicy);
    const remove = world.deletePolicy(policy.address);
    expect(await gains([remove], ["owner"], ["payer"])).to.deep.equal([rent + 777n]);
  });

  it("given lamports at the next policy's address then creating it is not blocked and costs the rest", async () => {
    const { address } = await world.nextPolicy();
    await world.chain.airdrop(address, 1_000_000n);
    const rent = await world.chain.rentExempt(SIZES.PaymentPolicy);
    const create = world.createMilestonePolicy(
      { amounts: [1n], timestamps: [START], releaseCondition: 0 },
      address,
    );
    const spent = await gains([create], ["payer", "owner"], ["payer"]);
    expect(spent).to.deep.equal([1_000_000n - rent]);
    await world.expectOk([world.executePayment(address, 0)], "stranger");
  });
});

describe("the end of a policy", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });

  const remove = (address: PublicKey) => world.deletePolicy(address);

  it("given anyone but the owner then pausing, resuming and deleting are InvalidOwner", async () => {
    const policy = await payable(world, [1n]);
    const people: Person[] = ["stranger", "recipient", "gatewaySigner", "gatewayAuthority"];
    for (const person of [...people, "upgradeAuthority"] as Person[]) {
      const owner = world.key(person);
      for (const sent of [
        world.changeStatus(policy.address, "Paused", { owner }),
        world.changeStatus(policy.address, "Active", { owner }),
        world.deletePolicy(policy.address, { owner }),
      ]) {
        await expectRefused(world, [sent], [person], "InvalidOwner", [policy.address]);
      }
    }
  });

  it("given the owner named without a signature then MissingRequiredSignature", async () => {
    const policy = await payable(world, [1n]);
    for (const sent of [world.changeStatus(policy.address, "Paused"), remove(policy.address)]) {
      sent.keys.forEach((key) => (key.isSigner = false));
      await expectRefused(world, [sent], [], "MissingRequiredSignature", [policy.address]);
    }
  });

  it("given the status it already has then nothing but the time of the update changes", async () => {
    const policy = await payable(world, [1n]);
    for (const [index, status] of (["Active", "Paused", "Paused", "Active"] as const).entries()) {
      const before = await world.decode("PaymentPolicy", policy.address);
      const now = START + BigInt(index) + 1n;
      await world.chain.setTime(now);
      await world.expectOk([world.changeStatus(policy.address, status)], "owner");
      const after = await world.decode("PaymentPolicy", policy.address);
      expect(String(after["updated_at"])).to.equal(String(now));
      const expected = { ...before, status: { [status]: {} }, updated_at: after["updated_at"] };
      expect(JSON.stringify(after)).to.equal(JSON.stringify(expected));
    }
    await world.expectOk([world.executePayment(policy.address, 0)], "stranger");
  });

  const states: [string, (address: PublicKey) => Promise<unknown>, paid: bigint][] = [
    ["active", () => Promise.resolve(), 0n],
    ["paused", (address) => world.expectOk([world.changeStatus(address, "Paused")], "owner"), 0n],
    ["half paid", (address) => world.expectOk([world.executePayment(address, 0)], "stranger"), 10n],
    [
      "completed",
      (address) =>
        world.expectOk(
          [0, 1].map((index) => world.executePayment(address, index)),
          "stranger",
        ),
      30n,
    ],
    [
      "stopped by the program's pause",
      () => world.expectOk([world.updateConfig({ isPaused: true })], "upgradeAuthority"),
      0n,
    ],
    [
      "under a gateway with another signer",
      () =>
        world.expectOk(
          [world.updateGateway({ signer: world.key("stranger") })],
          "gatewayAuthority",
        ),
      0n,
    ],
  ];
  for (const [state, reach, paid] of states) {
    it(`given a policy that is ${state} when deleted then it is gone, and another policy keeps every byte and its allowance`, async () => {
      const other = await payable(world, [7n]);
      const policy = await payable(world, [10n, 20n]);
      await reach(policy.address);
      const untouched = await world.chain.getAccount(other.address);
      await world.expectOk([remove(policy.address)], "owner");

      expect(await world.chain.getAccount(policy.address)).to.equal(null);
      expect(await world.chain.getAccount(other.address)).to.deep.equal(untouched);
      const userPayment = await world.decode("UserPayment", world.userPayment);
      expect(toBigInt(userPayment["committed"])).to.equal(7n);
      expect(userPayment["open_policies"]).to.equal(1);
      expect((await world.delegation()).allowance).to.equal(7n);
      expect(await world.balance("recipient")).to.equal(paid);
      const again = [world.executePayment(policy.address, 0)];
      await expectRefused(world, again, ["stranger"], "AccountDataTooSmall", [policy.address]);
      await expectRefused(world, [remove(policy.address)], ["owner"], "AccountDataTooSmall");
    });
  }

  it("given a deletion when its address is funded in the same transaction then no policy comes back", async () => {
    const policy = await payable(world, [10n]);
    const fund = SystemProgram.transfer({
      fromPubkey: world.key("payer"),
      toPubkey: policy.address,
      lamports: await world.chain.rentExempt(SIZES.PaymentPolicy).then(Number),
    });
    const execute = world.executePayment(policy.address, 0);
    // Funded again, the address is still empty and not this program's: nothing of the transaction stands.
    await expectRefused(
      world,
      [remove(policy.address), fund, execute],
      ["owner", "stranger"],
      "AccountDataTooSmall",
      [policy.address],
    );
    await world.expectOk([remove(policy.address), fund], "owner");
    const left = (await world.chain.getAccount(policy.address))!;
    expect(left.data).to.have.length(0);
    expect(left.owner.equals(SystemProgram.programId)).to.equal(true);
    await expectRefused(world, [execute], ["stranger"], "AccountDataTooSmall", [policy.address]);
  });

  it("given a due milestone when the deletion lands first then nothing is paid, and the other way round both count", async () => {
    await world.chain.setTime(START + 10n * WEEK);
    const first = await payable(world, [10n]);
    const execute = world.executePayment(first.address, 0);
    await expectRefused(
      world,
      [remove(first.address), execute],
      ["owner", "stranger"],
      "AccountDataTooSmall",
      [first.address],
    );
    await world.expectOk([execute, remove(first.address)], "owner", "stranger");
    expect(await world.balance("recipient")).to.equal(10n);
    expect(await world.chain.getAccount(first.address)).to.equal(null);
  });
});
