/** Instruction data that is cut short or holds no value of its type. */
import { TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import { expectRefused, HeldPolicy, IDL, Person, PolicyRef, World } from "../world";

const OPEN = { amounts: [1_000n, 2_000n], timestamps: [0n, 0n], releaseCondition: 0 };

describe("instruction data", () => {
  let world: World;
  let policy: PolicyRef;
  let held: HeldPolicy;
  before(async () => {
    world = await World.create();
    policy = await world.createPolicy(OPEN);
    held = await HeldPolicy.ready(world, { schedule: OPEN });
  });

  it("given the data of each instruction cut at every length then InvalidInstructionData", async () => {
    const next = await world.nextPolicy();
    const all = [
      world.initializeConfig(),
      world.updateConfig({ protocolFeeBps: 1 }),
      world.acceptAuthority(),
      world.createGateway(),
      world.updateGateway({ feeBps: 1 }),
      world.setKeeperReward(1),
      world.closeGateway(),
      world.createUserPayment(),
      world.closeUserPayment(),
      world.createMilestonePolicy(OPEN, next.address),
      world.executePayment(policy.address, 0),
      world.changeStatus(policy.address, "Paused"),
      world.deletePolicy(policy.address),
      world.syncDelegation(),
      held.open(),
      held.accept(),
      held.fund(0, 1),
      held.submit(0),
      held.approve(0),
      held.dispute(0),
      held.withdrawDispute(0),
      held.requestMediation(0),
      held.resolve(0, 1n),
      held.expire(0),
      held.settle(0, 1n),
      held.reclaimAgreed(0),
      held.close(),
    ];
    expect(all).to.have.length(IDL.instructions.length);
    const signers: Person[] = [
      "owner",
      "recipient",
      "mediator",
      "upgradeAuthority",
      "gatewayAuthority",
      "stranger",
    ];
    for (const instruction of all) {
      for (let length = 0; length < instruction.data.length; length++) {
        const cut = new TransactionInstruction({
          ...instruction,
          data: instruction.data.subarray(0, length),
        });
        await expectRefused(world, [cut], signers, "InvalidInstructionData", [next.address]);
      }
    }
  });

  it("given a status, a flag or an option that is neither 0 nor 1 then InvalidInstructionData", async () => {
    const next = await world.nextPolicy();
    const broken = (instruction: TransactionInstruction, offset: number, value: number) => {
      const data = Buffer.from(instruction.data);
      data.writeUInt8(value, offset < 0 ? data.length + offset : offset);
      return new TransactionInstruction({ ...instruction, data });
    };
    for (const value of [2, 255]) {
      for (const instruction of [
        broken(world.changeStatus(policy.address, "Paused"), -1, value),
        // Behind replace_delegate stand two u16.
        broken(world.createMilestonePolicy(OPEN, next.address), -5, value),
        broken(world.syncDelegation(), -1, value),
        broken(world.updateConfig({}), 8, value),
        broken(world.updateGateway({}), 8, value),
      ]) {
        const signers: Person[] = ["owner", "upgradeAuthority", "gatewayAuthority"];
        await expectRefused(world, [instruction], signers, "InvalidInstructionData", [
          policy.address,
          next.address,
        ]);
      }
    }
  });
});
