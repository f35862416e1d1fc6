import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import { buildApprove, buildFunding, buildSubmit } from "../../src/chain";
import { recordPolicy } from "../../src/policies/store";
import { projectRoutes } from "../../src/projects/routes";
import { chainFacts } from "../../src/reminders/chain-facts";
import { createReminders } from "../../src/reminders/create-reminders";
import { type Sandbox, START, startSandbox } from "../harness/sandbox";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const HOUR = 3_600n;

describe("reminders of a project on chain", () => {
  let sandbox: Sandbox;
  let gateway: TestGateway;
  before(async () => {
    sandbox = await startSandbox();
    gateway = await startTestGateway([projectRoutes], { chains: { test: sandbox.chain } });
  });
  after(async () => {
    await gateway.close();
    await sandbox.close();
  });

  it("given a submission then its reminders come by the chain's clock, and nothing is told about what was approved", async () => {
    const { database } = gateway.context;
    const { body } = await gateway.request("POST", "/v1/projects", {
      title: "Kitchen",
      projectType: "kitchen_renovation",
      amount: "1000.00",
      currency: "USDC",
      homeowner: { name: "Ada" },
      contractor: { name: "Ben" },
      mediator: { name: "Cleo" },
    });
    await database.query(
      "UPDATE milepost_gateway.projects SET status = 'active', finalized_at = $2 WHERE id = $1",
      [body.id, START.toString()],
    );
    const reminders = createReminders(gateway.context, { facts: chainFacts, lookSecs: 60 });
    const kinds = async () =>
      (
        await database.query<{ kind: string }>(
          "SELECT kind FROM milepost_gateway.notifications ORDER BY at",
        )
      ).map(({ kind }) => kind);
    await reminders.look();
    sandbox.setTime(START + 24n * HOUR);
    await reminders.look();
    expect(await kinds()).to.deep.equal(["funding_24h"]);

    const funding = await buildFunding(
      sandbox.chain,
      sandbox.funding({
        amounts: [300_000_000n, 500_000_000n, 200_000_000n],
        releaseCondition: 4,
      }),
    );
    await sandbox.send(funding);
    const { policy: address } = funding;
    const policy = { accountId: gateway.accountId, address, objectId: body.id, part: 0 };
    await recordPolicy(database, sandbox.chain, { ...policy, kind: "held" }, new Date());
    const milestone = { policy: address, index: 0, evidenceHash: Buffer.alloc(32, 1) };
    await sandbox.send(await buildSubmit(sandbox.chain, milestone));
    sandbox.setTime(START + (24n + 72n) * HOUR - 1n);
    expect((await reminders.look()).told).to.equal(0);
    sandbox.setTime(START + (24n + 73n) * HOUR);
    expect((await reminders.look()).told).to.equal(1);
    expect((await kinds()).at(-1)).to.equal("review_72h");

    await sandbox.send(await buildApprove(sandbox.chain, milestone));
    sandbox.setTime(START + (24n + 100n) * HOUR);
    expect((await reminders.look()).told).to.equal(0);
  });

  it("given a live wallet that lacks the money then a reminder names the exact shortfall three days before the date, and none is sent once the money is there", async () => {
    const live = { ...sandbox.chain, mode: "live" as const, sandboxKey: null, sandboxFund: null };
    const gatewayLive = await startTestGateway([projectRoutes], { chains: { live } });
    try {
      const homeowner = Keypair.generate().publicKey;
      const party = (name: string, wallet = Keypair.generate().publicKey) => ({
        name,
        wallet: wallet.toBase58(),
      });
      const headers = { "x-api-key": gatewayLive.keys.live };
      const start = await live.time();
      const { body } = await gatewayLive.request(
        "POST",
        "/v1/projects",
        {
          title: "Kitchen",
          projectType: "kitchen_renovation",
          amount: "1000.00",
          currency: "USDC",
          homeowner: party("Ada", homeowner),
          contractor: party("Ben"),
          mediator: party("Cleo"),
        },
        headers,
      );
      const url = `/v1/projects/${body.id}`;
      const [first, ...others] = body.milestones;
      const milestones = [first, ...others].map(({ id, title, amount }, index) => ({
        id,
        title,
        amount,
        dueDate: Number(start + 20n * 24n * HOUR) + index,
      }));
      await gatewayLive.request("PATCH", `${url}/milestones`, { milestones }, headers);
      const fixed = await gatewayLive.request(
        "POST",
        `${url}/finalize`,
        { party: body.homeowner.id },
        headers,
      );
      expect(fixed.status, JSON.stringify(fixed.body)).to.equal(200);
      const total = BigInt(first.total.replace(".", "")) * 10_000n;
      const { context } = gatewayLive;
      const read = async () =>
        (await chainFacts.read(context, {
          id: body.id,
          accountId: gatewayLive.accountId,
          mode: "live",
        }))!.milestone!;
      expect((await read()).clock.shortfall).to.equal(total);
      await sandbox.localnet.airdropTokens(homeowner, total - 1n);
      expect((await read()).shortfall).to.equal("0.000001 USDC");

      const reminders = createReminders(context, { facts: chainFacts, lookSecs: 60 });
      sandbox.setTime(start + 17n * 24n * HOUR - 1n);
      await reminders.look();
      const shortfalls = () =>
        context.database.query<{ subject: string }>(
          "SELECT subject FROM milepost_gateway.notifications WHERE kind = 'shortfall_72h'",
        );
      expect(await shortfalls()).to.deep.equal([]);
      sandbox.setTime(start + 17n * 24n * HOUR);
      await reminders.look();
      expect((await shortfalls()).map(({ subject }) => subject.slice(0, 36))).to.deep.equal([
        "Your wallet lacks 0.000001 USDC for ",
      ]);
      await sandbox.localnet.airdropTokens(homeowner, 1n);
      expect((await read()).clock.shortfall).to.equal(0n);
    } finally {
      await gatewayLive.close();
    }
  });
});
