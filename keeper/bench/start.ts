/**
 * Measures how long the embedded database takes from the start of a process to the first query, by phase: with new files
 * and with those of an earlier start, each in a process of its own. Prints the medians.
 *
 *     tsx keeper/bench/start.ts --runs 5
 *
 * `--template off` sets the files up by initdb, as a program that runs from source does.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { printTable } from "./report";
import type { Phase } from "./start-process";
import { compile, PROGRAM_ENVIRONMENT } from "./worker-process";

const PACK_TEMPLATE = path.resolve(__dirname, "../../database/scripts/pack-template.ts");

type Phases = Record<string, Phase>;

function main(args: readonly string[]): void {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: "string", default: "5" },
      template: { type: "string", default: "on" },
    },
  });
  const runs = Number(values.runs);
  const program = compile("start-process.ts");
  if (values.template === "on") execFileSync("npx", ["tsx", PACK_TEMPLATE, path.dirname(program)]);
  const directory = mkdtempSync(path.join(tmpdir(), "keeper-start-"));
  try {
    const fresh: Phases[] = [];
    const kept: Phases[] = [];
    for (let run = 0; run < runs; run += 1) {
      const data = path.join(directory, String(run));
      fresh.push(start(program, data));
      kept.push(start(program, data));
    }
    const found = { new: medians(fresh), kept: medians(kept) };
    printTable({
      "new: wall ms": column(found.new, "wall"),
      "new: CPU ms": column(found.new, "cpu"),
      "kept: wall ms": column(found.kept, "wall"),
      "kept: CPU ms": column(found.kept, "cpu"),
    });
    for (const [files, phases] of Object.entries(found)) {
      console.log(
        JSON.stringify({ name: "start", files, template: values.template, runs, phases }),
      );
    }
  } finally {
    // Not between the runs: ext4 searches long for an inode after many files were removed.
    rmSync(directory, { recursive: true, force: true });
  }
}

function start(program: string, directory: string): Phases {
  const printed = execFileSync(process.execPath, [program, directory], {
    env: PROGRAM_ENVIRONMENT,
    encoding: "utf8",
  });
  return JSON.parse(printed) as Phases;
}

function medians(runs: readonly Phases[]): Phases {
  const median = (name: string, of: keyof Phase) =>
    Math.round(runs.map((run) => run[name]![of]).sort((a, b) => a - b)[runs.length >> 1]!);
  const names = Object.keys(runs[0]!);
  return Object.fromEntries(
    names.map((name) => [name, { wall: median(name, "wall"), cpu: median(name, "cpu") }]),
  );
}

const column = (phases: Phases, of: keyof Phase): Record<string, number> =>
  Object.fromEntries(Object.entries(phases).map(([name, phase]) => [name, phase[of]]));

main(process.argv.slice(2));
