import { describe } from "vitest";
import { itIsTrue } from "./chapter.js";

describe("the chapter on testing", () => {
  itIsTrue("testing");
});
