import { z } from "zod";

/** What a schema is called in the OpenAPI document, and an example of it. */
export interface Documentation {
  readonly id: string;
  readonly example: unknown;
}

/** Every schema of a body or an answer. It is a list of our own: zod's global one belongs to the application. */
export const SCHEMAS: z.core.$ZodRegistry<Documentation> = z.registry<Documentation>();

/** The same schema, with a name and an example in the OpenAPI document. */
export function documented<T>(id: string, example: T, schema: z.ZodType<T>): z.ZodType<T> {
  SCHEMAS.add(schema, { id, example });
  return schema;
}

/** The name and the example of a schema that is {@link documented}. */
export function documentationOf(schema: z.ZodType): Documentation {
  const documentation = SCHEMAS.get(schema);
  if (documentation === undefined) throw new TypeError("A body or an answer has no name in the OpenAPI document.");
  return documentation;
}

/** Where a schema stands in the OpenAPI document. */
export function schemaUri(id: string): string {
  return `#/components/schemas/${id}`;
}
