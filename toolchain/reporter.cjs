/* eslint-disable no-undef, @typescript-eslint/no-require-imports -- Mocha loads a reporter with `require`. */
// Mocha's spec reporter, which also writes its counts, and what each failed test said, to the file that
// MILEPOST_COUNTS names, for run-suite.mjs.
const { writeFileSync } = require("node:fs");
const { inspect } = require("node:util");
const { reporters, Runner } = require("mocha");

const textOf = (thrown) =>
  thrown instanceof Error ? (thrown.stack ?? String(thrown)) : inspect(thrown);

/** Returns an error with the causes behind it: a property test of fast-check has the broken assertion only there. */
function withCauses(error) {
  const texts = [];
  const told = new Set();
  for (let each = error; each !== undefined && !told.has(each); each = each?.cause) {
    told.add(each);
    texts.push(textOf(each));
  }
  return texts.join("\nCaused by: ");
}

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failedTests = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => {
      failedTests.push({ title: test.fullTitle(), error: withCauses(error) });
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats;
      writeFileSync(
        process.env.MILEPOST_COUNTS,
        JSON.stringify({ passed: passes, failed: failures, skipped: pending, failedTests }),
      );
    });
  }
};
