/** G3: once the money is in, no call changes a term on chain, and none moves money to anyone else. */
import { associatedTokenAddress } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { type PolicyState, readPolicy } from "../../src/chain";
import { readTokenBalance } from "../../src/chain/token-balance";
import { confirm, createIntent, policyOf } from "../harness/intent-world";
import { type Operation, operations, sampleOf } from "../harness/operations";
import { createRandom } from "../harness/random";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";

/** Writes of the document that name an object, except uploads, and except keys and endpoints, which have no money. */
const WRITES = operations().filter(
  ({ method, path, bodyType }) =>
    method !== "GET" &&
    bodyType !== "multipart/form-data" &&
    /^\/v1\/(payment-intents|projects)\/\{/.test(path),
);

/** Fields that a thief would send: no body of the API may take one of them after the lock. */
const OTHER_TERMS = {
  amount: "999.00",
  recipient: "11111111111111111111111111111112",
  recipientAddress: "11111111111111111111111111111112",
  settlementDestination: "11111111111111111111111111111112",
  mint: "11111111111111111111111111111112",
  currency: "USDT",
  mediator: "11111111111111111111111111111112",
  terms: { reviewPeriod: 1 },
  releaseCondition: 2,
  autoRelease: true,
};

describe("terms after the lock", () => {
  let gateway: SandboxGateway;
  before(async () => (gateway = await startSandboxGateway()));
  after(() => gateway?.close());

  /** What a policy fixes at its creation. */
  const termsOf = ({ owner, recipient, gateway: of, mint, memo, ...state }: PolicyState) => ({
    ...{ owner, recipient, of, mint, memo },
    condition: state.releaseCondition,
    amounts: state.milestones.map(({ amount, timestamp }) => [amount, timestamp]),
    fees: [state.gatewayFeeBps, state.protocolFeeBps],
    // Gone once the escrow was closed after its end.
    ...(state.escrow && {
      mediator: state.escrow.mediator,
      terms: JSON.stringify(state.escrow.terms),
    }),
  });

  /** Base units of those who may have some: the parties, the fee's recipient, and the vault. */
  async function money(vault: string): Promise<bigint> {
    const { chain, localnet } = gateway;
    const parties = (["payer", "payee", "mediator"] as const).map((role) => gateway.balance(role));
    const { mint } = localnet;
    const info = await chain.connection.getAccountInfo(mint);
    const wallet = localnet.wallets.gatewayAuthority.publicKey;
    const fee = readTokenBalance(chain, associatedTokenAddress(mint, wallet, info!.owner));
    const held = readTokenBalance(chain, new PublicKey(vault));
    const all = await Promise.all([...parties, fee, held]);
    return all.reduce((sum, units) => sum + units, 0n);
  }

  /** Sends every write about an object, once as its schema asks and once with each other term; looks at the chain after each. */
  async function sendAll(of: Target): Promise<void> {
    const random = createRandom();
    const before = (await of.policy())!;
    const total = await money(before.escrow!.vault);
    const writes = WRITES.filter(({ path }) => path.startsWith(`/v1/${of.resource}/{`));
    expect(writes.length).to.be.greaterThan(8);
    const extras = [{}, ...Object.entries(OTHER_TERMS).map(([name, value]) => ({ [name]: value }))];
    for (const operation of shuffled(writes, random)) {
      for (const extra of extras) {
        const { status, body } = await send(operation, of, extra);
        expect(status, `${operation.id}: ${JSON.stringify(body)}`).to.be.lessThan(500);
      }
      const state = await of.policy();
      // Deleted by its owner after its end: whose money it was shows in the sum.
      if (state) expect(termsOf(before), operation.id).to.deep.include(termsOf(state));
    }
    await gateway.settled();
    expect(await money(before.escrow!.vault)).to.equal(total);
  }

  function send(operation: Operation, { ids, given }: Target, extra: object) {
    const path = operation.path.replace(
      /\{(\w+)\}/g,
      (_all, name: string) => ids[name] ?? "none_0",
    );
    const sample = operation.bodySchema ? sampleOf(operation.bodySchema, given) : {};
    return gateway.request(operation.method, path, { ...(sample as object), ...extra });
  }

  for (const autoRelease of [true, false]) {
    it(`given an intent's money that ${autoRelease ? "the platform" : "the payer"} releases, when every write is sent with any term, then the terms on chain stay, and money goes only to the parties and the fee`, async function () {
      this.timeout(240_000);
      const { id, path, ids } = await createIntent(
        gateway,
        { amount: "100.00", releaseType: "MILESTONE_LOCKED", autoRelease },
        ["10.00", "20.00", "30.00", "40.00"],
      );
      await confirm(gateway, path);
      const { address: policy } = await policyOf(gateway, path);
      await sendAll({
        resource: "payment-intents",
        ids: { id, mid: ids[0]! },
        given: {},
        policy: () => readPolicy(gateway.chain, policy),
      });
    });
  }

  it("given a project's money, when every write is sent with any term, then the terms on chain stay, and money goes only to the parties and the fee", async function () {
    this.timeout(240_000);
    const { body: project } = await gateway.post("/v1/projects", {
      ...{ title: "Kitchen", projectType: "general", size: "small" },
      ...{ amount: "1000.00", currency: "USDC" },
      ...{ homeowner: { name: "A" }, contractor: { name: "B" }, mediator: { name: "C" } },
    });
    const path = `/v1/projects/${project.id}`;
    const milestoneId = project.milestones[0].id as string;
    const party = project.homeowner.id as string;
    for (const [step, by] of [
      ["finalize", party],
      [`milestones/${milestoneId}/fund`, party],
      ["accept-terms", project.contractor.id],
    ]) {
      const { status, body } = await gateway.post(`${path}/${step}`, { party: by });
      expect(status, JSON.stringify(body)).to.equal(200);
    }
    const { body: funded } = await gateway.get(path);
    await sendAll({
      resource: "projects",
      ids: { id: project.id, milestoneId },
      given: { party },
      policy: () => readPolicy(gateway.chain, funded.policies[0].policy),
    });
  });
});

/** An object whose money is in escrow. */
interface Target {
  resource: "payment-intents" | "projects";
  /** Values of the parameters of its paths. */
  ids: Record<string, string>;
  /** Values of properties in bodies. */
  given: Record<string, string>;
  policy(): Promise<PolicyState | null>;
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}
