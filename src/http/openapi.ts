import { z } from "zod";
import type { OpenApiAnswer } from "./answers.js";
import { documentationOf, SCHEMAS, schemaUri } from "./documented.js";
import { HEADERS, type Json, refusalAnswer, refusalsOf, successAnswers } from "./openapi-answers.js";
import type { Route } from "./route.js";

const SECURITY_SCHEMES = {
  bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "An access token (RFC 6750, RFC 9068)." },
  cookie: {
    type: "apiKey",
    in: "cookie",
    name: "__Host-latchkey",
    description:
      "The refresh token of a session with the transport `cookie`; the request needs an `Origin` that is the server's own or a listed one.",
  },
};

/** The OpenAPI 3.1 document of a table of routes, for the server at a URL. It tells no version of any software. */
export function openApiOf(routes: readonly Route[], url: string): OpenApiAnswer {
  const refusals = routes.flatMap(refusalsOf).map((refusal) => [refusal.name, refusalAnswer(refusal)] as const);
  return {
    openapi: "3.1.0",
    info: { title: "Latchkey", version: "1", summary: "Accounts, sessions, and tokens that can be taken back." },
    servers: [{ url }],
    paths: pathsOf(routes),
    components: {
      schemas: schemas(),
      responses: Object.fromEntries(refusals),
      headers: HEADERS,
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

function pathsOf(routes: readonly Route[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    Object.assign(paths[route.path] ?? {}, { [route.method.toLowerCase()]: operationOf(route) });
  }
  return paths;
}

function operationOf(route: Route): Json {
  const refusals = refusalsOf(route).map(
    ({ status, name }) => [status, { $ref: `#/components/responses/${name}` }] as const,
  );
  const parameters = parametersOf(route);
  return {
    operationId: operationId(route),
    summary: route.summary,
    security: securityOf(route),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && { requestBody: { required: route.body.required, content: jsonOf(route.body.schema) } }),
    responses: { ...successAnswers(route, jsonOf), ...Object.fromEntries(refusals) },
  };
}

/** `GET /me/sessions` is `getMeSessions`. */
function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z]+/).filter((word) => word !== "");
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function securityOf({ isGuarded, credentials = [] }: Route): readonly Json[] {
  if (isGuarded) return [{ bearer: [] }];
  return credentials.length === 0 ? [] : [...credentials.map((credential) => ({ [credential]: [] })), {}];
}

function parametersOf({ path, isPublished }: Route): readonly Json[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const inPath = names.map((name) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", format: "uuid" },
  }));
  const tag = { name: "If-None-Match", in: "header", description: "The tag of an answer that is kept.", schema: TEXT };
  return isPublished ? [...inPath, tag] : inPath;
}

const TEXT = { type: "string" };

function jsonOf(schema: z.ZodType): Json {
  const { id, example } = documentationOf(schema);
  return { "application/json": { schema: { $ref: schemaUri(id) }, example } };
}

function schemas(): Json {
  const printed = z.toJSONSchema(SCHEMAS, {
    uri: schemaUri,
    override: ({ jsonSchema }) => {
      // A format says it; its pattern is longer than all the rest.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  const plain = Object.entries(printed.schemas).map(([id, { $id, $schema, ...schema }]) => [id, schema] as const);
  return Object.fromEntries(plain);
}
