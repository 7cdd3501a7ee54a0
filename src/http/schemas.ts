import { z } from "zod";
import type { LogIn } from "../accounts/log-in.js";
import type { SignUp } from "../accounts/sign-up.js";

// Lengths are in UTF-16 units and only bound the work; what a name or a password may be is decided in accounts/ and passwords/.
const username = z.string().max(256);
const password = z.string().max(6144);
const transport = z.enum(["body", "cookie"]).optional();
const audience = z.string().max(2048).optional();
const refresh_token = z.string().max(512).optional();

export const signUpBody: z.ZodType<SignUp> = z.strictObject({
  username,
  password,
  email: z.string().max(512).optional(),
  transport,
});

export const logInBody: z.ZodType<LogIn> = z.strictObject({ username, password, audience, transport });

/** The body of `POST /token/refresh`. */
export interface RefreshBody {
  readonly refresh_token?: string | undefined;
  readonly audience?: string | undefined;
}

export const refreshBody: z.ZodType<RefreshBody> = z.strictObject({ refresh_token, audience });

/** The body of `DELETE /token`. */
export interface LogOutBody {
  readonly refresh_token?: string | undefined;
}

export const logOutBody: z.ZodType<LogOutBody> = z.strictObject({ refresh_token });
