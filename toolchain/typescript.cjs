/* eslint-disable no-undef, @typescript-eslint/no-require-imports -- Mocha and Node.js load it with `require`. */
// Loads TypeScript and JSX in tests: esbuild removes the types of each file as it is required, and `make typecheck` checks
// them. TypeScript's own compiler takes ten times as long, which is a sixth of a suite.
//
// Usage: mocha --require toolchain/typescript.cjs --extension ts
const { readFileSync } = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { transformSync } = require("esbuild");

// Errors name the line of the source.
process.setSourceMapsEnabled(true);

for (const loader of ["ts", "tsx"]) {
  Module._extensions[`.${loader}`] = (module, file) => {
    const { code } = transformSync(readFileSync(file, "utf8"), {
      loader,
      format: "cjs",
      platform: "node",
      target: "node20",
      jsx: "automatic",
      // A dynamic import becomes a `require`, so that this loader reads what it names.
      supported: { "dynamic-import": false },
      sourcemap: "inline",
      sourcesContent: false,
      sourcefile: path.basename(file),
    });
    module._compile(code, file);
  };
}
