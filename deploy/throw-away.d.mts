export function throwAwayRoot(): string;
