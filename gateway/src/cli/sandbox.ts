/** `milepost-gateway sandbox`. */
import { Command, Option } from "commander";
import { openFiles, type StorageFlags } from "../config/file-storage";
import { type MailFlags, readMail } from "../config/mail";
import { port } from "../config/values";
import { OPTIONS, variableOf } from "../config/options";
import { createLog, type LogLevel } from "../observe/log";
import { packagedPage } from "../page/page-directory";
import type { RunningSandbox } from "../process/sandbox";
import { untilToldToStop } from "./signals";

interface SandboxFlags extends StorageFlags, MailFlags {
  dataDir: string;
  reset?: true;
  port: number;
  host: string;
  metricsPort: number | "off";
  metricsHost: string;
  rpcPort: number;
  freightPort: number;
  payPort: number;
  page?: string;
  keeper: boolean;
  logLevel?: LogLevel;
}

/** Returns an option of this command alone. Its variable is set here: commander reads it when the option is added. */
function own(flags: string, text: string): Option {
  const [, name] = /--([a-z-]+)/.exec(flags)!;
  return new Option(flags, text).env(variableOf(`sandbox-${name!}`));
}

/** Builds the command; `code` gets the exit code. */
export function sandboxCommand(code: (value: number) => void): Command {
  const command = new Command("sandbox")
    .description(
      "start everything on this machine: a chain with the program, the gateway, a keeper and an embedded database",
    )
    .addOption(
      own("--data-dir <DIR>", "directory of keys, chain, database and files").default(
        ".milepost-gateway",
      ),
    )
    .option("--reset", "start with an empty chain and database, but keep the keys")
    .addOption(OPTIONS.port())
    .addOption(OPTIONS.host())
    .addOption(OPTIONS.metricsPort())
    .addOption(OPTIONS.metricsHost())
    .addOption(
      own("--rpc-port <PORT>", "port of the chain's JSON-RPC; subscriptions have the next one")
        .argParser(port)
        .default(8899),
    )
    .addOption(own("--freight-port <PORT>", "port of ChainFreight").argParser(port).default(8002))
    .addOption(own("--pay-port <PORT>", "port of ChainPay").argParser(port).default(8003))
    .addOption(OPTIONS.page())
    .option("--no-keeper", "run without the keeper")
    .addOption(OPTIONS.s3Bucket())
    .addOption(OPTIONS.s3Endpoint())
    .addOption(OPTIONS.s3Region())
    .addOption(OPTIONS.s3Prefix())
    .addOption(OPTIONS.mailFrom())
    .addOption(OPTIONS.administrator())
    .addOption(OPTIONS.logLevel());
  return command.action(async (flags: SandboxFlags) => code(await run(flags)));
}

async function run(flags: SandboxFlags): Promise<number> {
  // Loaded here: the other commands need neither the chain nor the keeper.
  const { startSandbox } = await import("../process/sandbox");
  const log = createLog({ level: flags.logLevel ?? "warn" });
  const told = untilToldToStop(() => log.warn("received a second signal: exiting at once"));
  const operator =
    flags.metricsPort === "off" ? null : { host: flags.metricsHost, port: flags.metricsPort };
  const sandbox = await startSandbox({
    directory: flags.dataDir,
    isReset: flags.reset ?? false,
    listen: { host: flags.host, port: flags.port },
    operator,
    rpcPort: flags.rpcPort,
    freightPort: flags.freightPort,
    payPort: flags.payPort,
    page: flags.page === "off" ? null : (flags.page ?? packagedPage()),
    hasKeeper: flags.keeper,
    files: await openFiles(flags),
    notifications: readMail(flags, process.env),
    log,
  });
  process.stdout.write(describeSandbox(sandbox));
  await told;
  return (await sandbox.stop()) ? 0 : 1;
}

function describeSandbox({ gateway, freight, localnet, data, wallets }: RunningSandbox): string {
  const { url, operatorPort, hasPage } = gateway;
  const rows: [string, string][] = [
    ["Page", hasPage ? url : "none: build it with make gateway, or pass --page <DIR>"],
    ["API", `${url}/v1`],
    ["API key", data.apiKey.text],
    ["Webhook secret", data.webhookSecret],
    ["Documentation", `${url}/docs`],
    ["ChainFreight", freight.freightUrl],
    ["ChainPay", freight.payUrl],
    ["Chain", `${localnet.url} (subscriptions ${localnet.wsUrl})`],
    ...(operatorPort === null
      ? []
      : [["Metrics", `http://127.0.0.1:${operatorPort}/metrics`] satisfies [string, string]]),
    ...Object.entries(wallets).map(([role, { publicKey }]): [string, string] => [
      `${role[0]!.toUpperCase()}${role.slice(1)}`,
      `${publicKey.toBase58()} (wallet of the page)`,
    ]),
    ["Data", data.directory],
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(15)}${value}`);
  const seconds = process.uptime().toFixed(1);
  return `Milepost gateway: the sandbox is ready, ${seconds} seconds after its start\n\n${lines.join("\n")}\n\n  curl ${url}/v1/api-keys -H "X-API-Key: ${data.apiKey.text}"\n\n`;
}
