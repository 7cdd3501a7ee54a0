import { requireToken } from "latchkey/fetch";
import { type Auth, JwtManager, type JwtManagerOptions, type Rotated } from "latchkey/manager";
import type { Claims } from "latchkey/tokens";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { askRoute, bearer, SECRET } from "./ask-route.js";

interface User {
  readonly id: string;
  readonly name: string;
}

const users = new Map<string, User>([["7", { id: "7", name: "Ada" }]]);
const schema = z.object({ role: z.enum(["user", "admin"]) });

const typed = new JwtManager({
  secret: SECRET,
  claims: schema,
  identityOf: (user: User) => user.id,
  extraClaims: (user) => {
    expectTypeOf(user).toEqualTypeOf<User>();
    return { role: user.name === "Ada" ? "admin" : "user" };
  },
  findUser: async (claims, header) => {
    expectTypeOf(claims.role).toEqualTypeOf<"user" | "admin">();
    expectTypeOf(claims.sub).toEqualTypeOf<string>();
    expectTypeOf(header.alg).toEqualTypeOf<string>();
    return users.get(claims.sub);
  },
  accepts: (claims) => claims.role === "admin",
  refusals: {
    notAccepted: (claims) => ({ body: claims.role satisfies "user" | "admin" }),
  },
});

describe("the types of a manager", () => {
  it("say what the schema makes of the claims, and which user is found", async () => {
    const token = await typed.createAccessToken({ id: "7", name: "Ada" });
    const route = requireToken(typed)((request) => {
      const auth = typed.authOf(request);
      expectTypeOf(auth.user).toEqualTypeOf<User>();
      expectTypeOf(auth.claims.role).toEqualTypeOf<"user" | "admin">();
      expectTypeOf(typed.findAuth(request)?.user).toEqualTypeOf<User | undefined>();
      return Response.json([auth.user.name, auth.claims.role]);
    });
    const response = await route(new Request("https://api.example.com", { headers: bearer(token).headers ?? {} }));
    expect(await response.json()).toEqual(["Ada", "admin"]);
    expectTypeOf((await typed.decodeToken(token)).role).toEqualTypeOf<"user" | "admin">();
    expectTypeOf(typed.verifySync).returns.toHaveProperty("role");
    expectTypeOf(typed.rotateRefreshToken).returns.resolves.toExtend<Rotated>();
  });

  it("want of a user what the identity is made of", async () => {
    // @ts-expect-error The identity is made of a user.
    await expect(typed.createAccessToken("7")).rejects.toThrow(TypeError);
    const plain = new JwtManager({ secret: SECRET });
    // @ts-expect-error An identity is a string.
    await expect(plain.createAccessToken(7)).rejects.toThrow(/String\(id\)/);
    expectTypeOf(plain.createAccessToken).parameter(0).toEqualTypeOf<string>();
  });

  it("say that there is no user where none is looked for", () => {
    const plain = new JwtManager({ secret: SECRET });
    expectTypeOf(plain.authOf).returns.toEqualTypeOf<Auth<Claims, undefined>>();
  });

  it("know every option, and no other", () => {
    // @ts-expect-error There is no such option.
    expect(() => new JwtManager({ secret: SECRET, secretKey: "x" })).toThrow(TypeError);
    // @ts-expect-error A profile that is read, and never minted.
    expect(() => new JwtManager({ secret: SECRET, profile: "flask-jwt" })).toThrow(TypeError);
    expectTypeOf<JwtManagerOptions["secret"]>().toEqualTypeOf<string | Uint8Array | undefined>();
  });

  it("let a manager of any claims and users protect a route", async () => {
    const ask = askRoute(typed as never);
    expect(await ask()).toMatchObject({ status: 401 });
    expectTypeOf(requireToken).toBeCallableWith(typed);
  });
});
