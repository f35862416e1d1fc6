import { defineConfig } from "tsup";

export default defineConfig({
  // pg-boss and pg are CommonJS: nothing is gained by a second module format.
  entry: { index: "src/index.ts", cli: "src/cli/main.ts" },
  format: "cjs",
  target: "es2022",
  platform: "node",
  // It is not published, so the package contains it, declarations as well.
  noExternal: ["@milepost/database"],
  dts: {
    entry: { index: "src/index.ts" },
    compilerOptions: {
      baseUrl: ".",
      paths: { "@milepost/database": ["../database/src/index.ts"] },
    },
  },
});
