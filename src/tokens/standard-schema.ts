/** The part of a Standard Schema (version 1) that is used here: what zod, valibot, arktype and others put under `~standard`. */
export interface StandardSchema<Output> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** The outcome of a schema: a value, or what is wrong with which member. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The name of the first member that an outcome complains about. */
export function complainedMember(issues: readonly SchemaIssue[]): string | undefined {
  const first = issues[0]?.path?.[0];
  if (first === undefined) return undefined;
  return String(typeof first === "object" ? first.key : first);
}
