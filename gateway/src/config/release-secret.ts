/** Reads the secret of keepers' questions. Not a flag, because every user of the machine can read a process's flags. */
import { isReleaseSecret } from "../release-approval/routes";
import { variableOf } from "./options";
import { UsageError } from "./usage-error";

/** Environment variable of the secret. */
export const RELEASE_SECRET = variableOf("release-secret");

/** Returns the secret; undefined when keepers are not answered. Throws `UsageError`. */
export function readReleaseSecret(environment: NodeJS.ProcessEnv): string | undefined {
  const secret = environment[RELEASE_SECRET]?.trim();
  if (!secret || isReleaseSecret(secret)) return secret;
  throw new UsageError(
    `${RELEASE_SECRET} takes whsec_ and at least 16 characters of base64. Create one with: echo "whsec_$(openssl rand -base64 24)"`,
  );
}
