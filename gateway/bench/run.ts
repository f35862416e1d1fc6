/**
 * `npm run bench --workspace gateway`: ratios in one run, each with its target. Arguments choose some: `start`, `http`,
 * `complete`.
 */
import { benchComplete } from "./complete";
import { benchHttp } from "./http";
import { benchSandboxStart } from "./sandbox-start";

const BENCHES = { start: benchSandboxStart, http: benchHttp, complete: benchComplete };

async function main(): Promise<void> {
  const names = process.argv.slice(2);
  const unknown = names.find((name) => !(name in BENCHES));
  if (unknown) throw new Error(`expected ${Object.keys(BENCHES).join(", ")}, received ${unknown}`);
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (names.length === 0 || names.includes(name)) await bench();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
