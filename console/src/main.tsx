import "./main.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

const root = document.getElementById("root");
if (root === null) throw new TypeError("The page has no #root.");
createRoot(root).render(
  <StrictMode>
    <main className="p-8 text-(--brand)">{location.pathname}</main>
  </StrictMode>,
);
