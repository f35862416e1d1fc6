import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Modules that every screen starts with. Together they are one file, which `index.html` names. */
const START = [
  /\/node_modules\/(react|react-dom|scheduler|use-sync-external-store|wouter|regexparam)\//,
  /\/app\/src\/config\//,
  /\/app\/src\/components\/(badge|button|card|error-boundary|frame|icon|lazy-part|notice|page-title|spinner)\.tsx?$/,
];

export default defineConfig({
  plugins: [react()],
  resolve: {
    // The workspaces' sources: a change there needs no build before this one.
    alias: {
      "@milepost/react": path("../react/src/index.ts"),
      "@milepost/gateway/client": path("../gateway/src/client/index.ts"),
      // web3.js imports these as a whole. No screen uses more of them than the stand-ins have.
      "@noble/curves/ed25519": path("./src/stand-ins/ed25519.ts"),
      "@noble/curves/secp256k1": path("./src/stand-ins/secp256k1.ts"),
      borsh: path("./src/stand-ins/borsh.ts"),
      uuid: path("./src/stand-ins/uuid.ts"),
    },
    dedupe: ["react", "react-dom", "@milepost/sdk", "@solana/web3.js", "bn.js"],
  },
  build: {
    target: "es2022",
    // The policy of the page forbids `data:` scripts and inline scripts alike.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: "start", priority: 1, test: (id) => START.some((part) => part.test(id)) },
            // Many small files compress worse than one, and most screens of the chain need all of these.
            { name: "chain", test: /\/sdk\/dist\/|\/react\/src\//, minShareCount: 8 },
          ],
        },
      },
      // The page hashes with the gateway's client, and verifies no webhooks.
      treeshake: {
        moduleSideEffects: [
          { test: /node_modules\/(standardwebhooks|fast-sha256|@stablelib)\//, sideEffects: false },
        ],
      },
    },
  },
});
