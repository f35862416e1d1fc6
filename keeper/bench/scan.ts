/**
 * Measures how the cost of many policies grows: the first scan, one page of the rolling reconcile, the queries behind
 * each pass, the size of the table, and the keeper's memory.
 *
 *     npx tsx keeper/bench/scan.ts --policies 1000,10000,100000
 *
 * The RPC is a process of its own that generates the accounts of each page (`scan-rpc.ts`), the keeper another one.
 * Each count has a Postgres of its own.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { parseArgs, promisify } from "node:util";
import { startPostgres } from "@milepost/database/testing";
import { printTable } from "./report";
import { compile, PROGRAM_ENVIRONMENT } from "./worker-process";

const run = promisify(execFile);

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      policies: { type: "string", default: "1000,10000,100000" },
      /** Every how many policies is held, so that its escrow is read as well; 0 for none. */
      "held-every": { type: "string", default: "10" },
    },
  });
  const columns: Record<string, object> = {};
  for (const policies of values.policies.split(",")) {
    columns[policies] = await measure(policies, values["held-every"]);
    console.log(JSON.stringify({ name: "scan", policies: Number(policies), ...columns[policies] }));
  }
  printTable(columns);
}

async function measure(policies: string, heldEvery: string): Promise<object> {
  const environment = { env: PROGRAM_ENVIRONMENT };
  const postgres = await startPostgres();
  const rpc = spawn(process.execPath, [compile("scan-rpc.ts"), policies, heldEvery], {
    ...environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [port] = (await once(createInterface({ input: rpc.stdout }), "line")) as [string];
    const program = compile("scan-process.ts");
    const url = `http://127.0.0.1:${port}`;
    const { stdout } = await run(process.execPath, [program, url, postgres.url], environment);
    return JSON.parse(stdout.trim().split("\n").at(-1)!) as object;
  } finally {
    rpc.kill();
    await postgres.stop();
  }
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
