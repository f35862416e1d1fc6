/** Spec 004's commands and bodies as printed; an edit that makes one pass fails the test of their hashes. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { Freight } from "../../src/freight/start-freight";

const run = promisify(execFile);

/** Returns a fixture as printed. */
export const printed = (name: string): string =>
  readFileSync(path.join(__dirname, "printed", `${name}.txt`), "utf8");

/** Returns a printed JSON body. */
export const printedJson = (name: string): Record<string, unknown> =>
  JSON.parse(printed(`${name}.json`)) as Record<string, unknown>;

/**
 * Runs printed commands with the computer's own curl; returns what each one answered. Only the base URLs are changed, and curl
 * prints status and a line's end behind each body.
 */
export async function runPrinted(
  name: string,
  { freightUrl, payUrl }: Freight,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
): Promise<{ status: number; body: any }[]> {
  const commands = printed(`${name}.sh`)
    .replaceAll("http://localhost:8002", freightUrl)
    .replaceAll("http://localhost:8003", payUrl);
  const curl = `curl() { command curl -sS -w '\\t%{http_code}\\n' "$@"; }`;
  const { stdout } = await run("bash", ["-euc", `${curl}\n${commands}`]);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [body, status] = line.split("\t");
      return { status: Number(status), body: JSON.parse(body!) as unknown };
    });
}
