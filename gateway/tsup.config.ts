import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts", client: "src/client/index.ts", cli: "src/cli/main.ts" },
  format: "cjs",
  target: "es2022",
  platform: "node",
  // It is not published, so the package contains it, declarations as well.
  noExternal: ["@milepost/database"],
  dts: {
    entry: { index: "src/index.ts", client: "src/client/index.ts" },
    compilerOptions: {
      baseUrl: ".",
      paths: { "@milepost/database": ["../database/src/index.ts"] },
    },
  },
});
