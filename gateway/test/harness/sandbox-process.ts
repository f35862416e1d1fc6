/** A sandbox in a process of its own, for tests over HTTP. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { DESCRIPTION_FILE } from "../../src/process/sandbox-data";
import { CliProcess } from "./cli-process";

/** A sandbox that is ready. */
export interface SandboxProcess {
  cli: CliProcess;
  url: string;
  apiKey: string;
  webhookSecret: string;
  operatorPort: number | null;
  rpcUrl: string;
  freightUrl: string;
  payUrl: string;
  /** Milliseconds from the start to the first answer. */
  readyMs: number;
}

/** Starts a sandbox on free ports, with its data in `directory`. */
export async function startSandboxProcess(
  directory: string,
  flags: readonly string[] = [],
  environment: NodeJS.ProcessEnv = {},
): Promise<SandboxProcess> {
  const started = performance.now();
  const ports = [
    "--port",
    "0",
    "--rpc-port",
    "0",
    "--metrics-port",
    "0",
    "--freight-port",
    "0",
    "--pay-port",
    "0",
  ];
  const args = ["sandbox", "--data-dir", directory, ...ports, ...flags];
  const cli = CliProcess.start(args, environment);
  try {
    await cli.until(/the sandbox is ready/);
    const readyMs = performance.now() - started;
    const described = JSON.parse(
      readFileSync(path.join(directory, DESCRIPTION_FILE), "utf8"),
    ) as Omit<SandboxProcess, "cli" | "readyMs">;
    return { ...described, cli, readyMs };
  } catch (error) {
    await cli.end();
    throw error;
  }
}
