import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "**/dist/**",
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
    files: ["**/*.test.ts"],
    // chai's property assertions (`expect(x).to.be.true`) are expressions by design.
    rules: { "@typescript-eslint/no-unused-expressions": "off" },
  },
);
