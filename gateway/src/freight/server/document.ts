/** The OpenAPI documents of ChainFreight and ChainPay. */
import type { OpenAPIV3_1 } from "openapi-types";
import { componentsWith } from "../../openapi/components";
import type { DescribedApi } from "../../openapi/describe";

/** Body of an error, as FastAPI's clients read it. */
const error: OpenAPIV3_1.SchemaObject = {
  type: "object",
  required: ["detail"],
  properties: {
    detail: {
      description: "A message, or a list of the parameters that are not valid.",
      anyOf: [
        { type: "string" },
        {
          type: "array",
          items: {
            type: "object",
            required: ["type", "loc", "msg"],
            properties: {
              type: { type: "string" },
              loc: { type: "array", items: { type: "string" } },
              msg: { type: "string" },
            },
          },
        },
      ],
    },
  },
};

const COMMON = [
  "- Send the key as `X-API-Key`, as `Authorization: Bearer`, or as the user name of Basic authentication. A sandbox on a loopback address needs none.",
  "- Amounts are JSON numbers for display, with an exact decimal string beside each. Times are ISO 8601.",
  "- Send an `Idempotency-Key` with each write: a repetition within 24 hours gets the same answer and has no second effect.",
  "- Lists take `skip` and `limit`.",
].join("\n");

const apiOf = (title: string, description: string): DescribedApi => ({
  title,
  description: `${description}\n\n${COMMON}`,
  prefix: "",
  components: componentsWith(error, false),
});

/** Each document by the name of its service. */
export const FREIGHT_APIS = {
  chainfreight: apiOf(
    "ChainFreight",
    "Shipments, their freight tokens and their events. Each event is sent to ChainPay until ChainPay has accepted it.",
  ),
  chainpay: apiOf(
    "ChainPay",
    "Payments on freight tokens. Each item of a payment's schedule is an escrow of its own on chain, which an event of the shipment releases to the fixed recipient.",
  ),
} as const;
