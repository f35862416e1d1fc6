// Adds up the records of run-suite.mjs and prints what each failed test said, and
// `N passed, N failed` as its last line. Fails when a suite failed.
//
// Usage: node count-results.mjs [SUITE...]   the suites that must have a record
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const results = join(dirname(fileURLToPath(import.meta.url)), "..", "target", "results");
const records = existsSync(results)
  ? readdirSync(results)
      .filter((file) => file.endsWith(".json"))
      .map((file) => JSON.parse(readFileSync(join(results, file), "utf8")))
  : [];
for (const name of process.argv.slice(2)) {
  if (!records.some((record) => record.name === name)) {
    records.push({ name, passed: 0, failed: 1, skipped: 0, seconds: 0, trouble: "did not run" });
  }
}
if (records.length === 0) {
  records.push({
    name: "suites",
    passed: 0,
    failed: 1,
    skipped: 0,
    seconds: 0,
    trouble: "none ran",
  });
}

records.sort((a, b) => b.seconds - a.seconds);
const width = Math.max(...records.map((record) => record.name.length));
console.log("");
for (const { name, passed, failed, skipped, seconds, trouble } of records) {
  console.log(
    `${name.padEnd(width)}  ${String(passed).padStart(6)} passed ${String(failed).padStart(4)} failed ` +
      `${String(skipped).padStart(4)} skipped ${String(seconds).padStart(5)} s` +
      (trouble === undefined ? "" : `  ${trouble}`),
  );
}
// What failed is said again here: the suites' own output above fills thousands of lines.
for (const { name, failedTests = [] } of records) {
  for (const { title, error } of failedTests) {
    console.log(`\n=== ${name}: failed: ${title}\n${error}`);
  }
}

const total = (key) => records.reduce((sum, record) => sum + record[key], 0);
console.log(`\n${total("passed")} passed, ${total("failed")} failed`);
process.exitCode = total("failed") > 0 ? 1 : 0;
