/** Processes of `milepost-gateway serve` on the localnet and the database of a sandbox gateway. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Keypair, LAMPORTS_PER_SOL } from "@solana/web3.js";
import { CliProcess } from "./cli-process";
import type { Reply, SandboxGateway } from "./sandbox-gateway";

/** A line of the log. */
export type LogLine = Record<string, unknown> & { msg: string };

/** A process that serves. */
export interface ServeProcess {
  cli: CliProcess;
  url: string;
  operatorPort: number;
  lines(): LogLine[];
}

/** What processes are started with: keys in files, and the flags that name chain and database. */
export class ServeWorld {
  readonly directory = mkdtempSync(path.join(tmpdir(), "gateway-serve-"));
  readonly sponsor = Keypair.generate();
  private readonly running: CliProcess[] = [];

  private constructor(private readonly gateway: SandboxGateway) {}

  /** Needs a gateway on a Postgres. */
  static async create(gateway: SandboxGateway): Promise<ServeWorld> {
    const world = new ServeWorld(gateway);
    await gateway.chain.connection.requestAirdrop(world.sponsor.publicKey, LAMPORTS_PER_SOL);
    world.file("signer", gateway.chain.signer);
    world.file("sponsor", world.sponsor);
    writeFileSync(path.join(world.directory, "master.key"), "07".repeat(32));
    return world;
  }

  /** Writes a keypair file; returns its path. */
  file(name: string, { secretKey }: Keypair): string {
    const file = path.join(this.directory, `${name}.json`);
    writeFileSync(file, JSON.stringify([...secretKey]), { mode: 0o600 });
    return file;
  }

  /** Flags of a process that starts; later ones take precedence. */
  flags(...more: readonly string[]): string[] {
    const { directory, gateway } = this;
    return [
      ...["--url", gateway.localnet.url, "--ws-url", gateway.localnet.wsUrl],
      ...["--database-url", gateway.opened.url!, "--mode", "test"],
      ...["--keypair", path.join(directory, "signer.json")],
      ...["--sponsor", path.join(directory, "sponsor.json")],
      ...["--master-key-file", path.join(directory, "master.key")],
      ...["--mint", `USDC=${gateway.localnet.mint.toBase58()}`],
      ...["--port", "0", "--metrics-port", "0", ...more],
    ];
  }

  /** Starts a process and resolves when it is ready. */
  async start(
    more: readonly string[] = [],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<ServeProcess> {
    const cli = this.run(this.flags(...more), environment);
    const [text] = await cli.until(/^\{[^\n]*"gateway started"[^\n]*\}$/m);
    const { url, metricsPort } = JSON.parse(text) as { url: string; metricsPort: number };
    return { cli, url, operatorPort: metricsPort, lines: () => linesOf(cli) };
  }

  /** Starts a command. */
  run(args: readonly string[], environment: NodeJS.ProcessEnv = {}): CliProcess {
    const cli = CliProcess.start(args, environment);
    this.running.push(cli);
    return cli;
  }

  /** Runs a command to its end; standard error without the program's name. */
  async ended(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const cli = this.run(args, environment);
    const code = await cli.exit;
    return { code, text: cli.text, errors: cli.errors.replace(/^milepost-gateway: /, "") };
  }

  async endAll(): Promise<void> {
    await Promise.all(this.running.splice(0).map((cli) => cli.end()));
  }

  async remove(): Promise<void> {
    await this.endAll();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const linesOf = ({ text }: CliProcess): LogLine[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as LogLine);

/** Sends a request to a process. */
export async function ask(
  { url }: Pick<ServeProcess, "url">,
  key: string,
  method: string,
  at: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Reply> {
  const answer = await fetch(`${url}${at}`, {
    method,
    headers: { "x-api-key": key },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  return { status: answer.status, body: await answer.json(), headers: answer.headers };
}

/** Creates and funds an intent of equal milestones in the sandbox; returns its path and the ids of its milestones. */
export async function fundedIntent(
  gateway: SandboxGateway,
  milestones = 2,
): Promise<{ path: string; ids: string[] }> {
  const { body } = await gateway.post("/v1/payment-intents", {
    amount: `${milestones * 100}.00`,
    currency: "USDC",
    type: "DELIVERY_VS_PAYMENT",
    settlementMethod: "ON_CHAIN",
    settlementDestination: "payee",
    metadata: { releaseType: "MILESTONE_LOCKED", autoRelease: true },
  });
  const at = `/v1/payment-intents/${body.id}`;
  const ids: string[] = [];
  for (let milestoneIndex = 0; milestoneIndex < milestones; milestoneIndex += 1) {
    const made = await gateway.post(`${at}/escrow/milestones`, {
      milestoneIndex,
      amount: "100.00",
      description: `Part ${milestoneIndex + 1}`,
    });
    ids.push(made.body.id);
  }
  await gateway.post(`${at}/confirm`, { signature: "0x...", payerAddress: "0x..." });
  await gateway.settled();
  return { path: at, ids };
}
