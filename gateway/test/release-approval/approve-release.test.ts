import { expect } from "chai";
import { type Keypair, PublicKey } from "@solana/web3.js";
import { Webhook } from "standardwebhooks";
import { type CallbackError, httpCallbackRule } from "../../../keeper/src/approval";
import { CliProcess as KeeperProcess } from "../../../keeper/test/harness/cli-process";
import { approvalFor, type ReleaseState } from "../../src/release-approval/approve-release";
import { addReleaseApproval, RELEASE_APPROVAL_PATH } from "../../src/release-approval/routes";
import { buildApp } from "../../src/http/app";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import { fundedIntent } from "../harness/serve-process";
import type { FastifyInstance } from "fastify";
import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { temporaryDirectory } from "../harness/upload";

const HASH = "ab".repeat(32);
const SECRET = `whsec_${Buffer.alloc(24, 3).toString("base64")}`;

describe("release approval: the rule", () => {
  const state = (changes: Partial<ReleaseState>): ReleaseState => ({
    releaseType: "MILESTONE_LOCKED",
    orderStatus: "CREATED",
    milestoneStatus: "PENDING",
    isRequested: true,
    expectedHash: null,
    deliveryHash: null,
    ...changes,
  });
  const CASES: [string, Partial<ReleaseState>, "yes" | "later"][] = [
    ["a pending milestone", {}, "later"],
    ["a completed milestone", { milestoneStatus: "COMPLETED" }, "yes"],
    ["a released milestone", { milestoneStatus: "RELEASED" }, "yes"],
    ["a milestone that nobody has created", { milestoneStatus: null }, "later"],
    [
      "a completed milestone in dispute",
      { milestoneStatus: "COMPLETED", orderStatus: "DISPUTED" },
      "later",
    ],
    [
      "a completed milestone of a canceled order",
      { milestoneStatus: "COMPLETED", orderStatus: "CANCELLED" },
      "later",
    ],
    [
      "a delivered order whose milestone is pending",
      { orderStatus: "DELIVERED", milestoneStatus: "PENDING" },
      "later",
    ],
    ["TIME_LOCKED before its delivery", { releaseType: "TIME_LOCKED" }, "later"],
    ...["SHIPPED", "DELIVERED"].map((orderStatus): [string, Partial<ReleaseState>, "yes"] => [
      `TIME_LOCKED that is ${orderStatus}`,
      { releaseType: "TIME_LOCKED", orderStatus },
      "yes",
    ]),
    ["TIME_LOCKED in dispute", { releaseType: "TIME_LOCKED", orderStatus: "DISPUTED" }, "later"],
    ...["DELIVERY_PROOF", "AUTO_RELEASE"].flatMap(
      (releaseType): [string, Partial<ReleaseState>, "yes" | "later"][] => {
        const proven = {
          ...{ releaseType, orderStatus: "DELIVERED", milestoneStatus: "COMPLETED" },
          deliveryHash: HASH,
        };
        return [
          [`${releaseType} before its delivery`, { releaseType }, "later"],
          [`${releaseType} that is shipped`, { releaseType, orderStatus: "SHIPPED" }, "later"],
          [
            `${releaseType} that is delivered without a proof`,
            { releaseType, orderStatus: "DELIVERED" },
            "later",
          ],
          [
            `${releaseType} whose milestone is completed without a proof`,
            { ...proven, deliveryHash: null },
            "later",
          ],
          [`${releaseType} with a proof`, proven, "yes"],
          [
            `${releaseType} with the expected proof`,
            { ...proven, expectedHash: `0x${HASH.toUpperCase()}` },
            "yes",
          ],
          [
            `${releaseType} with another proof than the expected one`,
            { ...proven, expectedHash: "cd".repeat(32) },
            "later",
          ],
          [`${releaseType} in dispute`, { ...proven, orderStatus: "DISPUTED" }, "later"],
        ];
      },
    ),
  ];
  for (const [name, changes, answer] of CASES) {
    it(`answers ${answer} for ${name}`, () => {
      expect(approvalFor(state(changes))).to.equal(answer);
    });
    it(`answers later for ${name} whose payment nobody requested`, () => {
      expect(approvalFor(state({ ...changes, isRequested: false }))).to.equal("later");
    });
  }
});

