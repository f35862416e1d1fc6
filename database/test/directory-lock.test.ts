/** Who may have a directory: one process, whatever else the processes do not share. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { lockDirectory } from "../src/directory-lock";
import { DatabaseInUseError } from "../src/errors";
import { bundleProgram, MODULES } from "../testing";

/** As a container or a unit with PrivateTmp has it: other process ids, other mounts, a /tmp of its own. */
const OTHER_NAMESPACES = ["unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc"];
const hasNamespaces =
  spawnSync(OTHER_NAMESPACES[0]!, [...OTHER_NAMESPACES.slice(1), "true"]).status === 0;

describe("the lock of a directory", () => {
  let directory: string;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "milepost-lock-"));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    rmSync(directory, { recursive: true, force: true });
  });

  /** Another process that takes the lock and keeps it; resolves with what came of that. */
  async function another(prefix: string[] = [], environment: NodeJS.ProcessEnv = {}) {
    const [command, ...args] = [
      ...prefix,
      process.execPath,
      bundleProgram(join(__dirname, "lock-main.ts")),
      directory,
    ];
    const child = spawn(command, args, {
      env: { ...process.env, NODE_PATH: MODULES, ...environment },
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    return { child, said: said.toString().trim() };
  }

  function refusal(of: string): unknown {
    try {
      lockDirectory(of, "keeper")();
    } catch (error) {
      return error;
    }
    throw new Error("it was free");
  }

  it("refuses a second process whose TMPDIR is another one", async () => {
    const temporary = join(directory, "tmp");
    mkdirSync(temporary);
    expect((await another()).said).to.equal("held");
    expect((await another([], { TMPDIR: temporary })).said).to.equal("DatabaseInUseError");
  });

  it("refuses a second process in other namespaces of process ids and mounts", async function () {
    if (!hasNamespaces) return this.skip();
    const unlock = lockDirectory(directory, "keeper");
    expect((await another(OTHER_NAMESPACES)).said).to.equal("DatabaseInUseError");
    unlock();
    expect((await another(OTHER_NAMESPACES)).said).to.equal("held");
    expect(refusal(directory)).to.be.instanceOf(DatabaseInUseError);
  });

  it("is free as soon as its process was killed, and nothing has to be removed", async () => {
    const { child, said } = await another();
    expect(said).to.equal("held");
    expect(refusal(directory)).to.be.instanceOf(DatabaseInUseError);
    child.kill("SIGKILL");
    await once(child, "exit");
    lockDirectory(directory, "keeper")();
  });

  it("goes to one of many processes that start at once after another was killed", async () => {
    const { child } = await another();
    child.kill("SIGKILL");
    await once(child, "exit");
    const starters = await Promise.all(Array.from({ length: 6 }, () => another()));
    const said = starters.map((starter) => starter.said).sort();
    expect(said).to.deep.equal([...Array.from({ length: 5 }, () => "DatabaseInUseError"), "held"]);
  });

  it("works in a directory whose path is longer than a socket's may be", async () => {
    const deep = join(directory, ...Array.from({ length: 20 }, () => "twenty-characters-xy"));
    mkdirSync(deep, { recursive: true });
    const unlock = lockDirectory(deep, "keeper");
    expect(refusal(deep)).to.be.instanceOf(DatabaseInUseError);
    unlock();
    unlock();
    lockDirectory(deep, "keeper")();
  });
});
