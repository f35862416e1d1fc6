/** Rules with one fixed answer. */
import type { ReleaseRule } from "./release-rule";

/** Approves every due release. */
export const alwaysRelease: ReleaseRule = { name: "always", approve: async () => "yes" };

/** Approves nothing; the keeper asks again within the hour, so that another rule can take over. */
export const neverRelease: ReleaseRule = { name: "never", approve: async () => "no" };
