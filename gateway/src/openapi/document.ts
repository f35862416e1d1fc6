/** Types of the API's description. */
import type { OpenAPIV3_1 } from "openapi-types";

/** The API's document. */
export type Document = OpenAPIV3_1.Document;
