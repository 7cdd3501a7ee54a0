export { assertAccepted, assertRefused, type ExpectedRefusal } from "./assert-answer.js";
export { createClock, type TestClock } from "./clock.js";
export { type Forgery, forgeToken, tamperedToken } from "./forge-token.js";
export { openTestAuth, type TestAuth, type TestRequest, type TestUser } from "./open-test-auth.js";
