import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PROGRAM_ID } from "@milepost/sdk";
import { Keypair } from "@solana/web3.js";
import { type Command, readCommand, type RunConfig } from "../../src/config/config";
import { openConnections } from "../../src/config/connections";
import { UsageError } from "../../src/config/errors";
import {
  type Environment,
  type Flag,
  FLAGS,
  helpText,
  usageOf,
  variableOf,
  NOTIFY_SECRET,
  SMTP_URL,
  WEBHOOK_SECRET,
} from "../../src/config/flags";
import { keepToChain } from "../../src/config/one-chain";
import { addressOf } from "../harness/plans";
import { migratedDatabase } from "../harness/test-database";

const URL = "https://rpc.example";
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const README = readFileSync(path.join(__dirname, "../../README.md"), "utf8");

describe("keeper: flags and environment", () => {
  const payer = Keypair.fromSeed(Buffer.alloc(32, "payer"));
  const signer = Keypair.fromSeed(Buffer.alloc(32, "signer"));
  let directory: string;
  const file = (name: string) => path.join(directory, name);
  before(() => {
    directory = mkdtempSync(path.join(tmpdir(), "keeper-config-"));
    writeFileSync(file("payer.json"), JSON.stringify([...payer.secretKey]));
    writeFileSync(file("signer.json"), JSON.stringify([...signer.secretKey]));
    writeFileSync(file("garbage.json"), "a secret phrase");
    writeFileSync(file("short.json"), JSON.stringify([...payer.secretKey.slice(0, 32)]));
    const mixed = [...payer.secretKey.slice(0, 32), ...signer.secretKey.slice(32)];
    writeFileSync(file("mixed.json"), JSON.stringify(mixed));
    writeFileSync(file("allow.txt"), `${addressOf("policy")} 0 1\n`);
    writeFileSync(file("bad-allow.txt"), "everything *\n");
  });
  after(() => rmSync(directory, { recursive: true }));

  function runConfig(args: readonly string[], environment: Environment = {}): RunConfig {
    const command = readCommand(args, environment);
    if (command.command !== "run") throw new Error(`that is ${command.command}`);
    return command.config;
  }

  it("given a URL and a keypair, then nothing else is needed", () => {
    const { feePayer, programId, ...rest } = runConfig([
      ...["--url", URL],
      ...["--keypair", file("payer.json")],
    ]);
    expect(feePayer.publicKey.equals(payer.publicKey)).to.equal(true);
    expect(programId.equals(PROGRAM_ID)).to.equal(true);
    expect(rest).to.deep.equal({
      urls: [URL],
      wsUrl: null,
      database: { directory: null },
      metricsPort: 9464,
      metricsHost: "127.0.0.1",
      logLevel: "info",
      rewardOwner: null,
      gateway: null,
      priority: { percentile: 75, cap: 200_000 },
      minBalance: 10_000_000,
      createAccounts: true,
      rentBudget: 500_000_000n,
      concurrency: 2,
      notify: { webhook: null, mail: null },
      isDryRun: false,
      isOnce: false,
    });
  });

  it("given every flag, then all are read", () => {
    const { gateway, programId, feePayer, rewardOwner, ...rest } = runConfig(
      [
        ...["run", "--url", URL, "--url=http://localhost:8899", "--ws-url", "wss://rpc.example"],
        ...["--keypair", file("payer.json"), "--gateway-keypair", file("signer.json")],
        ...["--rule", "http:https://rules.example/release", "--concurrency", "8"],
        ...["--database-url", "postgres://me:pw@db.example/keeper", "--log-level", "debug"],
        ...["--metrics-port", "off", "--metrics-host", "::", "--min-balance", "5"],
        ...["--priority-percentile", "50", "--priority-cap", "0", "--dry-run", "--once"],
        ...["--no-create-accounts", "--rent-budget", "4078560"],
        ...["--notify-url", "https://ops.example/hook", "--mail-from", "keeper@example.com"],
        ...["--notify-mail", "ops@example.com", "--notify-mail", "night@example.com"],
        ...["--program-id", addressOf("program"), "--reward-owner", addressOf("treasury")],
      ],
      {
        MILEPOST_KEEPER_WEBHOOK_SECRET: SECRET,
        MILEPOST_KEEPER_NOTIFY_SECRET: SECRET,
        MILEPOST_KEEPER_SMTP_URL: "smtps://user:password@mail.example:465",
      },
    );
    expect(feePayer.publicKey.equals(payer.publicKey)).to.equal(true);
    expect(programId.toBase58()).to.equal(addressOf("program"));
    expect(rewardOwner!.toBase58()).to.equal(addressOf("treasury"));
    expect(gateway?.signer.publicKey.equals(signer.publicKey)).to.equal(true);
    expect(gateway?.rule).to.deep.equal({
      kind: "http",
      url: "https://rules.example/release",
      secret: SECRET,
    });
    expect(rest).to.deep.equal({
      urls: [URL, "http://localhost:8899"],
      wsUrl: "wss://rpc.example",
      database: { url: "postgres://me:pw@db.example/keeper" },
      metricsPort: null,
      metricsHost: "::",
      logLevel: "debug",
      priority: { percentile: 50, cap: 0 },
      minBalance: 5,
      createAccounts: false,
      rentBudget: 4_078_560n,
      concurrency: 8,
      notify: {
        webhook: { url: "https://ops.example/hook", secret: SECRET },
        mail: {
          smtpUrl: "smtps://user:password@mail.example:465",
          from: "keeper@example.com",
          to: ["ops@example.com", "night@example.com"],
        },
      },
      isDryRun: true,
      isOnce: true,
    });
  });

  it("given variables, then they count where no flag is given; empty ones count nowhere", () => {
    const config = runConfig(["--concurrency", "3"], {
      MILEPOST_KEEPER_URL: `${URL}, http://localhost:8899`,
      MILEPOST_KEEPER_KEYPAIR: file("payer.json"),
      MILEPOST_KEEPER_CONCURRENCY: "5",
      MILEPOST_KEEPER_DATA_DIR: "/var/lib/keeper",
      MILEPOST_KEEPER_DRY_RUN: "true",
      MILEPOST_KEEPER_ONCE: "0",
      MILEPOST_KEEPER_WS_URL: "",
      MILEPOST_KEEPER_METRICS_PORT: " ",
    });
    expect(config.urls).to.deep.equal([URL, "http://localhost:8899"]);
    expect(config.database).to.deep.equal({ directory: "/var/lib/keeper" });
    const { concurrency, isDryRun, isOnce, wsUrl, metricsPort } = config;
    expect([concurrency, isDryRun, isOnce, wsUrl, metricsPort]).to.deep.equal([
      ...[3, true, false, null, 9464],
    ]);
  });

  const RULES: [string, object][] = [
    ["always", { kind: "always" }],
    ["never", { kind: "never" }],
    [
      "http:http://localhost:4000/x",
      { kind: "http", url: "http://localhost:4000/x", secret: SECRET },
    ],
    ["https://rules.example", { kind: "http", url: "https://rules.example", secret: SECRET }],
  ];
  for (const [rule, expected] of RULES) {
    it(`given --rule ${rule}, then it is understood`, () => {
      const args = ["--url", URL, "--keypair", file("payer.json")];
      args.push("--gateway-keypair", file("signer.json"), "--rule", rule);
      const { gateway } = runConfig(args, { MILEPOST_KEEPER_WEBHOOK_SECRET: SECRET });
      expect(gateway?.rule).to.deep.equal(expected);
    });
  }

  const NOTIFY_MISTAKES: [string[], Record<string, string>, string][] = [
    [["--notify-url", "https://x.example"], {}, "--notify-url needs the secret"],
    [
      ["--notify-url", "http://x.example"],
      { MILEPOST_KEEPER_NOTIFY_SECRET: SECRET },
      "--notify-url: the callback's URL has to be https",
    ],
    [["--notify-mail", "a@b.c"], {}, "--notify-mail needs the mail server"],
    [["--mail-from", "a@b.c"], {}, "--mail-from needs --notify-mail"],
    [
      ["--notify-mail", "a@b.c"],
      { MILEPOST_KEEPER_SMTP_URL: "mail.example" },
      "MILEPOST_KEEPER_SMTP_URL takes an smtp:// or smtps:// URL",
    ],
    [
      ["--notify-mail", "a@b.c\nBcc: x@y.z"],
      { MILEPOST_KEEPER_SMTP_URL: "smtps://mail.example" },
      "--notify-mail takes one mail address",
    ],
  ];
  for (const [args, environment, message] of NOTIFY_MISTAKES) {
    it(`refuses ${JSON.stringify(args)}: ${message}`, () => {
      const all = ["--url", URL, "--keypair", file("payer.json"), ...args];
      expect(() => runConfig(all, environment)).to.throw(UsageError, message);
    });
  }

  it("given status, then no keypair is needed", () => {
    const command = readCommand(["status", "--url", URL], {});
    expect(command).to.have.property("command", "status");
    expect(command).to.have.nested.property("config.urls[0]", URL);
  });

  const WORDS: [string[], Command["command"]][] = [
    [["--help"], "help"],
    [["status", "-h"], "help"],
    [["--version"], "version"],
    [["-v"], "version"],
  ];
  for (const [args, command] of WORDS) {
    it(`given ${args.join(" ")}, then nothing else is read`, () => {
      expect(readCommand(args, {})).to.deep.equal({ command });
    });
  }

  const RUN = () => ["--url", URL, "--keypair", file("payer.json")];
  const GATEWAY = () => [...RUN(), "--gateway-keypair", file("signer.json")];
  /** What is given, and what the message has to say was expected. */
  const REFUSED: [string, () => string[], RegExp, Environment?][] = [
    ["no URL", () => ["--keypair", file("payer.json")], /--url is missing.*MILEPOST_KEEPER_URL/],
    ["no keypair", () => ["--url", URL], /--keypair is missing.*MILEPOST_KEEPER_KEYPAIR/],
    ["another command", () => ["start", ...RUN()], /run, status or retry, not "start"/],
    ["two commands", () => ["run", "status", ...RUN()], /run, status or retry, not "status"/],
    ["an unknown flag", () => [...RUN(), "--fast"], /--fast.*--help/],
    ["a flag without its value", () => [...RUN(), "--ws-url"], /--ws-url.*--help/],
    ["a value for a flag that has none", () => [...RUN(), "--once=yes"], /--once/],
    ["a URL that is none", () => ["--url", "rpc.example"], /--url takes an http:\/\/ or https:/],
    ["a websocket as URL", () => ["--url", "ws://rpc.example"], /--url takes an http:/],
    ["one bad URL of two", () => [...RUN(), "--url", "ftp://x"], /--url takes.*not ftp:\/\/x/],
    ["http as websocket", () => [...RUN(), "--ws-url", URL], /--ws-url takes a ws:\/\/ or wss:/],
    ["another database", () => [...RUN(), "--database-url", "mysql://db"], /takes a postgres:\/\//],
    [
      "two databases",
      () => [...RUN(), "--database-url", "postgres://db", "--data-dir", "x"],
      /--database-url and --data-dir exclude/,
    ],
    [
      "a missing keypair",
      () => ["--url", URL, "--keypair", file("none.json")],
      /none.json.*ENOENT/,
    ],
    ["no keypair's file", () => ["--url", URL, "--keypair", file("garbage.json")], /64 numbers/],
    ["a seed's file", () => ["--url", URL, "--keypair", file("short.json")], /64 numbers/],
    ["halves of two keys", () => ["--url", URL, "--keypair", file("mixed.json")], /do not match/],
    ["a key without a rule", GATEWAY, /--gateway-keypair needs --rule/],
    [
      "a rule without a key",
      () => [...RUN(), "--rule", "always"],
      /--rule needs --gateway-keypair/,
    ],
    ["another rule", () => [...GATEWAY(), "--rule", "maybe"], /always, never, allow:FILE.*"maybe"/],
    [
      "a missing allow list",
      () => [...GATEWAY(), "--rule", `allow:${file("none.txt")}`],
      /allow:FILE.*none.txt.*ENOENT/,
    ],
    [
      "a bad allow list",
      () => [...GATEWAY(), "--rule", `allow:${file("bad-allow.txt")}`],
      /bad-allow.txt:1: no policy address/,
    ],
    [
      "a callback without a secret",
      () => [...GATEWAY(), "--rule", "http:https://rules.example"],
      /MILEPOST_KEEPER_WEBHOOK_SECRET/,
    ],
    [
      "a callback with a bad secret",
      () => [...GATEWAY(), "--rule", "http:https://rules.example"],
      /whsec_/,
      { MILEPOST_KEEPER_WEBHOOK_SECRET: "short" },
    ],
    [
      "a callback without TLS",
      () => [...GATEWAY(), "--rule", "http:http://rules.example"],
      /has to be https/,
      { MILEPOST_KEEPER_WEBHOOK_SECRET: SECRET },
    ],
    ["a port beyond", () => [...RUN(), "--metrics-port", "65536"], /0 to 65535, or off/],
    ["a port in words", () => [...RUN(), "--metrics-port", "http"], /0 to 65535, or off/],
    ["no percentile", () => [...RUN(), "--priority-percentile", "101"], /from 0 to 100, not "101"/],
    ["half a lamport", () => [...RUN(), "--priority-cap", "0.5"], /whole number.*not "0.5"/],
    ["a negative budget", () => [...RUN(), "--rent-budget=-1"], /--rent-budget.*not "-1"/],
    ["an exponent", () => [...RUN(), "--min-balance", "1e7"], /whole number.*not "1e7"/],
    ["no batch", () => [...RUN(), "--concurrency", "0"], /from 1 to 64, not "0"/],
    ["a negative number", () => [...RUN(), "--concurrency=-1"], /from 1 to 64, not "-1"/],
    ["another level", () => [...RUN(), "--log-level", "loud"], /trace, debug, info.*not "loud"/],
    ["no program", () => [...RUN(), "--program-id", "milepost"], /address in base58/],
    [
      "a variable that is no switch",
      RUN,
      /MILEPOST_KEEPER_DRY_RUN takes true or false, not "maybe"/,
      { MILEPOST_KEEPER_DRY_RUN: "maybe" },
    ],
  ];
  for (const [name, args, message, environment = {}] of REFUSED) {
    it(`given ${name}, then one line says what was expected`, () => {
      expect(() => readCommand(args(), environment))
        .to.throw(UsageError)
        .with.property("message")
        .that.matches(message)
        .and.does.not.include("\n");
    });
  }

  const LEAKS: [string, () => string[], RegExp][] = [
    ["a key's list", () => ["--keypair", JSON.stringify([...payer.secretKey])], /,\d+,\d+/],
    [
      "a key's hexadecimal",
      () => ["--keypair", Buffer.from(payer.secretKey).toString("hex")],
      /[0-9a-f]{40}/,
    ],
    ["a file with a phrase", () => ["--keypair", file("garbage.json")], /phrase/],
    ["a password in a bad URL", () => ["--url", "ftp://me:hunter2@x"], /hunter2/],
    ["a password in place of a URL", () => ["--database-url", "hunter2"], /hunter2/],
  ];
  for (const [name, args, secret] of LEAKS) {
    it(`given ${name}, then the message does not repeat it`, () => {
      expect(() => readCommand(["--url", URL, ...args()], {}))
        .to.throw(UsageError)
        .and.not.match(secret);
    });
  }

  describe("what is written about them", () => {
    const [, table = ""] = README.split("\n## Flags\n");
    const rows = table
      .split("\n## ")[0]!
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) =>
        line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    const shown = FLAGS.filter(({ byDefault }) => byDefault !== "");

    it("given the README's table, then it has every flag, variable and default, in order", () => {
      expect(rows.map(([flag, variable, byDefault]) => [flag, variable, byDefault])).to.deep.equal(
        shown.map((flag) => [
          `\`${usageOf(flag)}\``,
          `\`${variableOf(flag.name)}\``,
          flag.byDefault,
        ]),
      );
    });

    it("given the README and the compose file, then they name no variable that there is not", () => {
      const compose = readFileSync(path.join(__dirname, "../../docker-compose.yml"), "utf8");
      const secrets = [WEBHOOK_SECRET, NOTIFY_SECRET, SMTP_URL];
      const known = [...FLAGS.map(({ name }) => variableOf(name)), ...secrets];
      for (const text of [README, compose]) {
        const named = text.match(/MILEPOST_KEEPER_[A-Z_]+/g) ?? [];
        expect(named).to.have.length.greaterThan(3);
        expect(known).to.include.members(named);
      }
    });

    it("given the help, then it has every flag and its default", () => {
      for (const flag of FLAGS as readonly Flag[]) {
        expect(helpText()).to.include(`  ${usageOf(flag)} `);
        expect(helpText()).to.include(flag.help);
        if (flag.byDefault) expect(helpText()).to.include(`(${flag.byDefault})`);
      }
    });
  });
});

