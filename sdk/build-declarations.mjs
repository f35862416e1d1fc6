// Makes the declarations of the CommonJS build independent of the consumer's `esModuleInterop`: bn.js exports with
// `export =`, and a default import of it in a .d.ts does not compile without that option. In the .d.mts it does.
import { readFileSync, writeFileSync } from "node:fs";
import { URL } from "node:url";

const file = new URL("dist/index.d.ts", import.meta.url);
const text = readFileSync(file, "utf8");
const line = /^import BN from ['"]bn\.js['"];$/m;
if (!line.test(text)) throw new Error("dist/index.d.ts does not import BN as expected");
writeFileSync(file, text.replace(line, 'import BN = require("bn.js");'));
