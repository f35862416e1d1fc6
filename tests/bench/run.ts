/**
 * `make bench`: compute units of every instruction on both runtimes, as a table and as JSON lines.
 * Deterministic: the same program gives the same numbers on every machine.
 */
import { statSync } from "node:fs";
import { programPath, RUNTIME_NAMES } from "../harness";
import { Measurement, measureBatch, measureInstructions } from "./measure";

async function main(): Promise<void> {
  const rows: Measurement[] = [];
  const batches: { name: string; runtime: string; executions: number }[] = [];
  for (const runtime of RUNTIME_NAMES) {
    rows.push(...(await measureInstructions(runtime)));
    const executions = await measureBatch(runtime);
    batches.push({ name: "execute_payment/per-transaction", runtime, executions });
  }
  console.log(`program: ${statSync(programPath()).size} bytes\n`);
  printTable(rows);
  for (const { runtime, executions } of batches) {
    console.log(`${runtime}: ${executions} executions of different policies in one transaction`);
  }
  console.log();
  for (const line of [...rows, ...batches]) console.log(JSON.stringify(line));
}

function printTable(rows: Measurement[]): void {
  const runtimes = [...new Set(rows.map(({ runtime }) => runtime))];
  const header = ["instruction", ...runtimes.flatMap((r) => [`${r} CU`, "token CU", "own CU"])];
  const names = [...new Set(rows.map(({ name }) => name))];
  const lines = names.map((name) => [
    name,
    ...runtimes.flatMap((runtime) => {
      const row = rows.find(
        (candidate) => candidate.name === name && candidate.runtime === runtime,
      );
      return row ? [row.cu, row.token_cu, row.own_cu].map(String) : ["", "", ""];
    }),
  ]);
  const widths = header.map((_, i) =>
    Math.max(...[header, ...lines].map((l) => l[i]?.length ?? 0)),
  );
  for (const line of [header, ...lines]) {
    console.log(
      line
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join("  "),
    );
  }
  console.log();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
