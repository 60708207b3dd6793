import { describe, expect, it } from 'vitest';
import { passkeyForm } from '../../../../webhook/http/approve/factors/passkey.ts';
import { createDrawing } from '../../../../webhook/http/approve/form.ts';
import { unescapeHtml } from '../../../support/clients/entities.ts';
import { blankTransaction } from '../../../support/transactions/rows.ts';

const NASTY = `'"><script>alert(1)</script>&amp;`;

const OPTIONS = {
  challenge: 'Y2hhbGxlbmdl',
  rpId: 'example.com',
  allowCredentials: [{ type: 'public-key' as const, id: 'aWQ' }],
  userVerification: 'required' as const,
};

function formOf({ text = 'T', csrfToken = 'token', options = OPTIONS } = {}): string {
  const session = { id: 's', identityId: 'i', authenticatedAt: 0, methods: [], phones: [] };
  const at = { session, transaction: { ...blankTransaction, id: '1' }, locale: 'en' };
  return passkeyForm(
    options,
    createDrawing({ at, now: 0, back: undefined, csrfToken, translate: () => text }),
  ).toString();
}

describe('the form of a passkey', () => {
  it('is hidden, posts its fields and an empty assertion, and has no script of its own', () => {
    const text = formOf();
    expect(text).toMatch(/^<form method="post" action="\/approve\/1" data-passkey="[^"]*" hidden="">/);
    const inputs = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
    expect(inputs.map(([, name, value]) => [name, value])).toEqual([
      ['_csrf', 'token'],
      ['act', 'passkey'],
      ['assertion', ''],
    ]);
    expect(text).not.toMatch(/<script|\son\w+=|\sstyle=/);
  });

  it('carries the options as its script reads them', () => {
    const [, data = ''] = /data-passkey="([^"]*)"/.exec(formOf()) ?? [];
    expect(JSON.parse(unescapeHtml(data))).toEqual(OPTIONS);
  });

  it('has the same elements with any text in it', () => {
    const nasty = formOf({ text: NASTY, csrfToken: NASTY, options: { ...OPTIONS, rpId: NASTY } });
    expect(nasty.match(/<\w+/g)).toEqual(['<form', '<input', '<input', '<input', '<button', '<p']);
  });
});
