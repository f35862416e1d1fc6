/** `docker-compose.yml` and the image, as far as they can be checked without Docker. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { Registry } from "prom-client";
import { readCommand } from "../../../keeper/src/config/config";
import { type MilepostLocalnet, startMilepostLocalnet } from "../../../localnet/src";
import { SMTP_URL } from "../../src/config/mail";
import { OPTIONS } from "../../src/config/options";
import { RELEASE_SECRET } from "../../src/config/release-secret";
import { createMetrics } from "../../src/observe/metrics";
import { createOperatorServer } from "../../src/process/operator-server";
import { RELEASE_APPROVAL_PATH } from "../../src/release-approval/routes";
import { CliProcess } from "../harness/cli-process";

// It has no types.
const { load } = createRequire(__filename)("js-yaml") as { load(text: string): unknown };
const ROOT = path.resolve(__dirname, "../..");
const text = readFileSync(path.join(ROOT, "docker-compose.yml"), "utf8");

interface Service {
  image: string;
  build?: { context: string; dockerfile: string };
  network_mode?: string;
  environment: Record<string, string>;
  secrets?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck: { test: string[] };
  stop_grace_period?: string;
}

interface Compose {
  services: Record<"postgres" | "gateway" | "keeper", Service>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, unknown>;
}

const VARIABLE = /\$\{(\w+)(?::([?-])([^}]*))?\}/g;
const SECRET = `whsec_${Buffer.alloc(24, 3).toString("base64")}`;

describe("gateway: docker-compose.yml", () => {
  const { services, secrets, volumes } = load(text) as Compose;
  const { postgres, gateway, keeper } = services;
  let localnet: MilepostLocalnet;
  let directory: string;
  before(async () => {
    localnet = await startMilepostLocalnet({ port: 0 });
    directory = mkdtempSync(path.join(tmpdir(), "gateway-compose-"));
    const { gatewaySigner, keeper: payer, owner } = localnet.wallets;
    for (const [name, { secretKey }] of [
      ["signer", gatewaySigner],
      ["sponsor", owner],
      ["keeper", payer],
    ] as const) {
      writeFileSync(path.join(directory, name), JSON.stringify([...secretKey]));
    }
    writeFileSync(path.join(directory, "master_key"), `${"07".repeat(32)}\n`);
  });
  after(async () => {
    await localnet?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const given = (): Record<string, string> => ({
    POSTGRES_PASSWORD: "pa55word",
    RPC_URL: localnet?.url ?? "",
    RELEASE_SECRET: SECRET,
    SIGNER_FILE: "./signer.json",
    SPONSOR_FILE: "./sponsor.json",
    MASTER_KEY_FILE: "./master.key",
    KEEPER_FILE: "./keeper.json",
  });
  /** Environment as Docker would fill it in, with secrets as files of this test. */
  const environmentOf = ({ environment }: Service, more: Record<string, string> = {}) => {
    const values = { ...given(), ...more };
    const fill = (value: string) =>
      value
        .replace(VARIABLE, (_, name: string, kind: string, rest: string) => {
          const found = values[name] ?? (kind === "-" ? rest : undefined);
          if (found === undefined) throw new Error(`${name} is required`);
          return found;
        })
        .replace(/^\/run\/secrets\//, `${directory}/`);
    return Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, fill(String(value))]),
    );
  };

  it("has a Postgres from 15 on, the gateway and the keeper, and every name in it exists", () => {
    expect(Object.keys(services)).to.have.members(["postgres", "gateway", "keeper"]);
    expect(Number(/^postgres:(\d+)/.exec(postgres.image)?.[1])).to.be.at.least(15);
    expect(Object.keys(volumes)).to.deep.equal(["postgres"]);
    expect(gateway.depends_on).to.deep.equal({ postgres: { condition: "service_healthy" } });
    expect(keeper.depends_on).to.deep.equal({ gateway: { condition: "service_healthy" } });
    expect(keeper.network_mode).to.equal("service:gateway");
    const used = new Set([...gateway.secrets!, ...keeper.secrets!]);
    expect([...used]).to.have.members(Object.keys(secrets));
    expect(gateway.ports!.every((port) => port.startsWith("127.0.0.1:"))).to.equal(true);
    for (const service of [gateway, keeper]) {
      for (const [, name] of JSON.stringify(service.environment).matchAll(
        /\/run\/secrets\/(\w+)/g,
      )) {
        expect(service.secrets).to.include(name);
      }
    }
  });

  it("requires only what its example command sets", () => {
    const [, command] = /^#\s+(POSTGRES_PASSWORD=[\s\S]*?) docker compose up$/m.exec(text)!;
    const set = [...command!.matchAll(/(\w+)=/g)].map(([, name]) => name);
    const required = [...text.matchAll(VARIABLE)].flatMap(([, name, kind]) =>
      kind === "-" ? [] : [name],
    );
    expect(new Set(required)).to.deep.equal(new Set(set));
    expect(new Set(set)).to.deep.equal(new Set(Object.keys(given())));
  });

  it("sets only variables that the gateway knows", () => {
    const known = Object.values(OPTIONS).map((make) => make().envVar);
    const names = Object.keys(gateway.environment).filter((name) => !name.startsWith("AWS_"));
    expect([...known, SMTP_URL, RELEASE_SECRET]).to.include.members(names);
  });

  it("given its environment, then the gateway passes every check of chain and keys, and asks the Postgres of the file", async () => {
    const environment = environmentOf(gateway, { MINTS: `USDC=${localnet.mint.toBase58()}` });
    const cli = CliProcess.start(["--port", "0", "--metrics-port", "0"], environment);
    expect(await cli.exit, cli.text + cli.errors).to.equal(1);
    expect(cli.errors).to.match(
      /^milepost-gateway: --database-url: no database at postgres:5432 \(/,
    );
    const { POSTGRES_DB, POSTGRES_USER } = postgres.environment;
    expect(environment.MILEPOST_GATEWAY_DATABASE_URL).to.equal(
      `postgres://${POSTGRES_USER}:pa55word@postgres:5432/${POSTGRES_DB}`,
    );
  });

  it("given its environment, then the keeper asks the gateway's path with the gateway's secret", () => {
    const environment = environmentOf(keeper);
    const command = readCommand([], environment);
    if (command.command !== "run") throw new Error(command.command);
    const url = environment.MILEPOST_KEEPER_RULE!;
    expect(new URL(url).pathname).to.equal(RELEASE_APPROVAL_PATH);
    expect(command.config.gateway!.rule).to.deep.equal({ kind: "http", url, secret: SECRET });
    expect(new URL(url).port).to.equal(String(OPTIONS.port().defaultValue));
  });

  it("builds the image from the lock file, with every workspace that the lock file knows", () => {
    const repository = path.resolve(ROOT, gateway.build!.context);
    const dockerfile = readFileSync(path.join(repository, gateway.build!.dockerfile), "utf8");
    const lines = dockerfile.split("\n");
    const stages = lines.flatMap((line, index) => (line.startsWith("FROM ") ? [index] : []));
    expect(stages).to.have.length(2);
    for (const line of lines.filter((each) => each.startsWith("FROM "))) {
      expect(Number(/^FROM node:(\d+)-slim/.exec(line)?.[1])).to.be.at.least(20);
    }
    const read = (file: string) => readFileSync(path.join(repository, file), "utf8");
    const { workspaces } = JSON.parse(read("package.json")) as { workspaces: string[] };
    for (const stage of [lines.slice(stages[0], stages[1]), lines.slice(stages[1])]) {
      const copied = stage.filter((line) => line.startsWith("COPY "));
      expect(copied.join("\n")).to.include("package-lock.json");
      for (const workspace of workspaces) {
        expect(copied).to.include(`COPY ${workspace}/package.json ${workspace}/`);
      }
      expect(stage.join("\n")).to.match(/RUN npm ci /);
    }
    const sources = lines
      .filter((line) => line.startsWith("COPY ") && !line.includes("--from"))
      .flatMap((line) => line.split(" ").slice(1, -1));
    const ignored = read(".dockerignore").split("\n");
    for (const source of sources) {
      expect(existsSync(path.join(repository, source)), source).to.equal(true);
      const isSent = ignored.includes(`!${source}`) || ignored.includes(`!${source.split("/")[0]}`);
      expect(isSent, `${source} in .dockerignore`).to.equal(true);
    }
    expect(dockerfile).to.match(/^USER node$/m);
    const { bin } = JSON.parse(read("gateway/package.json")) as { bin: Record<string, string> };
    const [command] = Object.values(bin);
    expect(dockerfile).to.include(`ENTRYPOINT ["node", "${path.posix.join("gateway", command!)}"]`);
    expect(gateway.image).to.equal("${GATEWAY_IMAGE:-milepost-gateway}");
  });

  it("gives the gateway more time to stop than its drain takes", () => {
    const [, seconds] = /^(\d+)s$/.exec(gateway.stop_grace_period!)!;
    expect(Number(seconds)).to.be.greaterThan(25 * 2);
  });

  it("has health checks that are lists of strings; the gateway's succeeds while the gateway answers, and fails otherwise", async () => {
    for (const { healthcheck } of Object.values(services)) {
      expect(healthcheck.test.every((word) => typeof word === "string")).to.equal(true);
    }
    const server = createOperatorServer(createMetrics(new Registry()), () =>
      Promise.resolve({ isReady: false, checks: {} }),
    );
    const listening = await server.listen({ host: "127.0.0.1", port: 0 });
    const [kind, program, ...args] = gateway.healthcheck.test;
    expect([kind, program]).to.deep.equal(["CMD", "node"]);
    const port = `http://127.0.0.1:${OPTIONS.metricsPort().defaultValue}/`;
    const check = async (): Promise<unknown> => {
      expect(args.join(" ")).to.include(port);
      const here = args.map((word) => word.replace(port, `${listening}/`));
      const [code] = await once(spawn(process.execPath, here), "exit");
      return code as number;
    };
    expect(await check()).to.equal(0);
    await server.close();
    expect(await check()).to.equal(1);
  });
});