describe("keeper: several RPCs", () => {
  const URLS = ["http://one.example", "http://two.example", "http://three.example"];

  it("given URLs, then each has a connection, and websockets go around unless one is given", () => {
    const connections = openConnections({ urls: URLS });
    expect(connections.each.map(({ rpcEndpoint }) => rpcEndpoint)).to.deep.equal(URLS);
    const sockets = [1, 2, 3, 4].map(() => connections.nextSocketUrl().url);
    expect(sockets).to.deep.equal([...URLS, URLS[0]]);
    const own = openConnections({ urls: URLS, wsUrl: "ws://one.example" });
    expect(own.nextSocketUrl().wsUrl).to.equal("ws://one.example");
  });
});

describe("keeper: one chain a database", () => {
  it("given a database, then the first chain keeps it, and another is refused", async () => {
    const { database, drop } = await migratedDatabase();
    try {
      const [chain, other, program] = [
        addressOf("chain"),
        addressOf("other"),
        addressOf("program"),
      ];
      await keepToChain(database, chain, program);
      await keepToChain(database, chain, program);
      for (const [genesis, id] of [
        [other, program],
        [chain, addressOf("another program")],
      ] as const) {
        const error = await keepToChain(database, genesis, id).catch((failure: Error) => failure);
        expect(error).to.be.instanceOf(UsageError);
        expect((error as Error).message)
          .to.include(chain)
          .and.include(genesis);
      }
      const strange = await keepToChain(database, "'; DROP SCHEMA public; --", program).catch(
        (failure: Error) => failure.message,
      );
      expect(strange).to.match(/genesis hash/);
    } finally {
      await drop();
    }
  });
});
