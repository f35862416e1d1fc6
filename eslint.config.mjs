import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "**/dist/**",
      "**/.next/**",
      "target/**",
      "artifacts/**",
      "**/node_modules/**",
      "gateway/src/client/generated/**",
      "kit/src/generated/**",
      "sdk/src/generated/**",
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ["**/*.{ts,tsx,mts}"],
    extends: tseslint.configs.recommendedTypeChecked,
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
  },
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
    // One question per file, one screen per function.
    files: ["{sdk,localnet,database,keeper,gateway,react,kit,app}/src/**/*.{ts,tsx}"],
    rules: {
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
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
    files: ["kit/src/**/*.ts"],
    rules: {
      // Its users have no web3.js in their bundle; the rules come without it from `@milepost/sdk/rules`.
      "no-restricted-imports": ["error", "@solana/web3.js", "@milepost/sdk"],
      "no-restricted-globals": ["error", "Buffer"],
    },
  },
  {
    files: ["{react,app}/**/*.{ts,tsx}"],
    ...reactHooks.configs.flat.recommended,
  },
  {
    files: ["{react,app}/src/**/*.{ts,tsx}"],
    rules: { "no-restricted-globals": ["error", "Buffer"] },
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
    // Tests, benches and example programs.
    files: [
      "**/test/**/*.{ts,tsx}",
      "database/testing/**/*.ts",
      "tests/**/*.ts",
      "keeper/bench/**/*.ts",
      "examples/**/*.ts",
    ],
    rules: {
      // JSON of a node, Anchor's `Program` and LiteSVM's results are `any`: a test asserts what is in them.
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      // Bodies and URLs of `fetch` are texts here, and a failed assertion prints whatever it was given.
      "@typescript-eslint/no-base-to-string": "off",
      "@typescript-eslint/restrict-template-expressions": "off",
      // The rule does not see that an assertion chooses an overload of a method that a fake replaces.
      "@typescript-eslint/no-unnecessary-type-assertion": "off",
      // chai's `AssertionError` does not extend `Error` in its types.
      "@typescript-eslint/only-throw-error": "off",
    },
  },
  {
    files: ["**/*.{ts,tsx}"],
    rules: {
      // Records of functions are written with method syntax; none of them uses `this`.
      "@typescript-eslint/unbound-method": "off",
      // Without `await`, `async` still turns a refusal into a rejection, and lets a fake answer at once.
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    files: ["**/*.test.{ts,tsx}"],
    // chai's property assertions (`expect(x).to.be.true`) are expressions by design.
    rules: { "@typescript-eslint/no-unused-expressions": "off" },
  },
);
