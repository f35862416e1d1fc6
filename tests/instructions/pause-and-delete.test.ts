import type { PublicKey } from "@solana/web3.js";
import { SystemProgram } from "@solana/web3.js";
import { ACCOUNT_SIZE } from "@milepost/sdk";
import { expect } from "chai";
import { expectRefused, payable, Person, START, toBigInt, WEEK, World } from "../world";

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
      lamports: await world.chain.rentExempt(ACCOUNT_SIZE.paymentPolicy).then(Number),
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
