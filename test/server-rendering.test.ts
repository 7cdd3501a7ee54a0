import { describe } from "vitest";
import { itIsTrue } from "./chapter.js";

describe("the chapter on server rendering", () => {
  itIsTrue("server-rendering");
});
