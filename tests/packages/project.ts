/** An empty project into which the packages are installed as npm would publish them. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { build } from "esbuild";
import { ROOT } from "../docs/page";

const execute = promisify(execFile);

export const WORKSPACES = ["sdk", "localnet", "keeper", "gateway", "react", "kit"] as const;
export type Workspace = (typeof WORKSPACES)[number];

/** Folder of packages that were packed from these sources. Default: this process packs them. */
const PACKED = process.env.MILEPOST_PACKED;

export class Project {
  private readonly children: ChildProcess[] = [];

  private constructor(readonly directory: string) {}

  /** Packs and installs; other dependencies come from npm's cache or the registry. */
  static async create(): Promise<Project> {
    const directory = mkdtempSync(path.join(tmpdir(), "milepost-packages-"));
    const packed = PACKED ? path.resolve(ROOT, PACKED) : await pack(path.join(directory, "packed"));
    const tarballs = readdirSync(packed)
      .filter((name) => /^milepost-.*\.tgz$/.test(name))
      .map((name) => path.join(packed, name));
    if (tarballs.length !== WORKSPACES.length)
      throw new Error(`${packed}: expected ${WORKSPACES.length} packages, found ${tarballs}`);
    writeFileSync(path.join(directory, "package.json"), JSON.stringify({ private: true }));
    // Anchor for the one snippet that brings it.
    const others = ["@solana/web3.js@1", "bn.js", "@coral-xyz/anchor@0.32.1"];
    const react = ["react@19", "react-dom@19"];
    const kit = ["@solana/kit@8", "@solana-program/token@0.16"];
    const install = ["install", ...tarballs, ...others, ...react, ...kit];
    await execute("npm", [...install, "--no-audit", "--no-fund", "--prefer-offline"], {
      cwd: directory,
    });
    return new Project(directory);
  }

  /** A file of an installed package. */
  installed(workspace: Workspace, ...names: string[]): string {
    return path.join(this.directory, "node_modules/@milepost", workspace, ...names);
  }

  /** Writes a program and runs it with Node; returns what it printed. Throws with what it said when it fails. */
  async node(name: string, text: string): Promise<string> {
    writeFileSync(path.join(this.directory, name), text);
    const { stdout } = await execute(process.execPath, [name], { cwd: this.directory });
    return stdout;
  }

  /** Bundles a page's program for a browser, with the installed packages and no polyfill. */
  async bundlePage(contents: string): Promise<string> {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: this.directory, loader: "tsx" },
      bundle: true,
      write: false,
      format: "iife",
      platform: "browser",
      target: "es2022",
      jsx: "automatic",
      define: { "process.env.NODE_ENV": '"production"' },
      logLevel: "silent",
    });
    return outputFiles[0]!.text;
  }

  /** A command as a page prints it, to its end. */
  async command(line: string): Promise<string> {
    const [tool = "", ...words] = line.split(" ");
    const { stdout } = await execute(tool, offline(tool, words), this.options());
    return stdout;
  }

  /** A command as a page prints it, until it prints a line that `isReady`; it runs on until the project is removed. */
  async start(line: string, isReady: (line: string) => boolean): Promise<() => Promise<void>> {
    const [tool = "", ...words] = line.split(" ");
    // A group of its own, because npx starts the command as a child.
    const child = spawn(tool, offline(tool, words), { ...this.options(), detached: true });
    this.children.push(child);
    // A suite that takes too long is ended from outside: what it started must not live on.
    const endGroup = (): void => {
      if (isRunning(child)) process.kill(-child.pid!, "SIGKILL");
    };
    process.once("exit", endGroup);
    process.once("SIGTERM", () => process.exit(143));
    const said: string[] = [];
    child.stderr.on("data", (data: Buffer) => said.push(data.toString()));
    for await (const printed of createInterface({ input: child.stdout })) {
      said.push(printed);
      if (isReady(printed)) {
        child.stdout.resume();
        return () => this.stop(child);
      }
    }
    throw new Error(`${line} ended:\n${said.join("\n")}`);
  }

  async remove(): Promise<void> {
    for (const child of this.children) await this.stop(child);
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async stop(child: ChildProcess): Promise<void> {
    if (!isRunning(child)) return;
    process.kill(-child.pid!, "SIGINT");
    await once(child, "exit");
  }

  private options() {
    const own = { HOME: this.directory, MILEPOST_KEEPER_METRICS_PORT: "off" };
    return { cwd: this.directory, env: { ...process.env, ...own } };
  }
}

async function pack(directory: string): Promise<string> {
  mkdirSync(directory);
  for (const workspace of WORKSPACES) {
    // The SDK as it was built for these tests: building it again would take its files from under other suites.
    const flags = workspace === "sdk" ? ["--ignore-scripts"] : [];
    const args = ["pack", "--pack-destination", directory, "--workspace", workspace, ...flags];
    await execute("npm", args, { cwd: ROOT });
  }
  return directory;
}

const isRunning = (child: ChildProcess): boolean =>
  child.exitCode === null && child.signalCode === null;

/** Only what is installed: nothing of ours is fetched from a registry. */
const offline = (tool: string, words: string[]): string[] =>
  tool === "npx" ? ["--no-install", ...words] : words;
