/** The clock of the sandbox's chain, which every test key of the process shares. */
import type { Caller } from "../caller/caller";
import { advanceSandboxTime, type ChainRuntime } from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { type AdvanceTestClock, MAX_STEP_SECS, type TestClock } from "./schema";

/** Returns the chain's time. Throws `GatewayError` (`resource_missing`) on a chain whose clock nobody can set. */
export async function readTestClock(context: GatewayContext, caller: Caller): Promise<TestClock> {
  const now = await sandboxOf(context, caller).time();
  return { object: "test_clock", now: Number(now) };
}

/** Checks what can be checked without asking the chain. Throws `GatewayError` (`invalid_request`). */
export function requireOneStep({ seconds, to }: AdvanceTestClock): void {
  if ((seconds === undefined) !== (to === undefined)) return;
  const received = seconds === undefined ? "neither" : "both";
  throw new GatewayError(
    "invalid_request",
    `seconds: expected one of seconds and to, received ${received}`,
    {
      param: "seconds",
    },
  );
}

/**
 * Skips ahead; time never goes back. What became due is then released by itself.
 * Throws `GatewayError` (`invalid_request`) for a time that lies in the past or too far ahead.
 */
export async function advanceTestClock(
  context: GatewayContext,
  caller: Caller,
  { seconds, to }: AdvanceTestClock,
): Promise<TestClock> {
  const chain = sandboxOf(context, caller);
  const now = Number(await chain.time());
  const step = seconds ?? to! - now;
  if (step < 0 || step > MAX_STEP_SECS) {
    const bounds = `a time from ${now} to ${now + MAX_STEP_SECS}`;
    throw new GatewayError("invalid_request", `to: expected ${bounds}, received ${to}`, {
      param: "to",
    });
  }
  if (step > 0) await advanceSandboxTime(chain, step);
  context.outbox.wake();
  return { object: "test_clock", now: Number(await chain.time()) };
}

function sandboxOf(context: GatewayContext, { mode }: Caller): ChainRuntime {
  const chain = context.chains[mode];
  if (chain?.sandboxKey) return chain;
  throw new GatewayError("resource_missing", `The chain of ${mode} keys has no test clock.`);
}
