/** The keeper as a user starts it: `milepost-keeper --url ... --keypair ...`, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Keypair } from "@solana/web3.js";

const ROOT = path.resolve(__dirname, "..");

export interface KeeperProcess {
  /** Number of policies that the keeper found on the chain. */
  readonly policies: number;
  /** Returns the log so far. */
  said(): string;
  /** Stops the keeper and waits for its exit. Throws, with the log, when the exit code is not 0. */
  stop(): Promise<void>;
}

interface ScanLine {
  msg?: string;
  policies?: number;
}

/** Starts a keeper and resolves after its first scan. Throws, with the log, when it exits before that. */
export async function startKeeper(url: string, feePayer: Keypair): Promise<KeeperProcess> {
  const directory = mkdtempSync(path.join(tmpdir(), "milepost-demo-"));
  const keypair = path.join(directory, "id.json");
  writeFileSync(keypair, JSON.stringify([...feePayer.secretKey]), { mode: 0o600 });
  const args = ["--url", url, "--keypair", keypair];
  const own = ["--data-dir", path.join(directory, "data"), "--metrics-port", "off"];
  const child = spawn(
    process.execPath,
    ["--import", "tsx", path.join(ROOT, "keeper/src/cli/main.ts"), ...args, ...own],
    { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] },
  );
  const exit = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
  const said: string[] = [];
  child.stderr.on("data", (data: Buffer) => said.push(data.toString()));
  const scanned = new Promise<number>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (text) => {
      said.push(text);
      const line = text.startsWith("{") ? (JSON.parse(text) as ScanLine) : {};
      if (line.msg === "chain scanned") resolve(line.policies!);
    });
  });
  const stop = () => end(child, exit, said, directory);
  const ended = exit.then((code) => {
    throw new Error(`the keeper exited with ${code} at its start:\n${said.join("\n")}`);
  });
  // The race handles the rejection; after it, the exit is expected.
  ended.catch(() => undefined);
  try {
    const policies = await Promise.race([scanned, ended]);
    return { policies, said: () => said.join("\n"), stop };
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

async function end(
  child: ChildProcess,
  exit: Promise<number | string>,
  said: readonly string[],
  directory: string,
): Promise<void> {
  child.kill("SIGTERM");
  const code = await exit;
  rmSync(directory, { recursive: true, force: true });
  if (code !== 0) throw new Error(`the keeper exited with ${code}:\n${said.join("\n")}`);
}
