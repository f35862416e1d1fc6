/** The flow of spec 001 on a held policy, every way through it once. */
import { expect } from "chai";
import { DAY, HeldPolicy } from "./escrow-world";
import { START, World } from "./world";
import { ownComputeUnits } from "./harness";

describe("held escrow, every way through", () => {
  it("given a funded milestone when submitted and approved then released at once", async () => {
    const world = await World.create({ gatewayFeeBps: 100, protocolFeeBps: 50 });
    const held = await HeldPolicy.ready(world, { terms: { platformFeeBps: 250 } });
    await world.expectOk([held.submit(0)], "recipient");
    const approved = await world.expectOk([held.approve(0)], "owner");
    console.log(
      "approve",
      approved.logs.filter((l) => l.includes("consumed")),
    );
    expect(await held.state(0)).to.equal("Released");
    await world.expectOk([held.submit(1)], "recipient");
    await world.expectOk([held.dispute(1)], "owner");
    await world.expectOk([held.requestMediation(1)], "owner");
    const resolved = await world.expectOk([held.resolve(1, 60_000_000n)], "mediator");
    console.log(
      "resolve",
      resolved.logs.filter((l) => l.includes("consumed")),
    );
    expect(await held.state(1)).to.equal("Resolved");
    await world.expectOk([held.submit(2)], "recipient");
    await world.chain.setTime(START + 8n * DAY);
    const executed = await world.expectOk([held.execute(2)], "stranger");
    console.log(
      "execute",
      executed.logs.filter((l) => l.includes("consumed")),
    );
    await world.expectOk([held.reclaimAgreed(3)], "owner", "recipient");
    expect(await held.held()).to.equal(0n);
    await world.expectOk([held.close()], "owner");
    await world.expectOk([world.deletePolicy(held.policy.address)], "owner");
  });
});
