import { z } from "zod";
import type { LogIn } from "../accounts/log-in.js";
import type { SignUp } from "../accounts/sign-up.js";
import { documented } from "./documented.js";

// Lengths are in UTF-16 units and only bound the work; what a name or a password may be is decided in accounts/ and passwords/.
const username = z.string().max(256);
const password = z.string().max(6144);
const transport = z.enum(["body", "cookie"]).optional();
const audience = z.string().max(2048).optional();
// An access token in its place is refused like any other text, by its worth.
const refresh_token = z.string().max(8192).optional();

const ADA = { username: "ada", password: "four tall cranes by the lake" };

export const signUpBody: z.ZodType<SignUp> = documented(
  "SignUp",
  { ...ADA, email: "ada@example.com" },
  z.strictObject({ username, password, email: z.string().max(512).optional(), transport }),
);

export const logInBody: z.ZodType<LogIn> = documented(
  "LogIn",
  ADA,
  z.strictObject({ username, password, audience, transport }),
);

/** The body of `POST /token/refresh`. */
export interface RefreshBody {
  readonly refresh_token?: string | undefined;
  readonly audience?: string | undefined;
}

export const refreshBody: z.ZodType<RefreshBody> = documented(
  "Refresh",
  { refresh_token: "lkr_AT3cTBMBof_e…" },
  z.strictObject({ refresh_token, audience }),
);

/** The body of `DELETE /token`. */
export interface LogOutBody {
  readonly refresh_token?: string | undefined;
}

export const logOutBody: z.ZodType<LogOutBody> = documented(
  "LogOut",
  { refresh_token: "lkr_AT3cTBMBof_e…" },
  z.strictObject({ refresh_token }),
);

/** The body of `PUT /me/password`. */
export interface PasswordBody {
  readonly current_password: string;
  readonly new_password: string;
}

export const passwordBody: z.ZodType<PasswordBody> = documented(
  "ChangePassword",
  { current_password: ADA.password, new_password: "nine grey herons at dusk" },
  z.strictObject({ current_password: password, new_password: password }),
);
