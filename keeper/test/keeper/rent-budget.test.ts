import { expect } from "chai";
import { openConnections } from "../../src/config/connections";
import { createKeeper } from "../../src/keeper";
import { openQueue } from "../../src/queue/leases";
import { createLog } from "../../src/observe/log";
import { createMetrics } from "../../src/observe/metrics";
import { outcomesOf } from "../../src/store/outcomes";
import { MilepostNet } from "../harness/cli-localnet";
import { migratedDatabase, type TestDatabase } from "../harness/test-database";

const HOUR = 3_600n;
const RENT = 2_039_280n;

describe("keeper: the budget for rents", () => {
  let chain: MilepostNet;
  let test: TestDatabase;
  before(async () => {
    test = await migratedDatabase();
    chain = await MilepostNet.start();
  });
  after(() => Promise.all([chain.stop(), test.drop()]));

  it("given two keepers of one database, when one has spent the budget, then the other one pays what needs no account only, until an hour later", async () => {
    const payer = await chain.net.funded();
    const policies: string[] = [];
    const add = async (hasTokens: boolean) => {
      policies.push((await chain.policy(1, hasTokens)).address.toBase58());
    };
    for (const hasTokens of [false, false, false, true]) await add(hasTokens);
    await chain.pass(HOUR);
    const lines: string[] = [];
    const run = async () => {
      const metrics = createMetrics();
      const keeper = createKeeper({
        database: test.database,
        queue: await openQueue(test.database),
        connection: openConnections({ urls: [chain.net.localnet.url] }).any,
        connect: () => {
          throw new Error("one run needs no websocket");
        },
        feePayer: payer,
        rentBudget: 2n * RENT,
        log: createLog({ destination: { write: (line) => void lines.push(line) } }),
        metrics,
      });
      const paid = await keeper.runOnce();
      await keeper.stop();
      return paid;
    };
    const rents = async () => {
      const each = await Promise.all(policies.map((policy) => outcomesOf(test.database, policy)));
      return each.flat().reduce((sum, { rentLamports }) => sum + rentLamports!, 0n);
    };
    const told = () =>
      lines.filter((line) => line.includes("the rent budget of this hour is spent"));
    const comeBack = () =>
      test.database.script("UPDATE milepost_keeper.policies SET not_before = now()");

    expect(await run()).to.equal(3);
    expect(await rents()).to.equal(2n * RENT);
    expect(told()).to.have.length(1);
    expect(JSON.parse(told()[0]!)).to.include({ rentBudget: "4078560" });

    await add(true);
    await chain.pass(HOUR);
    await comeBack();
    expect(await run()).to.equal(1);
    expect(await rents()).to.equal(2n * RENT);

    await test.database.script(
      "UPDATE milepost_keeper.outcomes SET recorded_at = recorded_at - interval '1 hour'",
    );
    await comeBack();
    expect(await run()).to.equal(1);
    expect(await rents()).to.equal(3n * RENT);
  });
});
