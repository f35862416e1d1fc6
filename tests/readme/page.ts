/** README.md, taken apart: its code blocks, tables and links. */
import { readFileSync } from "node:fs";
import path from "node:path";

export const ROOT = path.resolve(__dirname, "../..");
const PAGE = readFileSync(path.join(ROOT, "README.md"), "utf8");

export const page = (): string => PAGE;

/** The fenced blocks of one language, in order. */
export function codeBlocks(language: string, text = PAGE): string[] {
  const fences = text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm);
  return [...fences].filter(([, tag]) => tag === language).map(([, , code]) => code ?? "");
}

/** Rows of the one table whose header starts with these cells; cells without backquotes, in order. */
export function table(...header: string[]): string[][] {
  const lines = PAGE.split("\n");
  const cellsOf = (line: string): string[] =>
    line
      .replace(/^\||\|$/g, "")
      .split("|")
      .map((cell) => cell.trim().replace(/^`(.*)`$/, "$1"));
  const starts = lines.flatMap((line, i) =>
    line.startsWith("|") && header.every((cell, column) => cellsOf(line)[column] === cell)
      ? [i]
      : [],
  );
  const [start] = starts;
  if (start === undefined || starts.length > 1) {
    throw new Error(`README.md has ${starts.length} tables with the columns ${header.join(", ")}`);
  }
  const body = lines.slice(start + 2);
  const end = body.findIndex((line) => !line.startsWith("|"));
  return body.slice(0, end).map(cellsOf);
}

/** Targets of links within the repository, or within a package, without their fragments. */
export function localLinks(text = PAGE): string[] {
  const targets = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target]) => target ?? "");
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}
