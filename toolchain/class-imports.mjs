// Rewrites declarations so that a consumer does not need `esModuleInterop`.
//
// bn.js and pg-boss are CommonJS modules that are a class (`export =`). `import BN from "bn.js"` in a declaration file
// requires `esModuleInterop` in the consumer; otherwise every amount is `any`. The type `import("bn.js")` works with every
// setting.
//
// Usage: node class-imports.mjs FILE.d.ts..., after the bundler wrote them
import { readFileSync, writeFileSync } from "node:fs";

const DEFAULT_IMPORT = /^import (?:type )?(\w+) from (['"][^'"]+['"]);$/gm;

for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, "utf8");
  if (text.search(DEFAULT_IMPORT) < 0) throw new Error(`${file} has no default import to rewrite`);
  writeFileSync(file, text.replace(DEFAULT_IMPORT, "type $1 = import($2);"));
}
