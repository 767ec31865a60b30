const longestName = 64;

/**
 * A name within a schema or an example: 1 to 64 characters, any letter, spaces inside. Names that every JavaScript object
 * answers to (`__proto__`, `constructor`, `toString` …) are refused, so that no lookup by name can find those.
 */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'a name is empty';
  if ([...name].length > longestName) return `the name is longer than ${longestName} characters`;
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name) || !name.isWellFormed()) return 'a name holds no control characters';
  if (name !== name.trim()) return 'a name neither starts nor ends with a space';
  return name in Object.prototype ? 'the name is reserved' : undefined;
}

/** A variable's name is also one level of an MQTT topic. */
export function variableNameProblem(name: string): string | undefined {
  return /[/+#]/.test(name) ? 'a name holds none of / + #' : nameProblem(name);
}
