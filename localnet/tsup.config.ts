import { cpSync } from "node:fs";
import { defineConfig } from "tsup";

export default defineConfig({
  // The addon beneath LiteSVM is CommonJS and native: nothing is gained by a second module format.
  entry: { index: "src/index.ts", cli: "src/cli/main.ts" },
  format: "cjs",
  target: "es2022",
  platform: "node",
  dts: { entry: "src/index.ts" },
  // The program goes with the package, with the hashes that it is checked against when it is deployed.
  onSuccess: async () => cpSync("../artifacts", "dist/program", { recursive: true }),
});
