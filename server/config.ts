import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { OperatorError } from './errors.ts';
import { logLevels } from './log.ts';
import { isAllowable } from './outgoing.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const positive = z.coerce.number().positive();
const url = (protocols: RegExp) => z.url({ protocol: protocols });

/** Everything that can be configured, in the order the README's table has it. */
const environment = z.object({
  CROFT_PUBLIC_URL: url(/^https?$/)
    .refine((text) => !URL.canParse(text) || isOrigin(new URL(text)), 'must be an origin, without a path')
    .optional(),
  CROFT_HTTP_PORT: port.default(8080),
  CROFT_MQTT_PORT: port.default(1883),
  CROFT_MQTTS_PORT: port.default(8883),
  CROFT_TLS_CERT: z.string().optional(),
  CROFT_TLS_KEY: z.string().optional(),
  CROFT_HOST: z.string().optional(),
  CROFT_DATA_DIR: z.string().default('./data'),
  DATABASE_URL: url(/^postgres(ql)?$/).optional(),
  CROFT_SECRET_KEY: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes as base64url (43 characters)')
    .optional(),
  CROFT_REGISTRATION: z.enum(['closed', 'invite', 'open']).default('invite'),
  CROFT_METRICS_TOKEN: z.string().min(16).optional(),
  CROFT_RETENTION_DAYS: z.coerce.number().int().min(1).max(36_500).default(400),
  CROFT_UNIT_RATE_PER_SECOND: positive.default(20),
  CROFT_UNIT_RATE_PER_MINUTE: positive.default(600),
  CROFT_PAYLOAD_LIMIT: z.coerce.number().int().min(256).max(65_536).default(16_384),
  CROFT_OUTGOING_ALLOW: z
    .string()
    .default('')
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .transform((entries) => entries.filter((entry) => entry !== ''))
    .refine((entries) => entries.every(isAllowable), 'must be host names, addresses or ranges such as 10.0.0.0/8'),
  CROFT_TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  LOG_LEVEL: z.enum(logLevels).default('info'),
});

const isOrigin = ({ pathname, search, hash }: URL) => pathname === '/' && search === '' && hash === '';

export type Config = ReturnType<typeof readConfig>;

/**
 * Reads the configuration; empty variables count as not set.
 * @throws OperatorError (exit code 2) that lists every problem at once
 */
export function readConfig(env: Record<string, string | undefined>) {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  const issues = parsed.success ? [] : parsed.error.issues;
  const problems = [...issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`), ...contradictions(given)];
  if (!parsed.success || problems.length > 0) {
    throw new OperatorError(
      ['The configuration cannot be used:', ...problems.map((problem) => `  ${problem}`)].join('\n'),
      { exitCode: 2 },
    );
  }
  const e = parsed.data;
  const publicUrl = e.CROFT_PUBLIC_URL ? new URL(e.CROFT_PUBLIC_URL).origin : undefined;
  return Object.freeze({
    publicUrl,
    host: e.CROFT_HOST ?? (publicUrl ? '0.0.0.0' : '127.0.0.1'),
    httpPort: e.CROFT_HTTP_PORT,
    mqttPort: e.CROFT_MQTT_PORT,
    mqtts: tls(e),
    dataDir: resolve(e.CROFT_DATA_DIR),
    databaseUrl: e.DATABASE_URL,
    secretKey: e.CROFT_SECRET_KEY,
    registration: e.CROFT_REGISTRATION,
    metricsToken: e.CROFT_METRICS_TOKEN,
    retentionDays: e.CROFT_RETENTION_DAYS,
    unitRate: { perSecond: e.CROFT_UNIT_RATE_PER_SECOND, perMinute: e.CROFT_UNIT_RATE_PER_MINUTE },
    payloadLimit: e.CROFT_PAYLOAD_LIMIT,
    outgoingAllow: e.CROFT_OUTGOING_ALLOW,
    trustedProxies: e.CROFT_TRUSTED_PROXIES,
    logLevel: e.LOG_LEVEL,
  });
}

type Environment = z.output<typeof environment>;

function contradictions(e: Record<string, string | undefined>): string[] {
  const problems: string[] = [];
  if (Boolean(e.CROFT_TLS_CERT) !== Boolean(e.CROFT_TLS_KEY)) {
    problems.push('CROFT_TLS_CERT, CROFT_TLS_KEY: set both or none');
  }
  for (const name of ['CROFT_TLS_CERT', 'CROFT_TLS_KEY'] as const) {
    const file = e[name];
    if (file && !existsSync(file)) problems.push(`${name}: there is no file ${file}`);
  }
  return problems;
}

function tls(e: Environment) {
  return e.CROFT_TLS_CERT && e.CROFT_TLS_KEY
    ? { port: e.CROFT_MQTTS_PORT, certificateFile: e.CROFT_TLS_CERT, keyFile: e.CROFT_TLS_KEY }
    : undefined;
}
