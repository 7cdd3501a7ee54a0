import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { openApiOf } from "../../dist/http/openapi.js";
import { ROUTES } from "../../dist/http/routes.js";

/** What was asked: `path` is that behind the mount, without a query; empty where the server must not look. */
export interface Asked {
  readonly method: string;
  readonly path: string;
}

/** What was answered, read to its end. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface Header {
  readonly required: boolean;
  readonly schema: object;
}

/** An answer as the document declares it. */
interface Declared {
  readonly headers: Readonly<Record<string, Header | { readonly $ref: string }>>;
  readonly content?: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly responses: Readonly<Record<string, Declared | { readonly $ref: string }>>;
}

const document = openApiOf(ROUTES, "https://auth.example.com");
const paths = document.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>;

const KEY = "https://auth.example.com/openapi.json";
const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
formats.default(ajv);
// The parts of a document that are no schemas.
ajv.addVocabulary(["openapi", "info", "servers", "paths", "components"]);
ajv.addSchema(document, KEY);

/** On every answer, and not for a client to read: the document does not speak of them. */
const PROTECTION: Readonly<Record<string, RegExp>> = {
  "content-security-policy": /^default-src 'none'; frame-ancestors 'none'$/,
  "referrer-policy": /^no-referrer$/,
  "x-content-type-options": /^nosniff$/,
  "x-frame-options": /^DENY$/,
  vary: /^origin$/,
};
const SOMETIMES = new Set([
  "strict-transport-security",
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "access-control-expose-headers",
  // Of the connection, where there is one.
  "connection",
  "keep-alive",
  "date",
  "content-length",
  "content-type",
]);
const OF_PREFLIGHT = ["access-control-allow-methods", "access-control-allow-headers", "access-control-max-age"];

const HEADERS_OF_ALL = { "X-Request-Id": ref("headers/X-Request-Id"), "Cache-Control": ref("headers/Cache-Control") };
const PROBLEM = { headers: HEADERS_OF_ALL, content: { "application/problem+json": undefined } };
const ALLOW = { required: true, schema: { type: "string" } };

/** The pages are for browsers, so that the document does not speak of them. They have a policy of their own, and what is none answers as everywhere. */
const PAGE = /^\/ui(?:\/|$)/;
const PAGE_STATUSES = [200, 204, 302, 304, 405];

/** Throws unless the OpenAPI document declares an answer like this one: its status, its headers, its type and its body. */
export function checkAnswer(asked: Asked, answer: Answered): void {
  const complaints = complaintsOf(asked, answer);
  if (complaints.length === 0) return;
  const what = `${asked.method} ${asked.path.slice(0, 100)} answered ${answer.status} ${answer.text.slice(0, 500)}`;
  throw new Error(`${what}\nThe OpenAPI document does not allow that:\n${complaints.join("\n")}`);
}

/** What an answer has that the document does not declare, or lacks that it does. */
export function complaintsOf(asked: Asked, answer: Answered): readonly string[] {
  if (PAGE.test(asked.path) && answer.status !== 404) return pageComplaints(answer);
  const found = findDeclared(asked, answer.status);
  if (typeof found === "string") return [found];
  const { declared, schemaAt } = found;
  const protection = Object.entries(PROTECTION)
    .filter(([name, value]) => !value.test(answer.headers.get(name) ?? ""))
    .map(([name]) => `The header ${name} is missing, or another one.`);
  return [...protection, ...headerComplaints(declared, answer), ...bodyComplaints(asked, answer, declared, schemaAt)];
}

function pageComplaints({ status, headers }: Answered): readonly string[] {
  const missing = Object.entries(PROTECTION)
    .filter(
      ([name, value]) => name !== "vary" && name !== "content-security-policy" && !value.test(headers.get(name) ?? ""),
    )
    .map(([name]) => `The header ${name} is missing, or another one.`);
  const csp = headers.get("content-security-policy") ?? "";
  return [
    ...missing,
    ...(PAGE_STATUSES.includes(status) ? [] : [`No page answers ${status}.`]),
    ...(csp.startsWith("default-src 'none'; ") && !/script-src(?! 'self';)|unsafe-eval/.test(csp)
      ? []
      : [`The policy is ${csp}.`]),
    ...(headers.has("set-cookie") ? ["A page sets a cookie."] : []),
  ];
}

