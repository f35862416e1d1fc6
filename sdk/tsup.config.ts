import { defineConfig } from "tsup";

export default defineConfig([
  {
    // One file a module: a bundler drops what an application doesn't import, also where the
    // dependencies behind it (Anchor's coder, spl-token) don't declare themselves free of side effects.
    entry: ["src/**/*.ts"],
    format: "esm",
    outExtension: () => ({ js: ".mjs" }),
    splitting: true,
    target: "es2022",
    platform: "neutral",
  },
  {
    // Both entries share chunks: `InvalidInputError` is one class in both, and `./rules` loads no web3.js.
    entry: ["src/index.ts", "src/rules-entry.ts"],
    format: "cjs",
    splitting: true,
    target: "es2022",
    platform: "neutral",
  },
  { entry: ["src/index.ts"], format: ["esm", "cjs"], dts: { only: true } },
  { entry: ["src/rules-entry.ts"], format: ["esm", "cjs"], dts: { only: true } },
]);
