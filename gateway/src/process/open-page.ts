/** Opens the page that a process serves, and says once where there is none. */
import type { Fallback } from "../http/app";
import type { Logger } from "../observe/log";
import { createPage, type PageOptions } from "../page/serve-page";

/** Returns the page, or undefined where none is wanted or built. */
export function openPage(page: PageOptions | undefined, log: Logger): Fallback | undefined {
  if (!page) return undefined;
  const opened = createPage(page);
  if (opened) return opened;
  log.warn(
    { directory: page.directory },
    "no page is served: the directory has no index.html. Build the page, or pass its directory with --page.",
  );
  return undefined;
}