interface Found {
  readonly declared: Declared;
  /** Where the schema of a content type stands in the document. */
  readonly schemaAt: (type: string) => string;
}

function findDeclared({ method, path }: Asked, status: number): Found | string {
  const name = Object.keys(paths).find((each) => patternOf(each).test(path));
  if (name === undefined) {
    return status === 404 ? unnamed(PROBLEM) : "Nothing but 404 is declared for a path that is not.";
  }
  const operations = paths[name] ?? {};
  if (method === "OPTIONS") {
    const preflight = Object.fromEntries(OF_PREFLIGHT.map((header) => [header, { ...ALLOW, required: false }]));
    const headers = { ...HEADERS_OF_ALL, Allow: ALLOW, ...preflight };
    return status === 204 ? unnamed({ headers }) : "OPTIONS answers 204.";
  }
  const verb = (method === "HEAD" ? "GET" : method).toLowerCase();
  const responses = operations[verb]?.responses;
  if (responses === undefined) {
    const headers = { ...HEADERS_OF_ALL, Allow: ALLOW };
    return status === 405 ? unnamed({ ...PROBLEM, headers }) : "Nothing but 405 is declared for other methods.";
  }
  const response = responses[status];
  if (response === undefined) return `Declared are ${Object.keys(responses).join(", ")}.`;
  const inline = `#/paths/${escaped(name)}/${verb}/responses/${status}`;
  const at = "$ref" in response ? response.$ref : inline;
  return { declared: resolved(response), schemaAt: (type) => `${at}/content/${escaped(type)}/schema` };
}

function unnamed(declared: Declared): Found {
  return { declared, schemaAt: () => "#/components/schemas/Problem" };
}

function headerComplaints({ headers }: Declared, answer: Answered): readonly string[] {
  const declared = new Map(Object.entries(headers).map(([name, header]) => [name.toLowerCase(), resolved(header)]));
  const stray = [...answer.headers.keys()].filter(
    (name) => !declared.has(name) && !(name in PROTECTION) && !SOMETIMES.has(name),
  );
  const wrong = [...declared].flatMap(([name, { required, schema }]) => {
    const text = answer.headers.get(name);
    if (text === null) return required ? [`The header ${name} is missing.`] : [];
    const isNumber = "type" in schema && schema.type === "integer";
    return ajv.validate(schema, isNumber ? Number(text) : text) ? [] : [`The header ${name} is ${text}.`];
  });
  return [...stray.map((name) => `The header ${name} is not declared.`), ...wrong];
}

function bodyComplaints(
  { method }: Asked,
  { headers, text }: Answered,
  { content }: Declared,
  schemaAt: Found["schemaAt"],
): readonly string[] {
  const type = headers.get("content-type");
  if (content === undefined) {
    return [...(text === "" ? [] : ["There is a body."]), ...(type === null ? [] : ["There is a content type."])];
  }
  if (type === null || !Object.hasOwn(content, type)) return [`The content type is ${type}.`];
  if (method === "HEAD") return text === "" ? [] : ["There is a body."];
  const validate = validatorAt(schemaAt(type));
  return validate(JSON.parse(text))
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `The body ${instancePath} ${message}.`);
}

/** The validator of a schema anywhere in the document, by its JSON pointer. */
export function validatorAt(pointer: string): ValidateFunction {
  const validate = ajv.getSchema(KEY + pointer);
  if (validate === undefined) throw new Error(`There is no schema at ${pointer}.`);
  return validate;
}

/** A path of the document as a pattern: a name in braces stands for one segment. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}

function resolved<T extends object>(part: T | { readonly $ref: string }): T {
  if (!("$ref" in part)) return part;
  const steps = (part as { readonly $ref: string }).$ref.split("/").slice(1);
  return steps.reduce<unknown>((inside, step) => (inside as Record<string, unknown>)[step], document) as T;
}

function ref(name: string): { readonly $ref: string } {
  return { $ref: `#/components/${name}` };
}

/** RFC 6901 section 6: a JSON pointer as a fragment. */
function escaped(name: string): string {
  return encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));
}