describe("release approval over HTTP, as a keeper asks", () => {
  let gateway: SandboxGateway;
  let app: FastifyInstance;
  let url: string;
  const problems: string[] = [];
  before(async () => {
    // One test has an outbox that is stopped, so the request that completes a milestone waits in vain.
    gateway = await startSandboxGateway({ outbox: { answerWaitMs: 1_000 } });
    app = await buildApp(gateway.context, []);
    addReleaseApproval(app, gateway.context, SECRET);
    await app.listen({ host: "127.0.0.1", port: 0 });
    url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}${RELEASE_APPROVAL_PATH}`;
  });
  after(async () => {
    await app?.close();
    await gateway?.close();
  });
  beforeEach(() => void problems.splice(0));

  const ask = (
    policy: string,
    index: number,
    options: { secret?: string; now?: () => Date } = {},
  ) =>
    httpCallbackRule({
      ...{ url, secret: SECRET, ...options },
      onProblem: (error: CallbackError) => void problems.push(error.message),
    }).approve(new PublicKey(policy), index);
  const complete = (at: string, id: string) =>
    gateway.post(`${at}/escrow/milestones/${id}/complete`, { completedBy: "test" });
  const policyOf = async (at: string): Promise<string> =>
    (await gateway.get(at)).body.data.parts[0].policy;

  it("answers later before a completion, yes after it, per milestone", async () => {
    const { path: at, ids } = await fundedIntent(gateway);
    const policy = await policyOf(at);
    expect(await ask(policy, 0)).to.equal("later");
    await complete(at, ids[0]!);
    expect([await ask(policy, 0), await ask(policy, 1)]).to.deep.equal(["yes", "later"]);
    expect(problems).to.deep.equal([]);
  });

  it("answers later during a dispute, for another index, and for a policy that it does not know", async () => {
    const { path: at, ids } = await fundedIntent(gateway);
    const policy = await policyOf(at);
    await complete(at, ids[0]!);
    expect(await ask(policy, 0)).to.equal("yes");
    await gateway.context.database.query(
      `UPDATE milepost_gateway.escrow_orders SET order_status = 'DISPUTED' WHERE intent_id = $1`,
      [at.split("/").at(-1)],
    );
    expect(await ask(policy, 0)).to.equal("later");
    expect(await ask(policy, 3)).to.equal("later");
    expect(await ask(PublicKey.default.toBase58(), 0)).to.equal("later");
    expect(problems).to.deep.equal([]);
  });

  it("refuses a request with another secret, an old timestamp, no signature, or an invalid body", async () => {
    const { path: at, ids } = await fundedIntent(gateway);
    const policy = await policyOf(at);
    await complete(at, ids[0]!);
    const other = `whsec_${Buffer.alloc(24, 4).toString("base64")}`;
    const old = () => new Date(Date.now() - 6 * 60_000);
    for (const options of [{ secret: other }, { now: old }]) {
      expect(await ask(policy, 0, options)).to.equal("later");
    }
    expect(problems).to.have.length(2);
    for (const problem of problems) expect(problem).to.match(/answered 401$/);
    const plain = await fetch(url, { method: "POST", body: "{}" });
    expect(plain.status).to.equal(401);
    expect((await plain.json()) as object).to.have.nested.property(
      "error.code",
      "authentication_required",
    );
    const now = new Date();
    for (const body of ["{}", '{"type":"other","data":{"policy":"p","milestoneIndex":0}}']) {
      const signature = new Webhook(SECRET).sign("msg_1", now, body);
      const answer = await fetch(url, {
        method: "POST",
        body,
        headers: {
          "webhook-id": "msg_1",
          "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
          "webhook-signature": signature,
        },
      });
      expect(answer.status, body).to.equal(400);
    }
  });

  it("given a completion that the gateway never sent, then the keeper pays it, and a pending one stays", async () => {
    const [done, pending] = [await fundedIntent(gateway, 1), await fundedIntent(gateway, 1)];
    await gateway.outbox.stop();
    const before = await gateway.balance("payee");
    const { status, body } = await complete(done.path, done.ids[0]!);
    expect([status, body.data.status]).to.deep.equal([200, "COMPLETED"]);
    expect(await gateway.balance("payee")).to.equal(before);
    const { localnet, chain } = gateway;
    const { path: directory, remove } = temporaryDirectory();
    const file = (name: string, { secretKey }: Keypair): string => {
      const at = path.join(directory, `${name}.json`);
      writeFileSync(at, JSON.stringify([...secretKey]));
      return at;
    };
    const keeper = KeeperProcess.start(
      [
        ...["--url", localnet.url, "--ws-url", localnet.wsUrl, "--metrics-port", "off"],
        ...["--keypair", file("payer", localnet.wallets.keeper)],
        ...["--gateway-keypair", file("signer", chain.signer), "--rule", `http:${url}`],
        ...["--data-dir", path.join(directory, "data")],
      ],
      { MILEPOST_KEEPER_WEBHOOK_SECRET: SECRET },
    );
    try {
      await keeper.line("milestone paid");
    } finally {
      await keeper.end();
      remove();
    }
    expect((await gateway.balance("payee")) - before).to.equal(99_000_000n);
    // The gateway learns of it when it works again.
    gateway.outbox.start();
    await gateway.settled();
    const list = await gateway.get(`${done.path}/escrow/milestones`);
    expect(list.body.data[0].status).to.equal("RELEASED");
    const other = await gateway.get(`${pending.path}/escrow/milestones`);
    expect(other.body.data[0].status).to.equal("PENDING");
    expect((await gateway.balance("payee")) - before).to.equal(99_000_000n);
  });
});
