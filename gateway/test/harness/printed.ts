/** Runs the specifications' examples as printed: only the base URL and the key are replaced. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import ts from "typescript";
import { pythonProgram } from "./python";

/** Base URL of the printed examples. */
const PRINTED_URL = "https://api.finternet.com/v1";
/** Key of the printed curls. */
const PRINTED_KEY = "sk_test_your_key";

/** Returns a printed file with base URL and key replaced. */
export function readPrinted(file: string, { url, key }: { url: string; key: string }): string {
  return readFileSync(file, "utf8")
    .replaceAll(PRINTED_URL, `${url}/v1`)
    .replaceAll(PRINTED_KEY, key);
}

/** Runs printed TypeScript; `call` is appended. Returns what it logs, and what `call` returns. */
export async function runTypeScript(
  source: string,
  call: string,
  key: string,
): Promise<{ lines: string[]; result: unknown }> {
  const { outputText } = ts.transpileModule(`${source}\nreturn await ${call};`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.None },
  });
  const lines: string[] = [];
  const log = (...values: unknown[]) => void lines.push(values.join(" "));
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
    ...texts: string[]
  ) => (...values: unknown[]) => Promise<unknown>;
  const run = new AsyncFunction("process", "console", outputText);
  const result = await run({ env: { FINTERNET_API_KEY: key } }, { log });
  return { lines, result };
}

/** Runs a printed curl in a shell, silently; returns its answer. */
export async function runCurl(source: string): Promise<{
  id: string;
  status: string;
  // JSON of an answer: a test asserts what is in it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  data: any;
  [field: string]: unknown;
}> {
  const silent = source.replace(/^curl /, "curl -sS ");
  const { stdout } = await promisify(execFile)("bash", ["-c", silent]);
  return JSON.parse(stdout) as never;
}

/** Runs a printed Python program; returns its output's lines. */
export async function runPython(source: string, key: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(
    pythonProgram("python3", ["--version"]),
    ["-c", source],
    {
      env: { ...process.env, FINTERNET_API_KEY: key },
    },
  );
  return stdout.trimEnd().split("\n");
}
