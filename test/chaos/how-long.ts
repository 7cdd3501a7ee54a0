/** Whether this is `npm run chaos`, which takes its time, and not a part of `npm test`. */
export const isLong: boolean = process.env.MODE === "long";
