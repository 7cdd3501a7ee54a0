import { type Answer, bearer, type Door } from "../http/open-auth.js";

/** A member of a body, by the type that the document declares. */
export interface Field {
  readonly name: string;
  readonly type: string;
}

/** A route as `/openapi.json` tells it, so that a new one is attacked by itself. */
export interface DeclaredRoute {
  readonly method: string;
  /** With names in braces. */
  readonly path: string;
  readonly isGuarded: boolean;
  /** Those of its body; none where it has no body. */
  readonly fields: readonly Field[];
  /** A body that it takes. */
  readonly example: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly requestBody?: {
    readonly content: {
      readonly "application/json": { readonly schema: { readonly $ref: string }; readonly example: object };
    };
  };
}

interface Schema {
  readonly properties: Readonly<Record<string, { readonly type: string }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** All routes that the server says it has. */
export async function declaredRoutes(door: Door): Promise<readonly DeclaredRoute[]> {
  const { paths, components } = (await door.get("/openapi.json")).body as unknown as Document;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { security, requestBody }]) => {
      const body = requestBody?.content["application/json"];
      const schema = components.schemas[body?.schema.$ref.split("/").at(-1) ?? ""];
      const fields = Object.entries(schema?.properties ?? {}).map(([name, { type }]) => ({ name, type }));
      const isGuarded = security.length === 1 && "bearer" in (security[0] ?? {});
      return { method: method.toUpperCase(), path, isGuarded, fields, example: { ...body?.example } };
    }),
  );
}

/** Calls a route, with a token where it is guarded; a body that is a text is sent as it is. */
export async function callRoute(
  door: Door,
  { method, path, isGuarded }: DeclaredRoute,
  { token, body, query = "" }: { token: string; body?: unknown; query?: string },
): Promise<Answer> {
  const authorization = isGuarded ? bearer(token) : {};
  if (body === undefined) return door.call(path + query, { method, headers: authorization });
  const headers = { "content-type": "application/json", ...authorization };
  return door.call(path + query, { method, headers, body: typeof body === "string" ? body : JSON.stringify(body) });
}
