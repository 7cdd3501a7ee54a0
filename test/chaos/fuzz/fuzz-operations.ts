import type { Dice } from "../dice.js";

/** A JSON schema, as far as bodies have one. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** One method of one path, as the OpenAPI document has it. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly body?: { readonly schema: Schema; readonly required: boolean };
  /** What a request may prove itself with, by the names of the schemes. */
  readonly credentials: readonly string[];
  readonly headers: readonly string[];
}

interface Parameter {
  readonly name: string;
  readonly in: string;
}

interface Described {
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { schema: Schema }>>;
  };
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly Parameter[];
}

/** As much of an OpenAPI document as requests are made from. */
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Every operation of a document: a route that is new in it is asked like the others. */
export function operationsOf(document: Document): readonly Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody, security = [], parameters = [] }]) => {
      const schema = requestBody?.content["application/json"]?.schema;
      return {
        method: method.toUpperCase(),
        path,
        ...(schema && { body: { schema: resolved(schema, document), required: requestBody?.required === true } }),
        credentials: security.flatMap((scheme) => Object.keys(scheme)),
        headers: parameters.filter((parameter) => parameter.in === "header").map(({ name }) => name),
      };
    }),
  );
}

function resolved(schema: Schema, document: Document): Schema {
  if (schema.$ref === undefined) return schema;
  const found = document.components.schemas[schema.$ref.split("/").at(-1) ?? ""];
  if (found === undefined) throw new Error(`The document has no ${schema.$ref}.`);
  return found;
}

/** Values that are known to be worth something, by the name of their member; `undefined` for a name that says nothing. */
export type Known = (name: string) => unknown;

/** A value that a schema allows: what is known under its name, or anything. */
export function allowedValue(schema: Schema, dice: Dice, known: Known, name = ""): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[dice.whole(schema.enum.length)];
  if (schema.anyOf !== undefined)
    return allowedValue(schema.anyOf[dice.whole(schema.anyOf.length)] ?? {}, dice, known, name);
  const type = typeof schema.type === "string" ? schema.type : (schema.type?.[0] ?? "string");
  const { minimum = 0, maximum = minimum + 1000, properties = {}, required = [], items = {} } = schema;
  switch (type) {
    case "object": {
      const names = Object.keys(properties).filter((each) => required.includes(each) || dice.chance(0.4));
      const members = names.map((each) => [each, allowedValue(properties[each] ?? {}, dice, known, each)] as const);
      return Object.fromEntries(members.filter(([, value]) => value !== undefined));
    }
    case "array":
      return Array.from({ length: dice.whole(4) }, () => allowedValue(items, dice, known, name));
    case "integer":
    case "number":
      return minimum + dice.whole(Math.max(1, maximum - minimum));
    case "boolean":
      return dice.chance(0.5);
    default:
      return known(name) ?? textOf(schema, dice);
  }
}

function textOf({ format, maxLength = 64 }: Schema, dice: Dice): string {
  if (format === "uuid") return "01a1ffde-4e64-7d19-8f0c-52b7c1b0a3e4";
  if (format === "date-time") return "2027-01-15T12:00:00.000Z";
  return dice
    .bytes(1 + dice.whole(Math.min(20, maxLength)))
    .toString("hex")
    .slice(0, maxLength);
}
