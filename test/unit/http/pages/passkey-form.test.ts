import { describe, expect, it } from 'vitest';
import { passkeyForm } from '../../../../webhook/http/pages/approve/passkey-form.ts';
import { unescapeHtml } from '../../../support/clients/entities.ts';

const NASTY = `'"><script>alert(1)</script>&amp;`;

const OPTIONS = {
  challenge: 'Y2hhbGxlbmdl',
  rpId: 'example.com',
  allowCredentials: [{ type: 'public-key' as const, id: 'aWQ' }],
  userVerification: 'required' as const,
};

const FORM = {
  to: '/approve/1',
  fields: { _csrf: 'token', act: 'passkey' },
  options: OPTIONS,
  press: 'P',
  unused: 'U',
};

describe('the form of a passkey', () => {
  it('is hidden, posts its fields and an empty assertion, and has no script of its own', () => {
    const text = passkeyForm(FORM).toString();
    expect(text).toMatch(/^<form method="post" action="\/approve\/1" data-passkey="[^"]*" hidden>/);
    const inputs = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
    expect(inputs.map(([, name, value]) => [name, value])).toEqual([
      ['_csrf', 'token'],
      ['act', 'passkey'],
      ['assertion', ''],
    ]);
    expect(text).not.toMatch(/<script|\son\w+=|\sstyle=/);
  });

  it('carries the options as its script reads them', () => {
    const [, data = ''] = /data-passkey="([^"]*)"/.exec(passkeyForm(FORM).toString()) ?? [];
    expect(JSON.parse(unescapeHtml(data))).toEqual(OPTIONS);
  });

  it('has the same elements with any text in it', () => {
    const nasty = passkeyForm({
      ...FORM,
      to: NASTY,
      fields: { [NASTY]: NASTY },
      press: NASTY,
      unused: NASTY,
    }).toString();
    expect(nasty.match(/<\w+/g)).toEqual(['<form', '<input', '<input', '<button', '<p']);
  });
});
