/** The gateway's sandbox as a user starts it: `milepost-gateway sandbox`, in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const GATEWAY = path.resolve(__dirname, "../gateway");

/** What the sandbox writes about itself. */
interface Description {
  url: string;
  apiKey: string;
  rpcUrl: string;
}

export interface GatewayProcess extends Description {
  /** Stops the sandbox, removes its data, and waits for its exit. Throws, with its output, when the exit code is not 0. */
  stop(): Promise<void>;
}

/** Starts a sandbox with new data on free ports, and resolves when it is ready. Throws, with its output, when it exits before. */
export async function startGateway(): Promise<GatewayProcess> {
  const directory = mkdtempSync(path.join(tmpdir(), "milepost-demo-"));
  const ports = ["port", "rpc-port", "freight-port", "pay-port"].flatMap((name) => [
    `--${name}`,
    "0",
  ]);
  const child = spawn(
    process.execPath,
    [
      ...["--import", "tsx", "src/cli/main.ts", "sandbox"],
      ...["--data-dir", directory, "--metrics-port", "off", ...ports],
    ],
    { cwd: GATEWAY, stdio: ["ignore", "pipe", "pipe"] },
  );
  const exit = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
  let said = "";
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data: Buffer) => {
        said += data.toString();
        if (said.includes("the sandbox is ready")) resolve();
      });
    }
  });
  const ended = exit.then((code) => {
    throw new Error(`the gateway exited with ${code} at its start:\n${said}`);
  });
  // The race handles the rejection; after it, the exit is expected.
  ended.catch(() => undefined);
  try {
    await Promise.race([ready, ended]);
    const text = readFileSync(path.join(directory, "sandbox.json"), "utf8");
    return {
      ...(JSON.parse(text) as Description),
      async stop() {
        child.kill("SIGTERM");
        const code = await exit;
        rmSync(directory, { recursive: true, force: true });
        if (code !== 0) throw new Error(`the gateway exited with ${code}:\n${said}`);
      },
    };
  } catch (error) {
    child.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}
