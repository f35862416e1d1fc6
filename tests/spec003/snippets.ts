/** Spec 003's snippets as printed, with the listed substitutions and no other, compiled strictly and run. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** The SHA-256 of each snippet as the document prints it: an edit that makes one pass fails here. */
export const SNIPPETS = {
  "basic-example": "a89ade75978ca2c07b58201925131af3958bebb5c049501713fd03287949f874",
  "manual-approval": "9bee7c322e4b688c5e0f925e8b9651087c7e197ab1bdea5012b0bcaf2e1f2a03",
  "fewer-than-four": "f52a9cb8f9cde9373ff4057cb9da0c8c1454df9c627c2b4c4e75db9fe1f7ab9a",
  "escrow-calculation": "a5ae992041ee59e1fc3ebd7ccb4c15f69b4865409e72302120ecf86c0e53ca50",
  "query-status": "84d255129f48923e13fa2277a91263423a337872e69ace41e12dfc51c195689f",
  "execute-a-milestone": "76d30862bf859279af01b0548b1999b83467af111faac6c67140035f302688e6",
  "pause-and-cancel": "09247e5a36df3e8a36bf45b1737873e039bc831644dfa55874e6616a491da0e7",
  "consulting-engagement": "fd5413aee90f0fc54c9b778c5369e8b8d44b4489da62c911f431e92d4a986a91",
  "content-series": "00754fec280c296b30da3688a075bc2e054070c480adabb25f752361cbf70477",
} as const;
/** The same of the other parts, by their names under `printed/`. */
export const TABLES: Readonly<Record<string, string>> = {
  "policy-type.rs": "fe7a9cb8e605c54a323d8b6d51d98ec0ae946e0e6d95b71bd6e6ded151804b96",
  "release-bits": "4e4ab3ad4d7edac0d15e382e0eda2001c14e410c2daf45be8508698b897d4e9b",
  "release-conditions": "b3c678bc82bc934b999112a35e94b59e92de626d31f71b5f881f22a64f3b0ce9",
  troubleshooting: "523a0f5c364e21f35af1340d683bf37d1bde2b15730efda88564fb5c6c7d62a3",
};
export type SnippetName = keyof typeof SNIPPETS;
export const SNIPPET_NAMES = Object.keys(SNIPPETS) as SnippetName[];

/** What a snippet's text is changed by before it is compiled: the import line's package and the addresses. */
export type Substitutions = readonly (readonly [printed: string, used: string])[];

export const PACKAGE: Substitutions = [[`from "@tributary-so/sdk"`, `from "@milepost/sdk"`]];

/** The addresses that the document prints, by what they are. */
export const PRINTED_ADDRESSES = {
  mint: "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
  recipient: "BxKpT3mZQ5HgeRZFMfWVBpDCmCN8eYwGmCjL7m9mVq",
  gateway: "6ntm5rWqDFefET8RFyZV73FcdqxPMbc7Tso3pCMWk4w4",
} as const;

/** A part of the document, by its name under `printed/`. */
export const printed = (name: string): string =>
  readFileSync(join(__dirname, "printed", `${name}.txt`), "utf8");

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export function substituted(name: SnippetName, substitutions: Substitutions): string {
  return substitutions.reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    printed(`${name}.ts`),
  );
}

/** What the compiler says about each text, in strict mode, given only what `assumed.d.ts.txt` declares. */
export function compileErrors(texts: ReadonlyMap<string, string>): Map<string, string[]> {
  const inMemory = new Map(
    [...texts].map(([name, text]) => [join(__dirname, `${name}.snippet.ts`), text]),
  );
  const assumed = join(__dirname, "assumed.d.ts");
  inMemory.set(assumed, readFileSync(`${assumed}.txt`, "utf8"));
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    // A snippet without imports is a module too: it awaits, and its names are its own.
    moduleDetection: ts.ModuleDetectionKind.Force,
    lib: ["lib.es2022.d.ts"],
    types: ["node"],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => inMemory.has(path) || disk.fileExists(path),
    readFile: (path) => inMemory.get(path) ?? disk.readFile(path),
    getSourceFile: (path, version, ...rest) => {
      const text = inMemory.get(path);
      if (text === undefined) return disk.getSourceFile(path, version, ...rest);
      return ts.createSourceFile(path, text, version);
    },
  };
  const program = ts.createProgram([...inMemory.keys()], options, host);
  const global = program.getGlobalDiagnostics().concat(program.getOptionsDiagnostics());
  if (global.length > 0) throw new Error(global.map(messageOf).join("\n"));
  const errorsIn = (path: string): string[] => {
    const source = program.getSourceFile(path);
    if (!source) throw new Error(`${path} was not compiled`);
    return ts.getPreEmitDiagnostics(program, source).map(messageOf);
  };
  const inAssumed = errorsIn(assumed);
  if (inAssumed.length > 0) throw new Error(inAssumed.join("\n"));
  return new Map(
    [...texts.keys()].map((name) => [name, errorsIn(join(__dirname, `${name}.snippet.ts`))]),
  );
}

const messageOf = ({ messageText }: ts.Diagnostic): string =>
  ts.flattenDiagnosticMessageText(messageText, "\n");

type AsyncFunctionConstructor = new (
  ...parametersAndBody: string[]
) => (...given: unknown[]) => Promise<Record<string, unknown>>;
const AsyncFunction = (async () => {}).constructor as AsyncFunctionConstructor;

/**
 * Runs a snippet's text with `given` in scope, and returns those of its own variables that `wanted` names.
 * @example const { escrowAmount } = await run(text, { milestoneAmounts, BN }, ["escrowAmount"]);
 */
export async function run(
  text: string,
  given: Record<string, unknown>,
  wanted: readonly string[] = [],
): Promise<Record<string, unknown>> {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      moduleDetection: ts.ModuleDetectionKind.Force,
    },
  });
  const scope = { require, exports: {}, ...given };
  const body = `${outputText}\nreturn { ${wanted.join(", ")} };`;
  return new AsyncFunction(...Object.keys(scope), body)(...Object.values(scope));
}
