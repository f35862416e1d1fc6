/** A page's snippet as its reader uses it: type-checked against the SDK's published types, then run. */
import { createRequire } from "node:module";
import path from "node:path";
import ts from "typescript";
import { ROOT } from "./page";

/** Names and values that the page says exist before a snippet starts. */
export type Surroundings = Record<string, { type: string; value: unknown }>;

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ES2022,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  lib: ["lib.es2022.d.ts"],
  types: ["node"],
  strict: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: false,
  skipLibCheck: true,
  esModuleInterop: true,
  noEmit: true,
};

/** Returns the compiler's complaints about the snippet, one line per complaint. */
export function typeErrors(code: string, surroundings: Surroundings): string[] {
  const snippet = path.join(ROOT, "tests/docs/in-memory/snippet.ts");
  const ambient = path.join(ROOT, "tests/docs/in-memory/surroundings.d.ts");
  const declared = Object.entries(surroundings).map(
    ([name, { type }]) => `  const ${name}: ${type};`,
  );
  const files = new Map([
    [snippet, code],
    [
      ambient,
      [
        'import type { Connection, Keypair, PublicKey } from "@solana/web3.js";',
        "declare global {",
        ...declared,
        "}",
      ].join("\n"),
    ],
  ]);
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => files.has(path.normalize(file)) || fileExists(file);
  host.readFile = (file) => files.get(path.normalize(file)) ?? readFile(file);
  host.getSourceFile = (file, target, ...rest) => {
    const text = files.get(path.normalize(file));
    return text === undefined
      ? getSourceFile(file, target, ...rest)
      : ts.createSourceFile(file, text, target);
  };
  const program = ts.createProgram([snippet, ambient], OPTIONS, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

/** Divides a snippet into its imports and the statements below them. */
function partsOf(code: string): { imports: ts.ImportDeclaration[]; body: ts.Statement[] } {
  const source = ts.createSourceFile("snippet.ts", code, ts.ScriptTarget.ES2022, true);
  return {
    imports: source.statements.filter(ts.isImportDeclaration),
    body: source.statements.filter((statement) => !ts.isImportDeclaration(statement)),
  };
}

/**
 * Returns the snippet as an ES module for Node.js, below the lines that define what surrounds it. It gets its own block,
 * because a snippet may give a constant the name of something that surrounds it.
 */
export function moduleOf(code: string, surroundings: string): string {
  const { imports, body } = partsOf(code);
  const lines = [
    ...imports.map((statement) => statement.getText()),
    surroundings,
    "{",
    ...body.map((statement) => statement.getFullText()),
    "}",
  ];
  return ts.transpileModule(lines.join("\n"), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 },
  }).outputText;
}

/** Runs the snippet and returns the constants of its top level, and the lines it printed under `printed`. */
export async function run(
  code: string,
  surroundings: Surroundings,
): Promise<Record<string, unknown>> {
  const { imports, body } = partsOf(code);
  const constants = body
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) =>
      declarationList.declarations.flatMap(({ name }) =>
        ts.isIdentifier(name)
          ? [name.text]
          : name.elements.flatMap((element) =>
              ts.isBindingElement(element) && ts.isIdentifier(element.name)
                ? [element.name.text]
                : [],
            ),
      ),
    );
  const names = Object.keys(surroundings);
  // A block of its own: the snippet may name a constant like something that surrounds it.
  const wrapped = [
    ...imports.map((statement) => statement.getText()),
    `export async function run(console: unknown, ${names.map((n) => `${n}: unknown`).join(", ")}) {{`,
    ...body.map((statement) => statement.getText()),
    `return { ${constants.join(", ")} };`,
    "}}",
  ].join("\n");
  const { outputText } = ts.transpileModule(wrapped, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      esModuleInterop: true,
    },
  });
  const exported: {
    run?: (...values: unknown[]) => Promise<Record<string, unknown>>;
  } = {};
  // The text is this repository's own page.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  new Function("require", "exports", outputText)(createRequire(__filename), exported);
  if (!exported.run) throw new Error("the snippet did not compile to a function");
  const printed: string[] = [];
  const console = { log: (...values: unknown[]) => void printed.push(values.join(" ")) };
  const values = names.map((name) => surroundings[name]?.value);
  return { ...(await exported.run(console, ...values)), printed };
}
