import path from "node:path";

// No polyfill, no fallback and no ProvidePlugin: the SDK needs no global Buffer.
export default {
  mode: "production",
  entry: "./src/main.js",
  output: {
    path: path.resolve(import.meta.dirname ?? ".", "dist"),
    filename: "main.js",
    clean: true,
  },
  performance: { hints: false },
};
