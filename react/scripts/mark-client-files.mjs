// Starts every built file that uses React's hooks with "use client", which bundlers drop: Next.js refuses hooks in a server's
// component otherwise. Files without hooks, such as the decoder, stay usable on a server.
//
// Usage: node scripts/mark-client-files.mjs, after the bundler wrote dist
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const DIRECTIVE = '"use client";\n';
const USES_HOOKS = /from ['"]react['"]|require\(['"]react['"]\)/;

let marked = 0;
for (const name of readdirSync("dist", { recursive: true })) {
  if (!/\.m?js$/.test(name)) continue;
  const file = path.join("dist", name);
  const text = readFileSync(file, "utf8");
  if (!USES_HOOKS.test(text) || text.startsWith(DIRECTIVE)) continue;
  writeFileSync(file, DIRECTIVE + text.replace(/^['"]use strict['"];\n/, '"use strict";\n'));
  marked += 1;
}
if (marked === 0) throw new Error("expected files in dist that use React, found none");
