/** A small built page in a directory of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Document of the page. */
export const PAGE_DOCUMENT = '<!doctype html><title>Page</title><div id="root"></div>';
/** Script of the page, by its hashed name. */
export const PAGE_SCRIPT = "/assets/index-3fKq92ab.js";

/** A page, and how to remove it. */
export interface PageDirectory {
  directory: string;
  remove(): void;
}

/** Writes `index.html`, a hashed script, an icon, and files that must never be served. */
export function writePageDirectory(): PageDirectory {
  const outside = mkdtempSync(path.join(tmpdir(), "gateway-page-"));
  const directory = path.join(outside, "page");
  mkdirSync(path.join(directory, "assets"), { recursive: true });
  const files: Record<string, string> = {
    "index.html": PAGE_DOCUMENT,
    "icon.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
    [PAGE_SCRIPT]: "console.log(1);",
    ".env": "SECRET=1",
    "../secret.txt": "secret",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
  return { directory, remove: () => rmSync(outside, { recursive: true, force: true }) };
}
