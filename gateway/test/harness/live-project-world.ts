/** A gateway in live mode: a localnet plays the cluster, and only this file holds the keys of the parties' wallets. */
import { Keypair, LAMPORTS_PER_SOL, VersionedTransaction } from "@solana/web3.js";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { type ChainRuntime, createLiveChain, type PolicyState, readPolicy } from "../../src/chain";
import type { GatewayContext } from "../../src/context";
import { buildApp } from "../../src/http/app";
import { JOB_HANDLERS } from "../../src/job-handlers";
import { createAccount, createKey } from "../../src/keys/store";
import type { RunningOutbox } from "../../src/outbox/create-outbox";
import { RESOURCES } from "../../src/resources";
import type { Answer, Role } from "./project-world";
import { type Sandbox, START, startSandbox } from "./sandbox";
import { openTestDatabase } from "./test-database";
import { tokenBalance, workerContext } from "./worker-context";

const ROLES: readonly Role[] = ["homeowner", "contractor", "mediator"];

/** JSON of an answer: a test asserts what is in it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

/** Adds signatures to a transaction in base64. */
export function signBy(transaction: string, ...keys: Keypair[]): string {
  const parsed = VersionedTransaction.deserialize(Buffer.from(transaction, "base64"));
  parsed.sign(keys);
  return Buffer.from(parsed.serialize()).toString("base64");
}

export class LiveProjectWorld {
  /** Wallets that only the test has. */
  readonly wallets: Record<Role, Keypair> = {
    homeowner: Keypair.generate(),
    contractor: Keypair.generate(),
    mediator: Keypair.generate(),
  };
  now = START;

  private constructor(
    readonly sandbox: Sandbox,
    readonly chain: ChainRuntime,
    readonly context: GatewayContext,
    readonly app: FastifyInstance,
    readonly outbox: RunningOutbox,
    /** Live keys of two accounts. */
    readonly keys: { own: string; other: string },
    private readonly drop: () => Promise<void>,
  ) {}

  static async open(limits: Partial<GatewayContext> = {}): Promise<LiveProjectWorld> {
    const { database, drop } = await openTestDatabase();
    const sandbox = await startSandbox();
    const { localnet } = sandbox;
    const sponsor = Keypair.generate();
    await localnet.connection.requestAirdrop(sponsor.publicKey, 100 * LAMPORTS_PER_SOL);
    const chain = await createLiveChain({
      url: localnet.url,
      signer: localnet.wallets.gatewaySigner,
      sponsor,
      gateway: localnet.gateway,
      mints: { USDC: localnet.mint },
      programId: localnet.programId,
    });
    const worker = workerContext(database, chain, { random: () => 0 });
    const context = { ...worker.context, sponsorLamportsPerHour: 10_000_000_000n, ...limits };
    const { outbox } = worker;
    const now = context.now();
    const keyOf = async (name: string) => {
      const accountId = await createAccount(database, name, now);
      const owner = { accountId, mode: "live" as const, name, scopes: null };
      return (await createKey(database, owner, now)).text;
    };
    for (const register of JOB_HANDLERS) register(context);
    outbox.start();
    const app = await buildApp(context, RESOURCES);
    const keys = { own: await keyOf("Platform"), other: await keyOf("Other") };
    const world = new LiveProjectWorld(sandbox, chain, context, app, outbox, keys, drop);
    const { homeowner } = world.wallets;
    await sandbox.chain.sandboxFund!(homeowner.publicKey, "USDC", 1_000_000_000_000n);
    return world;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.outbox.stop();
    await this.sandbox.close();
    await this.drop();
  }

