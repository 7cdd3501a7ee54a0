"use client";

export { AuthProvider, type AuthProviderProps } from "./auth-context.js";
export { RequireAuth, type RequireAuthProps } from "./require-auth.js";
export { type Auth, useAuth } from "./use-auth.js";
export { useAuthFetch } from "./use-auth-fetch.js";
