/** Rules that always say the same. */
import type { ReleaseRule } from "../types";

/** The gateway's key signs whatever is due. */
export const alwaysRelease: ReleaseRule = { name: "always", approve: async () => "yes" };

/** The gateway's key signs nothing; asked again within the hour, so that another rule can take over. */
export const neverRelease: ReleaseRule = { name: "never", approve: async () => "no" };
