/* eslint-disable no-undef, @typescript-eslint/no-require-imports -- Mocha loads a reporter with `require`. */
// Mocha's spec reporter that also writes its counts to the file MILEPOST_COUNTS names, for run-suite.mjs.
const { writeFileSync } = require("node:fs");
const { reporters, Runner } = require("mocha");

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats;
      writeFileSync(
        process.env.MILEPOST_COUNTS,
        JSON.stringify({ passed: passes, failed: failures, skipped: pending }),
      );
    });
  }
};
