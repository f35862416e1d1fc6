/** The README's table of flags is the command's own. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { Option } from "commander";
import { sandboxCommand } from "../../src/cli/sandbox";
import { serveCommand } from "../../src/cli/serve";
import { SMTP_URL } from "../../src/config/mail";
import { MASTER_KEY } from "../../src/config/master-key";
import { OPTIONS } from "../../src/config/options";
import { RELEASE_SECRET } from "../../src/config/release-secret";

const ROOT = path.resolve(__dirname, "../..");
const README = readFileSync(path.join(ROOT, "README.md"), "utf8");
const REQUIRED = ["url", "databaseUrl", "keypair", "sponsor", "masterKeyFile"];

/** Returns the default as the help shows it. */
function defaultOf(option: Option): string {
  const [, inText] = /\(default: (.*)\)$/.exec(option.description) ?? [];
  if (inText !== undefined) return inText;
  if (option.defaultValue !== undefined) return String(option.defaultValue);
  return REQUIRED.includes(option.attributeName()) ? "required" : "none";
}

describe("gateway/README.md", () => {
  it("has every flag of serve with its variable, default and meaning, in the order of the help", () => {
    const section = README.split("\n## Flags\n")[1]!.split("\n## ")[0]!;
    const rows = section
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) =>
        line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    const expected = serveCommand(() => undefined).options.map((option) => [
      `\`${option.flags}\``,
      `\`${option.envVar}\``,
      defaultOf(option),
      option.description.replace(/ \(default: .*\)$/, ""),
    ]);
    expect(rows).to.deep.equal(expected);
  });

  it("names only variables that exist, and each secret that has no flag", () => {
    const known = Object.values(OPTIONS).map((make) => make().envVar!);
    const secrets = [SMTP_URL, MASTER_KEY, RELEASE_SECRET];
    const named = README.match(/MILEPOST_GATEWAY_[A-Z0-9_]+/g)!;
    expect([...known, ...secrets]).to.include.members(named);
    expect(named).to.include.members(secrets);
  });
});

describe("milepost-gateway sandbox", () => {
  const variables = {
    MILEPOST_GATEWAY_SANDBOX_DATA_DIR: "/tmp/elsewhere",
    MILEPOST_GATEWAY_SANDBOX_RPC_PORT: "9001",
    MILEPOST_GATEWAY_SANDBOX_FREIGHT_PORT: "9002",
    MILEPOST_GATEWAY_SANDBOX_PAY_PORT: "9003",
  };
  beforeEach(() => Object.assign(process.env, variables));
  afterEach(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });

  const read = async (...flags: string[]) => {
    const command = sandboxCommand(() => undefined).action(() => undefined);
    await command.parseAsync(flags, { from: "user" });
    const { dataDir, rpcPort, freightPort, payPort } = command.opts();
    return [dataDir, rpcPort, freightPort, payPort] as unknown[];
  };

  it("reads the variables of its own flags, which the flags themselves precede", async () => {
    expect(await read()).to.deep.equal(["/tmp/elsewhere", 9001, 9002, 9003]);
    expect(await read("--pay-port", "9004")).to.deep.equal(["/tmp/elsewhere", 9001, 9002, 9004]);
  });
});