  async request(
    method: "GET" | "POST" | "PATCH",
    url: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await this.app.inject({
      method,
      url: `/v1${url}`,
      headers: { "x-api-key": this.keys.own, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    });
    return { status: answer.statusCode, body: answer.json() };
  }

  setTime(time: bigint): void {
    this.now = time;
    this.sandbox.setTime(time);
  }

  /** Creates a project with the wallets of the parties, and finalizes it. */
  async project(over: object = {}): Promise<LiveProject> {
    const party = (role: Role) => ({
      name: role,
      wallet: this.wallets[role].publicKey.toBase58(),
    });
    const created = await this.request("POST", "/projects", {
      title: "Kitchen at 12 Elm Street",
      projectType: "kitchen_renovation",
      size: "small",
      amount: "1000.00",
      currency: "USDC",
      homeowner: party("homeowner"),
      contractor: party("contractor"),
      mediator: party("mediator"),
      ...over,
    });
    expect(created.status, JSON.stringify(created.body)).to.equal(201);
    const project = new LiveProject(this, created.body);
    const { status, body } = await project.ask("/finalize", "homeowner");
    expect(status, JSON.stringify(body)).to.equal(200);
    return project;
  }

  /** Base units of each party, by the chain. */
  async balances(): Promise<Record<Role, bigint>> {
    const balances = await Promise.all(
      ROLES.map(
        async (role) =>
          [role, await tokenBalance(this.chain, this.wallets[role].publicKey)] as const,
      ),
    );
    return Object.fromEntries(balances) as Record<Role, bigint>;
  }
}

/** A live project: a step is asked for, signed by wallets, and handed in. */
export class LiveProject {
  readonly id: string;
  readonly people: Record<Role, string>;
  readonly milestones: string[];

  constructor(
    readonly world: LiveProjectWorld,
    created: Json,
  ) {
    this.id = created.id;
    this.people = {
      homeowner: created.homeowner.id,
      contractor: created.contractor.id,
      mediator: created.mediator.id,
    };
    this.milestones = created.milestones.map(({ id }: { id: string }) => id);
  }

  get(path = ""): Promise<Answer> {
    return this.world.request("GET", `/projects/${this.id}${path}`);
  }

  /** Asks for a step as a party; the answer of one that needs a wallet is its action. */
  ask(path: string, role: Role, body: object = {}, headers = {}): Promise<Answer> {
    const payload = { party: this.people[role], ...body };
    return this.world.request("POST", `/projects/${this.id}${path}`, payload, headers);
  }

  askFor(index: number, path: string, role: Role, body: object = {}): Promise<Answer> {
    return this.ask(`/milestones/${this.milestones[index]}/${path}`, role, body);
  }

  hand(transaction: string, headers: Record<string, string> = {}): Promise<Answer> {
    const path = `/projects/${this.id}/signed-transactions`;
    return this.world.request("POST", path, { transaction }, headers);
  }

  /** Signs an answer's transaction with the wallets of these roles and hands it in; fails unless it lands. */
  async land({ status, body }: Answer, ...roles: Role[]): Promise<Json> {
    expect([status, body.state], JSON.stringify(body)).to.deep.equal([202, "prepared"]);
    const keys = roles.map((role) => this.world.wallets[role]);
    const landed = await this.hand(signBy(body.signing.transaction, ...keys));
    expect([landed.status, landed.body.state], JSON.stringify(landed.body)).to.deep.equal([
      200,
      "landed",
    ]);
    return landed.body;
  }

  async step(index: number, path: string, role: Role, body: object = {}): Promise<Json> {
    await this.land(await this.askFor(index, path, role, body), role);
    return (await this.get()).body.milestones[index];
  }

  async fund(index: number): Promise<void> {
    const funded = await this.step(index, "fund", "homeowner");
    if (funded.status !== "awaiting_acceptance") return;
    await this.land(await this.ask("/accept-terms", "contractor"), "contractor");
  }

  /** State of a part's policy on chain. */
  async onChain(part = 0): Promise<PolicyState | null> {
    const { policies } = (await this.get()).body;
    return policies[part] ? readPolicy(this.world.chain, policies[part].policy) : null;
  }

  /** State of a milestone on chain. */
  async stateOf(index: number): Promise<string | undefined> {
    return (await this.onChain())?.milestones[index]?.state;
  }
}
