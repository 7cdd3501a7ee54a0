// Prints the closing line of a test run from Vitest's JSON report.
import { readFileSync } from "node:fs";

const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests } = JSON.parse(
  readFileSync(process.argv[2], "utf8"),
);
// A file that does not even load has no test that failed.
const failed = numFailedTests === 0 ? numFailedTestSuites : numFailedTests;
const skipped = numPendingTests === 0 ? "" : `, ${numPendingTests} skipped`;
console.log(`${numPassedTests} passed, ${failed} failed${skipped}`);
