/** A gateway on a localnet whose clock stands still, with an outbox that works, and the renovation of spec 001 over HTTP. */
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { type PolicyState, readPolicy, type SandboxRole } from "../../src/chain";
import type { GatewayContext } from "../../src/context";
import { buildApp } from "../../src/http/app";
import { JOB_HANDLERS } from "../../src/job-handlers";
import { createAccount, createKey } from "../../src/keys/store";
import type { OutboxOptions, RunningOutbox } from "../../src/outbox/create-outbox";
import { RESOURCES } from "../../src/resources";
import { type Sandbox, START, startSandbox } from "./sandbox";
import { openTestDatabase } from "./test-database";
import { tokenBalance, workerContext } from "./worker-context";

export const DAY = 86_400n;

/** JSON of an answer: a test asserts what is in it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

export interface Answer {
  status: number;
  body: Json;
}

/** Roles of a project. */
export type Role = "homeowner" | "contractor" | "mediator";

export class ProjectWorld {
  private constructor(
    readonly sandbox: Sandbox,
    readonly context: GatewayContext,
    readonly app: FastifyInstance,
    readonly outbox: RunningOutbox,
    readonly accountId: string,
    private readonly key: string,
    private readonly drop: () => Promise<void>,
  ) {}

  static async open(options: Partial<OutboxOptions> = {}): Promise<ProjectWorld> {
    // The embedded database first: while it compiles, it blocks the process, and idle connections of a localnet end.
    const { database, drop } = await openTestDatabase();
    const sandbox = await startSandbox();
    const { context, outbox } = workerContext(database, sandbox.chain, {
      random: () => 0,
      ...options,
    });
    const { now } = context;
    const accountId = await createAccount(database, "Platform", now());
    const owner = { accountId, mode: "test" as const, name: "test", scopes: null };
    const { text } = await createKey(database, owner, now());
    for (const register of JOB_HANDLERS) register(context);
    outbox.start();
    const app = await buildApp(context, RESOURCES);
    return new ProjectWorld(sandbox, context, app, outbox, accountId, text, drop);
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
      headers: { "x-api-key": this.key, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    });
    return { status: answer.statusCode, body: answer.json() };
  }

  /** The chain's time. */
  now = START;

  /** Moves the chain's time forward, to the second. */
  setTime(time: bigint): void {
    this.now = time;
    this.sandbox.setTime(time);
  }

  advance(seconds: bigint): void {
    this.setTime(this.now + seconds);
  }

  /** Waits for the due jobs of a kind that a project has; returns their states. */
  async jobs(project: Project, kind: string): Promise<string[]> {
    const rows = await this.context.database.query<{ id: string }>(
      "SELECT id FROM milepost_gateway.chain_jobs WHERE subject_id = $1 AND kind = $2 AND not_before <= $3 ORDER BY id",
      [project.id, kind, this.now.toString()],
    );
    this.outbox.wake();
    const jobs = await Promise.all(rows.map(({ id }) => this.outbox.wait(id)));
    return jobs.map(({ state }) => state);
  }

  /** Creates and finalizes a project: three milestones of 300, 500 and 200 by default. */
  async project(over: object = {}): Promise<Project> {
    const created = await this.request("POST", "/projects", {
      title: "Kitchen at 12 Elm Street",
      projectType: "kitchen_renovation",
      size: "small",
      amount: "1000.00",
      currency: "USDC",
      homeowner: { name: "Ada", email: "ada@example.com" },
      contractor: { name: "Brook & Sons" },
      mediator: { name: "Carol" },
      ...over,
    });
    expect(created.status, JSON.stringify(created.body)).to.equal(201);
    const project = new Project(this, created.body);
    const { status, body } = await project.post("/finalize", "homeowner");
    expect(status, JSON.stringify(body)).to.equal(200);
    return project;
  }

  /** Balances of the parties and of the gateway's fee recipient. */
  async balances(): Promise<Record<Role | "fees", bigint>> {
    const { localnet } = this.sandbox;
    const { chain } = this.sandbox;
    const balanceOf = (role: SandboxRole) =>
      tokenBalance(chain, chain.sandboxKey!(this.accountId, role).publicKey);
    return {
      homeowner: await balanceOf("payer"),
      contractor: await balanceOf("payee"),
      mediator: await balanceOf("mediator"),
      fees: await tokenBalance(chain, localnet.wallets.gatewayAuthority.publicKey),
    };
  }
}

/** A project and its requests. */
export class Project {
  readonly id: string;
  readonly people: Record<Role, string>;
  readonly milestones: string[];

  constructor(
    readonly world: ProjectWorld,
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

  post(path: string, role: Role, body: object = {}, headers = {}): Promise<Answer> {
    const payload = { party: this.people[role], ...body };
    return this.world.request("POST", `/projects/${this.id}${path}`, payload, headers);
  }

  /** Takes a step on a milestone; fails unless it lands. Returns the milestone. */
  async step(index: number, path: string, role: Role, body: object = {}): Promise<Json> {
    const answer = await this.tryStep(index, path, role, body);
    expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).to.equal(200);
    return answer.body;
  }

  tryStep(index: number, path: string, role: Role, body: object = {}): Promise<Answer> {
    return this.post(`/milestones/${this.milestones[index]}/${path}`, role, body);
  }

  /** Funds a milestone, accepting the terms of a new escrow. */
  async fund(index: number): Promise<Json> {
    const funded = await this.step(index, "fund", "homeowner");
    if (funded.status !== "awaiting_acceptance") return funded;
    const { status, body } = await this.post("/accept-terms", "contractor");
    expect(status, JSON.stringify(body)).to.equal(200);
    return body.milestones[index];
  }

  submit(index: number, note = "Done"): Promise<Json> {
    return this.step(index, "submit", "contractor", { note });
  }

  dispute(index: number): Promise<Json> {
    return this.step(index, "dispute", "homeowner", {
      type: "quality_issue",
      text: "The worktop is scratched.",
    });
  }

  /** Statuses of the milestones. */
  async statuses(): Promise<string[]> {
    return (await this.get()).body.milestones.map(({ status }: { status: string }) => status);
  }

  /** State of the newest policy on chain. */
  async onChain(part = 0): Promise<PolicyState | null> {
    const { policies } = (await this.get()).body;
    const { chain } = this.world.sandbox;
    return readPolicy(chain, policies[part].policy);
  }
}
