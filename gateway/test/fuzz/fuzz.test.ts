/** Requests that schemathesis generates from the OpenAPI document, against a whole sandbox: every answer is as documented. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { pythonProgram } from "../harness/python";
import { type SandboxProcess, startSandboxProcess } from "../harness/sandbox-process";

/** Requests per operation in the random phase; the phase before it covers each limit of each schema. */
const EXAMPLES = 10;

/** Operations that answer 401 to every API key. */
const SESSION_ONLY = ["getWalletSession", "endWalletSession", "getOperatorReport"];

describe("generated requests", () => {
  let directory: string;
  let sandbox: SandboxProcess;
  before(async () => {
    directory = mkdtempSync(path.join(tmpdir(), "gateway-fuzz-"));
    sandbox = await startSandboxProcess(directory, ["--log-level", "error"]);
  });
  after(async () => {
    await sandbox?.cli.end();
    rmSync(directory, { recursive: true, force: true });
  });

  async function call(method: string, url: string, body?: object) {
    const answer = await fetch(`${sandbox.url}${url}`, {
      method,
      headers: { "x-api-key": sandbox.apiKey },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // JSON of an answer: a test takes ids from it.
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    const value = (await answer.json()) as any;
    if (answer.status >= 300) throw new Error(`${url}: ${JSON.stringify(value)}`);
    return value;
  }

  /** Creates one object of each kind; returns their ids as `hooks.py` expects them. */
  async function objects() {
    const intent = await call("POST", "/v1/payment-intents", {
      ...{ amount: "1000.00", currency: "USDC", type: "DELIVERY_VS_PAYMENT" },
      ...{ settlementMethod: "OFF_RAMP_MOCK", settlementDestination: "bank_account_123" },
      metadata: { releaseType: "MILESTONE_LOCKED", autoRelease: true },
    });
    const drafts = `/v1/payment-intents/${intent.id}/escrow/milestones`;
    const milestone = await call("POST", drafts, { milestoneIndex: 0, amount: "500.00" });
    await call("POST", drafts, { milestoneIndex: 1, amount: "500.00" });
    const project = await call("POST", "/v1/projects", {
      ...{ title: "Kitchen", projectType: "general", amount: "1000.00", currency: "USDC" },
      ...{ homeowner: { name: "A" }, contractor: { name: "B" }, mediator: { name: "C" } },
    });
    await call("POST", `/v1/projects/${project.id}/finalize`, { party: project.homeowner.id });
    const key = await call("POST", "/v1/api-keys", { name: "Second" });
    const endpoint = await call("POST", "/v1/webhook-endpoints", {
      url: "https://example.com/hook",
      status: "disabled",
    });
    const reconciliation = await call("POST", "/v1/reconciliations");
    const events = await call("GET", "/v1/events");
    return {
      "payment-intents": { id: intent.id, mid: milestone.id },
      projects: { id: project.id, milestoneId: project.milestones[0].id },
      "api-keys": { keyId: key.id },
      "webhook-endpoints": { id: endpoint.id },
      reconciliations: { id: reconciliation.id },
      events: { id: events.data[0].id },
    };
  }

  it("are answered as the OpenAPI document says, whatever they contain", async () => {
    const [own] = (await call("GET", "/v1/api-keys")).data;
    const environment = {
      ...process.env,
      SCHEMATHESIS_HOOKS: path.join(__dirname, "hooks.py"),
      MILEPOST_FUZZ_KEY_ID: own.id,
      MILEPOST_FUZZ_OBJECTS: JSON.stringify(await objects()),
    };
    const run = promisify(execFile)(
      pythonProgram("schemathesis", ["--version"]),
      [
        ...["--config-file", path.join(__dirname, "schemathesis.toml")],
        ...["run", `${sandbox.url}/openapi.json`, "-H", `X-API-Key: ${sandbox.apiKey}`],
        ...["--phases", "examples,coverage,fuzzing", "-n", String(EXAMPLES), "--warnings", "off"],
        // It answers until the client leaves.
        ...["--exclude-operation-id", "streamEvents"],
        // They take a wallet session instead of a key, and no parameters: test/sessions/ has their tests.
        ...SESSION_ONLY.flatMap((id) => ["--exclude-operation-id", id]),
      ],
      { env: environment, cwd: directory, maxBuffer: 64 * 1024 * 1024 },
    );
    const { stdout } = await run.catch((error: { stdout?: string }) => {
      throw new Error(error.stdout || String(error));
    });
    expect(stdout).to.match(/\d+ generated, \d+ passed/);
    const ready = await fetch(`${sandbox.url}/readyz`);
    expect(ready.status).to.equal(200);
    expect(sandbox.cli.errors, "the log has no error").to.equal("");
  }).timeout(600_000);
});
