/** Shapes of the sandbox's clock. */
import { type Static, Type } from "@sinclair/typebox";

export const TestClock = Type.Object({
  object: Type.Literal("test_clock"),
  now: Type.Integer({ description: "The chain's time, Unix seconds." }),
});

export type TestClock = Static<typeof TestClock>;

/** Longest step, in seconds: ten years. */
export const MAX_STEP_SECS = 315_360_000;

export const AdvanceTestClock = Type.Object(
  {
    seconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_STEP_SECS,
        description: "Seconds to skip. Pass this or `to`.",
      }),
    ),
    to: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 7_258_118_400,
        description: "Unix seconds to skip to; safe to repeat. Pass this or `seconds`.",
      }),
    ),
  },
  { additionalProperties: false },
);

export type AdvanceTestClock = Static<typeof AdvanceTestClock>;
