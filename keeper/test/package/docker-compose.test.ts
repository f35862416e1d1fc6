import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import { readCommand } from "../../src/config/config";
import { FLAGS, variableOf, WEBHOOK_SECRET } from "../../src/config/flags";
import { serveHttp } from "../../src/observe/http";

// It has no types.
const { load } = createRequire(__filename)("js-yaml") as { load(text: string): unknown };
const ROOT = path.resolve(__dirname, "../..");
const text = readFileSync(path.join(ROOT, "docker-compose.yml"), "utf8");

interface Service {
  image: string;
  build?: { context: string; dockerfile: string };
  environment: Record<string, string>;
  secrets?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck: { test: string[] };
  stop_grace_period?: string;
  volumes?: string[];
}

interface Compose {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, unknown>;
}

const VARIABLE = /\$\{(\w+)(?::([?-])([^}]*))?\}/g;

describe("keeper: docker-compose.yml", () => {
  const { services, secrets, volumes } = load(text) as Compose;
  const { postgres, keeper } = services as { postgres: Service; keeper: Service };
  const given: Record<string, string> = {
    POSTGRES_PASSWORD: "pa55word",
    MILEPOST_KEEPER_URL: "https://rpc.example/key,https://other.example",
    KEYPAIR_FILE: "./keypair.json",
  };
  const filledIn = (value: string) =>
    value.replace(VARIABLE, (_, name: string, kind: string, rest: string) => {
      const found = given[name] ?? (kind === "-" ? rest : undefined);
      if (found === undefined) throw new Error(`${name} is required`);
      return found;
    });

  it("given the file, then it has a Postgres from 15 on and the keeper, and every name in it exists", () => {
    expect(Object.keys(services)).to.have.members(["postgres", "keeper"]);
    expect(Number(/^postgres:(\d+)/.exec(postgres.image)?.[1])).to.be.at.least(15);
    expect(Object.keys(volumes)).to.deep.equal(["postgres"]);
    expect(postgres.volumes!.map((volume) => volume.split(":")[0])).to.deep.equal(["postgres"]);
    expect(keeper.secrets).to.deep.equal(Object.keys(secrets));
    expect(keeper.depends_on).to.deep.equal({ postgres: { condition: "service_healthy" } });
  });

  it("given what its README command sets, then nothing else is required", () => {
    const readme = readFileSync(path.join(ROOT, "README.md"), "utf8");
    const [, command] = /^(.*) docker compose up --scale keeper=3$/m.exec(readme)!;
    const set = [...command!.matchAll(/(\w+)=/g)].map(([, name]) => name);
    const required = [...text.matchAll(VARIABLE)].flatMap(([, name, kind]) =>
      kind === "-" ? [] : [name],
    );
    expect(new Set(required)).to.deep.equal(new Set(set));
    expect(new Set(set)).to.deep.equal(new Set(Object.keys(given)));
  });

  it("given its environment, then the keeper knows each variable, and finds the Postgres with it", () => {
    const known = [...FLAGS.map(({ name }) => variableOf(name)), WEBHOOK_SECRET];
    expect(known).to.include.members(Object.keys(keeper.environment));
    const directory = mkdtempSync(path.join(tmpdir(), "keeper-compose-"));
    try {
      const file = path.join(directory, "keypair");
      writeFileSync(file, JSON.stringify([...Keypair.generate().secretKey]));
      const environment = Object.fromEntries(
        Object.entries(keeper.environment).map(([name, value]) => [name, filledIn(value)]),
      );
      expect(environment.MILEPOST_KEEPER_KEYPAIR).to.equal(`/run/secrets/${keeper.secrets![0]}`);
      const command = readCommand([], { ...environment, MILEPOST_KEEPER_KEYPAIR: file });
      if (command.command !== "run") throw new Error(command.command);
      const { urls, wsUrl, database, metricsHost } = command.config;
      expect(urls).to.deep.equal(given.MILEPOST_KEEPER_URL!.split(","));
      expect([wsUrl, metricsHost]).to.deep.equal([null, "0.0.0.0"]);
      const { POSTGRES_DB, POSTGRES_USER, POSTGRES_PASSWORD } = postgres.environment;
      expect(database).to.deep.equal({
        url: `postgres://${POSTGRES_USER}:${filledIn(POSTGRES_PASSWORD!)}@postgres:5432/${POSTGRES_DB}`,
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("builds the image from the lock file, with every workspace that the lock file knows", () => {
    const repository = path.resolve(ROOT, keeper.build!.context);
    const dockerfile = readFileSync(path.join(repository, keeper.build!.dockerfile), "utf8");
    const lines = dockerfile.split("\n");
    const stages = lines.flatMap((line, index) => (line.startsWith("FROM ") ? [index] : []));
    expect(stages).to.have.length(2);
    for (const line of lines.filter((text) => text.startsWith("FROM "))) {
      expect(Number(/^FROM node:(\d+)-slim/.exec(line)?.[1])).to.be.at.least(20);
    }
    const read = (file: string) =>
      JSON.parse(readFileSync(path.join(repository, file), "utf8")) as Record<string, unknown>;
    const { workspaces } = read("package.json") as { workspaces: string[] };
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
    for (const source of sources) {
      expect(existsSync(path.join(repository, source)), source).to.equal(true);
    }
    expect(dockerfile).to.match(/^USER node$/m);
    const { bin } = read("keeper/package.json") as { bin: Record<string, string> };
    const [command] = Object.values(bin);
    expect(dockerfile).to.include(`ENTRYPOINT ["node", "${path.posix.join("keeper", command!)}"]`);
    expect(keeper.image).to.equal("${KEEPER_IMAGE:-milepost-keeper}");
  });

  it("gives the image every script that the packages' builds run", () => {
    const repository = path.resolve(ROOT, keeper.build!.context);
    const read = (file: string) => readFileSync(path.join(repository, file), "utf8");
    const [dockerfile, ignored] = [read(keeper.build!.dockerfile), read(".dockerignore")];
    const outside = (workspace: string) => {
      const { scripts } = JSON.parse(read(`${workspace}/package.json`)) as {
        scripts: Record<string, string>;
      };
      return [...scripts.build!.matchAll(/ \.\.\/(\S+)/g)].map(([, file]) => file!);
    };
    const [script, template] = ["toolchain/class-imports.mjs", "database/scripts/pack-template.ts"];
    expect(outside("sdk")).to.deep.equal([script]);
    expect(outside("keeper")).to.deep.equal([template, script]);
    expect(dockerfile.split("\n")).to.include(`COPY ${script} toolchain/`);
    expect(ignored.split("\n")).to.include(`!${script}`);
    expect(dockerfile.split("\n")).to.include("COPY database database");
    expect(ignored.split("\n")).to.include("!database");
  });

  it("given a stop, then it has longer than the keeper takes", () => {
    const [, seconds] = /^(\d+)s$/.exec(keeper.stop_grace_period!)!;
    // `stopMs` and what follows it.
    expect(Number(seconds)).to.be.greaterThan(25 + 3 * 2);
  });

  it("given its health checks, then they are words; the keeper's says yes while one answers, and no when none does", async () => {
    for (const { healthcheck } of Object.values(services)) {
      expect(healthcheck.test.every((word) => typeof word === "string")).to.equal(true);
    }
    const http = await serveHttp({
      port: 0,
      metrics: async () => ({ text: "", contentType: "text/plain" }),
      readiness: async () => ({ isReady: false, checks: {} }),
      status: async () => "",
      onError: () => undefined,
    });
    const [kind, program, ...args] = keeper.healthcheck.test;
    expect([kind, program]).to.deep.equal(["CMD", "node"]);
    const byDefault = FLAGS.find(({ name }) => name === "metrics-port")!.byDefault;
    const port = `127.0.0.1:${byDefault}/`;
    const check = async (): Promise<unknown> => {
      expect(args.join(" ")).to.include(port);
      const here = args.map((word) => word.replace(port, `127.0.0.1:${http.port}/`));
      const [code] = await once(spawn(process.execPath, here), "exit");
      return code as number;
    };
    expect(await check()).to.equal(0);
    await http.close();
    expect(await check()).to.equal(1);
  });
});
