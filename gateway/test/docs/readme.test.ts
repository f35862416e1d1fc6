/** The curls on the first page, run as printed against a sandbox; only address and key are replaced. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";

const README = readFileSync(path.join(__dirname, "../../../README.md"), "utf8");

describe("README's curls", () => {
  let gateway: SandboxGateway;
  before(async () => (gateway = await startSandboxGateway()));
  after(() => gateway?.close());

  it("pay a milestone of 300, less the fee, into the payee's token account", async () => {
    const [, block] = /^```bash\n([\s\S]*?)^```/m.exec(README) ?? [];
    const printed = block!
      .replace("http://127.0.0.1:8080", gateway.url)
      .replace("sk_test_...", gateway.keys.test);
    expect(printed.trim().split("\n"), "an export and five requests").to.have.length(6);
    const before = await gateway.balance("payee");
    // Each answer on a line of its own.
    const script = printed.replaceAll("curl -s ", "curl -sS -w '\\n' ");
    const { stdout } = await promisify(execFile)("bash", ["-euc", script]);
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers.map(({ object, status }) => [object, status])).to.deep.equal([
      ["payment_intent", "INITIATED"],
      ["milestone", "PENDING"],
      ["milestone", "completed"],
      ["balance", undefined],
    ]);
    expect(answers[2].data).to.include({
      status: "RELEASED",
      paid: "300.00",
      fee: "3.00",
      net: "297.00",
    });
    expect((await gateway.balance("payee")) - before).to.equal(297_000_000n);
  });
});
