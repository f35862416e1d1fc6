/** The operator's report: settings from the chain, health, what is stuck, and the last reconciliation. */
import { Keypair } from "@solana/web3.js";
import { migrate as migrateKeeper } from "../../../keeper/src";
import { expect } from "chai";
import type { ChainRuntime } from "../../src/chain";
import { readGatewayFacts } from "../../src/chain/gateway-facts";
import { createIntent, fundedIntent } from "../harness/intent-world";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import { type SignedIn, signIn } from "../harness/wallet-session";

describe("the operator's report", () => {
  let gateway: SandboxGateway;
  let operator: SignedIn;
  before(async () => {
    gateway = await startSandboxGateway();
    operator = await signIn(gateway.app, gateway.localnet.wallets.gatewayAuthority);
  });
  after(() => gateway.close());

  const report = async () => {
    const { status, body } = await operator.request("GET", "/v1/operator");
    expect(status, JSON.stringify(body)).to.equal(200);
    return body;
  };
  const query = (sql: string, values: unknown[] = []) =>
    gateway.context.database.query<{ id: string }>(sql, values);

  it("is for the authority of the gateway's account alone", async () => {
    expect(operator.session.isOperator).to.equal(true);
    const other = await signIn(gateway.app, Keypair.generate());
    expect(other.session.isOperator).to.equal(false);
    const refused = await other.request("GET", "/v1/operator");
    expect([refused.status, refused.body.error.code]).to.deep.equal([403, "forbidden"]);
    const byKey = await gateway.get("/v1/operator");
    expect([byKey.status, byKey.body.error.code]).to.deep.equal([401, "authentication_required"]);
  });

  it("has the gateway's settings and the sponsor's balance from the chain", async () => {
    const { gateway: account, sponsor, health } = await report();
    const { chain, localnet } = gateway;
    expect(account).to.deep.include({
      address: chain.gateway.toBase58(),
      authority: localnet.wallets.gatewayAuthority.publicKey.toBase58(),
      signer: chain.signer.publicKey.toBase58(),
    });
    const lamports = await chain.connection.getBalance(chain.sponsor.publicKey, "confirmed");
    expect(sponsor).to.deep.equal({
      address: chain.sponsor.publicKey.toBase58(),
      lamports: String(lamports),
    });
    expect(health.database).to.deep.equal({ ok: true, error: null });
    expect(health.chains).to.have.length(1);
    expect(health.chains[0]).to.include({ mode: "test", ok: true, error: null });
    expect(health.chains[0].slot).to.be.greaterThan(0);
  });

  it("counts webhook endpoints and transactions over every account", async () => {
    const hook = { url: "https://example.com/hook" };
    await gateway.post("/v1/webhook-endpoints", hook);
    await gateway.post("/v1/webhook-endpoints", hook, { "x-api-key": gateway.keys.other });
    const { health } = await report();
    expect(health.webhooks).to.include({ endpoints: 2, disabled: 0, failing: 0 });
    expect(health.jobs).to.include({ running: 0, failed: 0 });
  });

  it("has the keeper's state where it shares the database, and null where there is no keeper", async () => {
    expect((await report()).health.keeper).to.equal(null);
    const { database, chains } = gateway.context;
    await migrateKeeper(database);
    await query(
      "INSERT INTO milepost_keeper.chain (genesis_hash, program_id) VALUES ($1, 'program')",
      [chains.test!.genesisHash],
    );
    const insert = (address: string, dueAt: number, more = "NULL, now()") =>
      query(
        `INSERT INTO milepost_keeper.policies
           (address, milestone_index, state, action, due_at, reason, seen_slot, planned, not_before, updated_at)
         VALUES ($1, 0, 'scheduled', 'execute', $2, '', 1, '', ${more})`,
        [address, dueAt],
      );
    const now = Number(await gateway.chain.time());
    await insert("later", now + 3_600);
    await insert("due", now - 10);
    await insert("postponed", now - 600, "now() + interval '1 hour', now()");
    const { keeper } = (await report()).health;
    expect(keeper).to.include({ ok: true, error: null, due: 2, postponed: 1, failed: 0 });
    expect(Math.abs(keeper.lastSeen - Date.now() / 1_000)).to.be.lessThan(60);
    await insert("untouched", now - 600, "NULL, now() - interval '10 minutes'");
    const after = (await report()).health.keeper;
    expect([after.ok, after.error]).to.deep.equal([
      false,
      "1 due payments were not tried for 120 seconds.",
    ]);
  });

  it("lists late transactions, intents that require an action and projects with a problem, with reason and next step", async () => {
    expect((await report()).stuck).to.deep.equal([]);
    const late = await fundedIntent(gateway);
    const inNeed = await createIntent(gateway);
    await query(
      "UPDATE milepost_gateway.payment_intents SET status = 'REQUIRES_ACTION', problem = 'The payer has too little.', next_action = 'confirm' WHERE id = $1",
      [inNeed.id],
    );
    const project = await gateway.post("/v1/projects", {
      ...{ title: "Kitchen", projectType: "general", amount: "1000.00", currency: "USDC" },
      ...{ homeowner: { name: "A" }, contractor: { name: "B" }, mediator: { name: "C" } },
    });
    await query("UPDATE milepost_gateway.projects SET problem = 'Rolled back.' WHERE id = $1", [
      project.body.id,
    ]);
    const job = (id: string, age: number, notBefore: bigint | null) =>
      query(
        `INSERT INTO milepost_gateway.chain_jobs (id, account_id, mode, kind, subject_id, dedupe_key, payload, error, run_at, created_at, not_before)
         VALUES ($1, $2, 'test', 'release_milestone', $3, $1, $4, 'the RPC does not answer', now() + interval '1 hour', now() - make_interval(secs => $5), $6)`,
        [
          id,
          gateway.accountId,
          late.id,
          JSON.stringify({ intentId: late.id, milestoneId: late.ids[0] }),
          age,
          notBefore?.toString() ?? null,
        ],
      );
    const now = await gateway.chain.time();
    await job("job_late", 130, null);
    await job("job_new", 60, null);
    await job("job_dated", 600, now + 3_600n);
    const { stuck } = await report();
    expect(stuck).to.have.length(3);
    const of = (id: string) =>
      stuck.find(({ objectId }: { objectId: string }) => objectId === id) as object;
    expect(of(late.id)).to.deep.include({
      object: "payment_intent",
      milestoneId: late.ids[0],
      accountId: gateway.accountId,
      reason: "the RPC does not answer",
    });
    expect(of(inNeed.id)).to.deep.include({
      reason: "The payer has too little.",
      nextStep: "Next action: confirm.",
    });
    expect(of(project.body.id)).to.deep.include({ object: "project", reason: "Rolled back." });
    await query(
      "DELETE FROM milepost_gateway.chain_jobs WHERE id LIKE 'job\\_%' AND kind = 'release_milestone'",
    );
  });

  it("has the last reconciliation over every account, with its differences", async () => {
    expect((await report()).reconciliation).to.deep.equal({ last: null, differences: 0 });
    await query(
      `INSERT INTO milepost_gateway.reconciliations (id, mode, trigger, state, created_at, seen_at, finished_at)
       VALUES ('recon_1', 'test', 'daily', 'done', to_timestamp(1000), to_timestamp(1000), to_timestamp(1060))`,
    );
    await query(
      `INSERT INTO milepost_gateway.reconciliation_differences
         (reconciliation_id, mode, policy, field, account_id, object_id, part, found_at)
       SELECT 'recon_1', 'test', 'policy', field, 'acct', 'intent', 0, now() FROM unnest(ARRAY['paid', 'fees']) AS field`,
    );
    expect((await report()).reconciliation).to.deep.equal({
      last: { id: "recon_1", status: "done", created: 1_000, finished: 1_060 },
      differences: 1,
    });
  });

  it("given a chain that no longer answers then the last known settings are shown, and the chain is reported", async () => {
    await report();
    const chain = gateway.context.chains.test as {
      -readonly [Key in keyof ChainRuntime]: ChainRuntime[Key];
    };
    const { connection, time } = chain;
    const down = () => Promise.reject(new Error("fetch failed"));
    chain.connection = { getSlot: down, getBalance: down, getAccountInfo: down } as never;
    chain.time = down;
    try {
      const { gateway: account, health } = await report();
      expect(account.address).to.equal(gateway.chain.gateway.toBase58());
      const later = await readGatewayFacts(chain, new Date(Date.now() + 3_600_000));
      expect(later.authority).to.equal(account.authority);
      expect(health.chains).to.deep.equal([
        { mode: "test", ok: false, error: "fetch failed", slot: null, time: null },
      ]);
    } finally {
      Object.assign(chain, { connection, time });
    }
  });
});
