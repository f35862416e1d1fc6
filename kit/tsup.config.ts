import { defineConfig } from "tsup";

export default defineConfig([
  {
    // One file per module: a bundler drops what an application does not import.
    entry: ["src/**/*.ts"],
    format: "esm",
    outExtension: () => ({ js: ".mjs" }),
    splitting: true,
    target: "es2022",
    platform: "neutral",
  },
  { entry: ["src/index.ts"], format: "cjs", target: "es2022", platform: "neutral" },
  { entry: ["src/index.ts"], format: ["esm", "cjs"], dts: { only: true } },
]);
