/** Gives the page's settings to every screen. */
import { createContext, use } from "react";
import type { PageConfig } from "./page-config";

const ConfigContext = createContext<Promise<PageConfig> | null>(null);

/** Gives the settings to everything below it, once they are loaded. */
export const ConfigProvider = ConfigContext.Provider;

/**
 * Returns the page's settings. A component that calls it waits for them: put a `<Suspense>` around what can be shown without
 * it. Where `page.json` cannot be used, the component throws.
 */
export function useConfig(): PageConfig {
  const config = use(ConfigContext);
  if (!config) throw new Error("expected a ConfigProvider above, found none");
  return use(config);
}
