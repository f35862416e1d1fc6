// Makes declarations that a consumer can use without `esModuleInterop`.
//
// bn.js and pg-boss are CommonJS modules that are a class (`export =`). `import BN from "bn.js"` in a declaration file
// takes `esModuleInterop` at the consumer, or else every amount is `any`. `import("bn.js")` as a type works with every
// setting.
//
// Usage: node class-imports.mjs FILE.d.ts..., after the bundler wrote them
import { readFileSync, writeFileSync } from "node:fs";

const DEFAULT_IMPORT = /^import (?:type )?(\w+) from (['"][^'"]+['"]);$/gm;

for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(DEFAULT_IMPORT, "type $1 = import($2);"));
}
