import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "**/dist/**",
      "**/.next/**",
      "target/**",
      "artifacts/**",
      "**/node_modules/**",
      "sdk/src/generated/**",
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    languageOptions: { globals: { process: "readonly", console: "readonly", Buffer: "readonly" } },
    rules: {
      eqeqeq: "error",
      "no-console": "off",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["sdk/src/**/*.ts"],
    rules: {
      // A page has neither: what reads accounts is generated, and `Buffer` is imported by name.
      "no-restricted-imports": ["error", "@coral-xyz/anchor", "@solana/spl-token"],
      "no-restricted-globals": ["error", "Buffer"],
    },
  },
  {
    // What runs in a page.
    files: ["examples/apps/**/*.js"],
    languageOptions: {
      globals: {
        document: "readonly",
        fetch: "readonly",
        URL: "readonly",
        URLSearchParams: "readonly",
        window: "readonly",
      },
    },
  },
  {
    files: ["examples/apps/node-cjs/*.js"],
    languageOptions: { sourceType: "commonjs", globals: { require: "readonly" } },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  {
    files: ["**/*.test.ts"],
    // chai's property assertions (`expect(x).to.be.true`) are expressions by design.
    rules: { "@typescript-eslint/no-unused-expressions": "off" },
  },
);
