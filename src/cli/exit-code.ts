/** How a command ends, besides 0: refused, used wrongly, or configured in a way that cannot work (78 is EX_CONFIG of sysexits.h). */
export const EXIT = { refused: 1, usage: 2, configuration: 78, interrupted: 130 } as const;
