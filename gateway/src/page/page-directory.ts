/** Finds the built page: beside the code in the published package, in the workspace of the page in a clone. */
import { existsSync, statSync } from "node:fs";
import path from "node:path";

/** File that every page has. */
export const INDEX = "index.html";

/** Returns the directory of the page that comes with this gateway. It need not exist: a clone builds it first. */
export function packagedPage(): string {
  const isSource = path.basename(path.dirname(__dirname)) === "src";
  if (isSource) return path.resolve(__dirname, "../../../app/dist");
  const packaged = path.join(__dirname, "page");
  const inClone = path.resolve(__dirname, "../../app/dist");
  const isClone = existsSync(path.resolve(__dirname, "../../app/vite.config.mts"));
  return !existsSync(packaged) && isClone ? inClone : packaged;
}

/** Returns true for a directory with a built page. */
export const isPage = (directory: string): boolean => existsSync(path.join(directory, INDEX));

/**
 * Returns the file of a URL's path, such as `/assets/index-3f2a.js`, or null. Names that begin with a dot are never served.
 */
export function fileOf(directory: string, pathname: string): string | null {
  const name = decoded(pathname);
  if (name === null || !/^(\/[^/.\\\0][^/\\\0]*)+$/.test(name)) return null;
  const found = statSync(path.join(directory, name), { throwIfNoEntry: false });
  return found?.isFile() ? name : null;
}

function decoded(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return null;
  }
}
