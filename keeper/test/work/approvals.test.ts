import { expect } from "chai";
import type { PublicKey } from "@solana/web3.js";
import type { Approval } from "../../src/approval/release-rule";
import { WorkWorld } from "../harness/work-world";

describe("work: approvals", () => {
  let keeper: WorkWorld;
  beforeEach(async () => {
    keeper = await WorkWorld.create();
    keeper.gatewaySigners = [keeper.world.people.gatewaySigner];
  });
  afterEach(() => keeper.close());

  /** Makes a rule that answers when the test does, and lists the policies that it is asked about. */
  function slowRule() {
    const asked = new Map<string, (answer: Approval) => void>();
    const approve = (policy: PublicKey) =>
      new Promise<Approval>((resolve) => void asked.set(policy.toBase58(), resolve));
    return { asked, rule: { name: "slow", approve } };
  }

  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise(setImmediate);
  };

  it("given a rule that does not answer, when another payment is due without a rule, then that is made without waiting, and the approved one after the answer", async function () {
    this.timeout(20_000);
    const gateways = await keeper.policy(1, 2);
    const open = [await keeper.policy(), await keeper.otherPolicy("open")];
    await keeper.find();
    await keeper.enqueue();
    const { asked, rule } = slowRule();
    const pass = keeper.worker({ rule }).pass();
    await until(() => keeper.executed.length === open.length && asked.size === 1);
    for (const policy of open) expect(keeper.payments(policy)).to.deep.equal([1]);
    expect(keeper.payments(gateways)).to.deep.equal([]);
    asked.get(gateways)!("yes");
    expect(await pass).to.deep.equal({ leased: 3, ended: 3 });
    expect(keeper.payments(gateways)).to.deep.equal([1]);
    expect(keeper.failed).to.deep.equal([]);
  });

  it("given an answer that comes when another worker holds the lease, when it is yes, then nothing is signed for it", async function () {
    this.timeout(20_000);
    const gateways = await keeper.policy(1, 2);
    await keeper.find();
    await keeper.enqueue();
    const { asked, rule } = slowRule();
    const pass = keeper.worker({ rule }).pass();
    await until(() => asked.size === 1);
    await keeper.elapse(3_600);
    asked.get(gateways)!("yes");
    await pass;
    expect(await keeper.attempts()).to.deep.equal([]);
  });

  it("given a worker that is told to stop, when its rule has more policies to approve, then it asks nothing more", async function () {
    this.timeout(20_000);
    const policies: string[] = [];
    for (let index = 0; index < 27; index += 1) policies.push(await keeper.policy(1, 2));
    await keeper.find();
    await keeper.enqueue();
    const { asked, rule } = slowRule();
    const worker = keeper.worker({ rule });
    const pass = worker.pass();
    await until(() => asked.size === 25);
    const stopped = worker.stop();
    for (const answer of asked.values()) answer("later");
    expect(await pass).to.deep.equal({ leased: 27, ended: 25 });
    await stopped;
    expect(asked.size).to.equal(25);
    expect(await keeper.attempts()).to.deep.equal([]);
  });
});
