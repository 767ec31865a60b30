import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { api } from '../contract.ts';
import { openApi } from './openapi.ts';
import { docsPage } from './operations/docs.ts';

type Operation = {
  operationId: string;
  summary: string;
  'x-access': string;
  security: Record<string, unknown>[];
  parameters: { name: string; in: string; required: boolean }[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
};

/** What takes the rest of a path is a parameter like any other in OpenAPI, which has no word for it. */
const restOfPath = new Set(Object.keys(api).flatMap((key) => /\*(\w+)$/.exec(key)?.[1] ?? []));
const document = openApi(api, { version: '1.2.3', publicUrl: 'https://croft.example' });
const paths = document.paths as Record<string, Record<string, Operation>>;
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ key: keyOf(method, path), path, ...operation })),
);
function keyOf(method: string, path: string): string {
  const named = path.replaceAll(/\{(\w+)\}/g, (_, name) => `${restOfPath.has(name) ? '*' : ':'}${name}`);
  return `${method.toUpperCase()} ${named}`;
}

describe('the description', () => {
  test('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  test('would not be valid with a wrong part', async () => {
    const wrong = { ...structuredClone(document), info: { title: 'Croft' } };
    expect((await new Validator().validate(wrong)).valid).toBe(false);
  });

  test('has every route of the contract, under its own name, and no other', () => {
    expect(operations.map(({ key }) => key).toSorted()).toEqual(Object.keys(api).toSorted());
    for (const { key, operationId, summary } of operations) {
      expect(operationId).toBe(key);
      expect(summary).not.toBe('');
    }
  });

  test('says who may call each, by cookie or token', () => {
    const schemes = (key: string) =>
      operations.find((one) => one.key === key)?.security.map((way) => Object.keys(way).join());
    expect(schemes('GET /api/explore')).toEqual(['', 'session', 'token']);
    expect(schemes('GET /api/units')).toEqual(['session', 'token']);
    expect(schemes('GET /api/units/:id/env')).toEqual(['session']);
    for (const { key, ...operation } of operations) {
      expect(operation['x-access']).toBe(api[key as keyof typeof api].access);
    }
  });

  test('declares every parameter of a path and refers to nothing that is not there', () => {
    for (const { path, parameters } of operations) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path' && parameter.required);
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(inPath.map(({ name }) => name)).toEqual(named);
    }
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target);
    expect(new Set(references)).toEqual(new Set(['#/components/schemas/Problem', '#/components/schemas/Json']));
  });

  test('says of every answer what it is', () => {
    for (const { responses } of operations) {
      expect(Object.keys(responses)).toEqual([expect.stringMatching(/^20[0124]$/), 'default']);
    }
  });
});

describe('the readable page', () => {
  const page = docsPage(document as unknown as Parameters<typeof docsPage>[0]);

  test('has every route with its summary', () => {
    expect(page.match(/<section>/g)).toHaveLength(Object.keys(api).length);
    for (const { key, path, summary } of operations) {
      expect(page).toContain(`<code>${key.split(' ')[0]} ${path}</code>`);
      const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
      expect(page).toContain(summary.replaceAll(/[&<>"]/g, (one) => entities[one as keyof typeof entities]));
    }
  });

  test('runs no scripts and shows text as text', () => {
    expect(page).not.toMatch(/<script/i);
    const summary = '<img src=x onerror=alert(1)> & "more"';
    const evil = docsPage({
      info: { version: '<1>' },
      paths: { '/a/{b}': { get: { summary, 'x-access': 'read', parameters: [{ name: '<i>', in: 'path' }] } } },
    });
    expect(evil).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;more&quot;');
    expect(evil).toContain('&lt;i&gt; (path)');
    expect(evil).not.toMatch(/<img|<i>|<1>/);
  });
});
