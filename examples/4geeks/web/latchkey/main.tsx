import { createClient } from "latchkey/client";
import { AuthProvider, RequireAuth } from "latchkey/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { LogIn } from "./log-in.js";
import { Private } from "./private.js";
import { Waiting } from "./waiting.js";

const client = createClient({ url: `${location.origin}/auth` });

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <AuthProvider client={client}>
      <RequireAuth fallback={<LogIn />} loading={<Waiting />}>
        <Private />
      </RequireAuth>
    </AuthProvider>
  </StrictMode>,
);
