/** The links and paths of every page: each leads to a file or a heading that exists. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { allPages, anchorsOf, linksWithFragments, type Page, ROOT } from "./page";

/** Folders of the repository's root: a quoted path that starts with one of them has to exist. */
const FOLDERS = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !["node_modules", "target"].includes(entry.name))
  .map(({ name }) => name);
/** Names the repository had once, or that a build or the reader makes. */
const MADE_LATER = /^(target|(sdk|localnet|keeper|gateway|react|kit|app)\/dist|artifacts\/apps)\b/;

/** Returns the paths from the root that a page quotes, without line numbers; patterns are left out. */
function quotedPaths({ text }: Page): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, "");
  const quoted = [...prose.matchAll(/`([\w.@-]+\/[^`\s]*)`/g)].map(([, name]) => name ?? "");
  return quoted
    .filter((name) => FOLDERS.includes(name.split("/")[0] ?? ""))
    .filter((name) => !/[*{}<>…$]|\.\.\./.test(name) && !MADE_LATER.test(name));
}

describe("the pages' links", () => {
  // Entries of earlier versions name the files of their time.
  const pages = allPages().filter(({ file }) => file !== "CHANGELOG.md");

  for (const page of pages) {
    const links = linksWithFragments(page.text);
    const paths = quotedPaths(page);
    if (links.length + paths.length === 0) continue;

    it(`lead to files and headings that exist, on ${page.file}`, () => {
      const dead = links.filter((link) => {
        const [target = "", fragment] = link.split("#");
        const file = target === "" ? page.file : path.join(path.dirname(page.file), target);
        if (!existsSync(path.join(ROOT, file))) return true;
        if (fragment === undefined) return false;
        return !anchorsOf(readFileSync(path.join(ROOT, file), "utf8")).includes(fragment);
      });
      expect(dead, "links").to.deep.equal([]);
      const missing = paths.filter((name) => !existsSync(path.join(ROOT, name)));
      expect(missing, "paths").to.deep.equal([]);
    });
  }
});
