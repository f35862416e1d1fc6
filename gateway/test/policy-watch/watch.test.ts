import { Connection } from "@solana/web3.js";
import { expect } from "chai";
import { buildFunding, buildRelease, buildSettle } from "../../src/chain";
import { recordPolicy } from "../../src/policies/store";
import { type PolicyObserver, watchPolicies } from "../../src/policy-watch/watch";
import { type Sandbox, startSandbox } from "../harness/sandbox";
import { openTestDatabase } from "../harness/test-database";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

describe("watch over policies", () => {
  let sandbox: Sandbox;
  let gateway: TestGateway;
  let observed: string[];
  before(async () => {
    await openTestDatabase();
    sandbox = await startSandbox();
  });
  after(() => sandbox.close());
  beforeEach(async () => {
    gateway = await startTestGateway([], { chains: { test: sandbox.chain } });
    observed = [];
  });
  afterEach(() => gateway.close());

  const note: PolicyObserver = (_context, { objectId }) => {
    observed.push(objectId);
    return Promise.resolve();
  };
  const fund = async (objectId: string): Promise<string> => {
    const { chain } = sandbox;
    const build = await buildFunding(chain, sandbox.funding({ amounts: [1_000_000n, 2_000_000n] }));
    await sandbox.send(build);
    const { accountId, context } = gateway;
    const row = { accountId, address: build.policy, objectId, part: 0, kind: "held" } as const;
    await recordPolicy(context.database, chain, row, context.now());
    return build.policy;
  };
  const watch = (observer = note) => {
    gateway.clock.now += 5_000;
    return watchPolicies(gateway.context, { intent_: observer });
  };

  it("hands a changed policy to its resource once, and again after the next change", async () => {
    const policy = await fund("intent_1");
    await fund("intent_2");
    await watch();
    expect(observed).to.have.members(["intent_1", "intent_2"]);
    expect(await watch()).to.equal(0);
    await sandbox.send(await buildRelease(sandbox.chain, { policy, index: 0 }));
    expect(await watch()).to.equal(1);
    expect(observed.slice(2)).to.deep.equal(["intent_1"]);
  });

  it("looks at no policy again before its turn", async () => {
    await fund("intent_1");
    await watch();
    // Without a connection, a look at the chain would fail.
    const chain = { ...sandbox.chain, connection: null as never };
    const context = { ...gateway.context, chains: { test: chain } };
    expect(await watchPolicies(context, { intent_: note })).to.equal(0);
  });

  it("given an observer that fails, then the policy's turn comes again", async () => {
    await fund("intent_1");
    expect(await watch(() => Promise.reject(new Error("no database")))).to.equal(0);
    expect(await watch()).to.equal(1);
    expect(observed).to.deep.equal(["intent_1"]);
  });

  it("given every milestone has ended, then the end is handed on and the policy is not looked at again", async () => {
    const policy = await fund("intent_1");
    await sandbox.send(await buildRelease(sandbox.chain, { policy, index: 0 }));
    await sandbox.send(await buildSettle(sandbox.chain, { policy, index: 1, recipientAmount: 1n }));
    expect(await watch()).to.equal(1);
    const [row] = await gateway.context.database.query<{ ended_at: Date | null }>(
      "SELECT ended_at FROM milepost_gateway.policies",
    );
    expect(row!.ended_at).not.to.equal(null);
    expect(await watch()).to.equal(0);
  });

  it("given two processes, then each policy is handed on by one of them", async () => {
    for (let index = 0; index < 4; index += 1) await fund(`intent_${index}`);
    gateway.clock.now += 5_000;
    const observers = { intent_: note };
    await Promise.all([
      watchPolicies(gateway.context, observers),
      watchPolicies(gateway.context, observers),
    ]);
    expect(observed.sort()).to.deep.equal(["intent_0", "intent_1", "intent_2", "intent_3"]);
  });

  it("given a chain that does not answer, then it rejects and the turn comes again", async () => {
    await fund("intent_1");
    const connection = new Connection("http://127.0.0.1:9");
    const context = { ...gateway.context, chains: { test: { ...sandbox.chain, connection } } };
    gateway.clock.now += 5_000;
    const error = await watchPolicies(context, { intent_: note }).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.include({ code: "chain_unavailable" });
    expect(await watch()).to.equal(1);
  });
});
