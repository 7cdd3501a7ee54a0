// What the author of fetch handlers writes: compiled and run against the packed package, in a project that has no framework.
import { type Auth, authOf, findAuth, type Protector, requireToken, toHandler } from "latchkey/fetch";
import { tryRoutes, verifier } from "./try-routes.js";

type Handler = (request: Request) => Promise<Response>;

export function application(protector: Protector): Handler {
  const protect = requireToken(protector, {
    onRefused: (error) => Response.json({ code: error.code }, { status: 401 }),
  });
  const me = protect((request) => {
    const auth: Auth = authOf(request);
    return Response.json({ user: auth.identity });
  });
  const optional: Handler = requireToken(protector, { optional: true })((request) =>
    Response.json({ user: findAuth(request)?.identity }),
  );
  // As a route of Next.js, whose second argument keeps its type.
  const GET = protect(async (request, { params }: { readonly params: Promise<{ readonly id: string }> }) =>
    Response.json({ user: authOf(request).identity, id: (await params).id }),
  );
  // @ts-expect-error The context is wanted.
  void (() => GET(new Request("http://localhost")));
  // @ts-expect-error There is no such option.
  void (() => requireToken(protector, { optional: true, role: "admin" }));
  // @ts-expect-error An auth is wanted.
  void (() => toHandler(protector));
  return (request) => (new URL(request.url).pathname === "/me" ? me(request) : optional(request));
}

async function main(): Promise<void> {
  const handle = application(verifier);
  await tryRoutes((path, headers) => handle(new Request(`http://localhost${path}`, { headers })));
}

void main();
