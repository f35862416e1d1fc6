import { defineConfig } from "tsup";

export default defineConfig({
  // pg-boss and pg are CommonJS: nothing is gained by a second module format.
  entry: ["src/index.ts", "src/cli.ts"],
  format: "cjs",
  target: "es2022",
  platform: "node",
  dts: { entry: "src/index.ts" },
});
