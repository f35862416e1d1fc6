/** The documentation pages, taken apart: their code blocks, tables, prose and links. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

export const ROOT = path.resolve(__dirname, "../..");

/** One page of the repository, by its path from the root. */
export interface Page {
  file: string;
  text: string;
}

export const openPage = (file: string): Page => ({
  file,
  text: readFileSync(path.join(ROOT, file), "utf8"),
});

/** Every Markdown page that the repository holds. */
export function allPages(): Page[] {
  const listed = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
    {
      cwd: ROOT,
      encoding: "utf8",
    },
  );
  return listed
    .split("\0")
    .filter((file) => file !== "")
    .map(openPage);
}

/** Returns the fenced blocks of one language, in order. */
export function codeBlocks(language: string, text: string): string[] {
  const fences = text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm);
  return [...fences].filter(([, tag]) => tag === language).map(([, , code]) => code ?? "");
}

/** Returns the rows of the one table whose header starts with these cells; cells without backquotes, in order. */
export function table({ file, text }: Page, ...header: string[]): string[][] {
  const lines = text.split("\n");
  const cellsOf = (line: string): string[] =>
    line
      .replace(/^\||\|$/g, "")
      .split("|")
      .map((cell) => cell.trim().replace(/^`([^`]*)`$/, "$1"));
  const starts = lines.flatMap((line, i) =>
    line.startsWith("|") && header.every((cell, column) => cellsOf(line)[column] === cell)
      ? [i]
      : [],
  );
  const [start] = starts;
  if (start === undefined || starts.length > 1) {
    throw new Error(`${file} has ${starts.length} tables with the columns ${header.join(", ")}`);
  }
  const body = lines.slice(start + 2);
  const end = body.findIndex((line) => !line.startsWith("|"));
  return body.slice(0, end).map(cellsOf);
}

/** Returns the targets of links within the repository, or within a package; a fragment alone is left out. */
export function localLinks(text: string): string[] {
  return linksWithFragments(text).flatMap((link) => link.replace(/#.*/, "") || []);
}

/** Returns the targets of links that do not lead to the web, as they are written. */
export function linksWithFragments(text: string): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map(([, target]) => target ?? "");
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** Returns the fragments that a page's headings answer to, as GitHub makes them. */
export function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    (heading ?? "")
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
