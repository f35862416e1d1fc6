import { Connection, Keypair } from "@solana/web3.js";
import { expect } from "chai";
import { buildFunding, buildRelease } from "../../src/chain";
import { recordMovement, recordPolicy } from "../../src/policies/store";
import { reconcileDaily } from "../../src/reconciliation/daily";
import { reconciliationRoutes } from "../../src/reconciliation/routes";
import { runReconciliation } from "../../src/reconciliation/run";
import { reconcileNow } from "../../src/reconciliation/service";
import { insertReconciliation } from "../../src/reconciliation/store";
import { type Sandbox, startSandbox } from "../harness/sandbox";
import { openTestDatabase } from "../harness/test-database";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

describe("reconciliation", () => {
  let sandbox: Sandbox;
  let gateway: TestGateway;
  before(async () => {
    await openTestDatabase();
    sandbox = await startSandbox();
  });
  after(() => sandbox.close());
  beforeEach(async () => {
    gateway = await startTestGateway([reconciliationRoutes], { chains: { test: sandbox.chain } });
  });
  afterEach(() => gateway.close());

  /** Funds a policy on chain and writes it down as a resource does. */
  const fund = async (accountId = gateway.accountId): Promise<string> => {
    const { chain } = sandbox;
    const { database } = gateway.context;
    const request = sandbox.funding();
    const build = await buildFunding(chain, request);
    const { signature } = await sandbox.send(build);
    const { policy } = build;
    const now = gateway.context.now();
    const row = {
      accountId,
      address: policy,
      objectId: "intent_1",
      part: 0,
      kind: "held",
    } as const;
    await recordPolicy(database, chain, row, now);
    for (const [index, units] of request.amounts.entries()) {
      const movement = { mode: "test", policy, index, kind: "funded", units, signature } as const;
      await recordMovement(database, movement, now);
    }
    return policy;
  };
  const release = async (policy: string) =>
    sandbox.send(await buildRelease(sandbox.chain, { policy, index: 0 }));
  const recordRelease = (policy: string, units = 300_000_000n) =>
    recordMovement(
      gateway.context.database,
      { mode: "test", policy, index: 0, kind: "paid", units, signature: null },
      gateway.context.now(),
    );
  const run = async (recheckAfterMs: number[] = []) => {
    const { context } = gateway;
    const started = await insertReconciliation(
      context.database,
      { mode: "test", accountId: null, trigger: "command" },
      context.now(),
    );
    return runReconciliation(context, started, { recheckAfterMs });
  };
  const events = () =>
    gateway.context.database.query<{ type: string; account_id: string; data: object }>(
      "SELECT type, account_id, data FROM milepost_gateway.events ORDER BY id",
    );

  it("given ledger and chain agree, then every policy matches and no event is recorded", async () => {
    const policy = await fund();
    await fund();
    await release(policy);
    await recordRelease(policy);
    expect(await run()).to.deep.equal({ mode: "test", policies: 2, differing: 0 });
    expect(await events()).to.deep.equal([]);
  });

  it("given a release that the ledger lacks, then each sum is written down, the account is told, and nothing is repaired", async () => {
    const policy = await fund();
    await release(policy);
    const answer = await gateway.request("POST", "/v1/reconciliations");
    expect(answer.status).to.equal(201);
    expect(answer.body).to.include({ status: "different", policies: 1, trigger: "api" });
    const common = { policy, objectId: "intent_1", part: 0 };
    expect(
      answer.body.differences.map(({ found: _found, ...rest }: { found: number }) => rest),
    ).to.deep.equal([
      { ...common, field: "outstanding", ledger: "1000.00", chain: "700.00" },
      { ...common, field: "paid", ledger: "0.00", chain: "300.00" },
    ]);
    const [event] = await events();
    expect(event).to.include({
      type: "reconciliation.difference_found",
      account_id: gateway.accountId,
    });
    expect(event!.data).to.deep.equal(answer.body);
    // A second look finds the same: nothing was changed.
    expect(await run()).to.include({ differing: 1 });
  });

  it("given a payment in the ledger that the chain does not have, then it is a difference", async () => {
    const policy = await fund();
    await recordRelease(policy, 1n);
    expect(await run()).to.include({ differing: 1 });
  });

  it("given a release that is written down a moment later, then it is no difference", async () => {
    const policy = await fund();
    await release(policy);
    const result = run([50, 50]);
    await recordRelease(policy);
    expect(await result).to.include({ differing: 0 });
  });

  it("shows an account its own differences of a run over every account, and no other's", async () => {
    const policy = await fund("acct_other");
    await release(policy);
    const { differences } = await reconcileNowFast();
    expect(differences).to.have.length(2);
    const list = await gateway.request("GET", "/v1/reconciliations");
    expect(list.body.data[0]).to.deep.include({
      status: "matched",
      policies: null,
      differences: [],
    });
    const [event] = await events();
    expect(event!.account_id).to.equal("acct_other");
  });

  const reconcileNowFast = () => reconcileNow(gateway.context, "test", { recheckAfterMs: [] });

  it("given two processes on one day, then one of them runs it, and the next day it runs again", async () => {
    await fund();
    const runs = await Promise.all([
      reconcileDaily(gateway.context),
      reconcileDaily(gateway.context),
    ]);
    expect(runs.flat()).to.deep.equal([{ mode: "test", policies: 1, differing: 0 }]);
    expect(await reconcileDaily(gateway.context)).to.deep.equal([]);
    gateway.clock.now += 86_400_000;
    expect(await reconcileDaily(gateway.context)).to.have.length(1);
  });

  it("given a process that died in its daily run, then another takes it over after ten minutes", async () => {
    await reconcileDaily(gateway.context);
    await gateway.context.database.query(
      "UPDATE milepost_gateway.reconciliations SET state = 'running', finished_at = NULL",
    );
    expect(await reconcileDaily(gateway.context)).to.deep.equal([]);
    gateway.clock.now += 601_000;
    expect(await reconcileDaily(gateway.context)).to.have.length(1);
  });

  it("given a chain that does not answer, then the run has failed and says so", async () => {
    await fund();
    const chain = { ...sandbox.chain, connection: new Connection("http://127.0.0.1:9") };
    const context = { ...gateway.context, chains: { test: chain } };
    const started = await insertReconciliation(
      context.database,
      { mode: "test", accountId: gateway.accountId, trigger: "api" },
      context.now(),
    );
    const error = await runReconciliation(context, started).catch((reason: unknown) => reason);
    expect(error).to.include({ code: "chain_unavailable" });
    const { body } = await gateway.request("GET", `/v1/reconciliations/${started.id}`);
    expect(body).to.include({ status: "failed" });
    expect(body.error).to.include("Run it again");
  });

  it("given another account's reconciliation, then 404", async () => {
    const { body } = await gateway.request("POST", "/v1/reconciliations");
    const answer = await gateway.request("GET", `/v1/reconciliations/${body.id}`, undefined, {
      "x-api-key": gateway.keys.other,
    });
    expect(answer.status).to.equal(404);
    expect(answer.body.error.code).to.equal("resource_missing");
  });

  it("given more policies than one call reads, then all are compared", async () => {
    const { database, now } = gateway.context;
    const { chain } = sandbox;
    for (let index = 0; index < 60; index += 1) {
      const address = Keypair.generate().publicKey.toBase58();
      const row = {
        accountId: gateway.accountId,
        address,
        objectId: "intent_1",
        part: index,
        kind: "held",
      } as const;
      await recordPolicy(database, chain, row, now());
    }
    await fund();
    expect(await run()).to.include({ policies: 61, differing: 0 });
  });
});
