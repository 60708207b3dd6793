import { expect, it } from 'vitest';
import { formOf, isFirstStep, uiFlow } from '../../../sandbox/app/forms.ts';
import { home } from '../../../sandbox/app/pages.ts';
import { settingsForms } from '../../../sandbox/app/settings.ts';

it.each([
  ['approved', 'yes'],
  ['review', 'once you are verified'],
  ['rejected', 'no'],
])('the home page of the demo promises nothing beyond the status %s', (status, mayI) => {
  const at = '2026-01-01T00:00:00Z';
  const me = { id: 'id', email: 'ann@harbour.example', jumio: { status }, createdAt: at, updatedAt: at };
  const page = home(me, '/jumio/verify', undefined);
  expect(page).toContain(`<li>Send money: ${mayI}</li>`);
  expect(page).not.toContain('what I can do');
});

it('a rejection that the person can put right is one message, and a button that names its object', () => {
  const page = home({ jumio: { status: 'rejected', attempt: 'pending' } }, '/jumio/verify', 'verify');
  expect(page.match(/<p>[^<]+<\/p>/g)).toHaveLength(1);
  expect(page).toContain('>Verify my identity again</a>');
  expect(home({ jumio: { status: 'rejected' } }, '/jumio/verify', 'contact')).toContain('Only our support');
});

it('who is verified has nothing to read, to press or to wait for', () => {
  const page = home({ jumio: { status: 'approved' } }, '/jumio/verify', 'continue');
  expect([page.match(/<p>[^<]+<\/p>/g)?.length, page.includes('<a ')]).toEqual([1, false]);
});

it.each(['approved', 'review', 'rejected'])(
  'a bank that sends money leads there at the status %s only if that is approved',
  (status) => {
    const link = '<a class="button" href="/send">';
    expect(home({ jumio: { status } }, '/jumio/verify', 'continue', true).includes(link)).toBe(status === 'approved');
    expect(home({ jumio: { status } }, '/jumio/verify', 'continue')).not.toContain(link);
  },
);

const button = (name: string, value: string, group: string) => ({ group, attributes: { name, value, type: 'submit' } });

/** A flow as Kratos shows it, as far as the application reads it. */
function flowOf(nodes: readonly object[], messages: readonly object[] = []) {
  return uiFlow.parse({ ui: { action: '/', nodes, messages } });
}

it('only an error looks like one', () => {
  const messages = [
    { id: 1, text: 'A code was sent.', type: 'info' },
    { id: 2, text: 'Wrong.', type: 'error' },
  ];
  const form = formOf(flowOf([button('method', 'code', 'code')], messages), 'Continue');
  expect(form).toContain('<p class="note" role="status">A code was sent.</p>');
  expect(form).toContain('<p class="message" role="alert">Wrong.</p>');
});

it('each button of the two steps of a sign-up says where it leads', () => {
  const first = flowOf([button('method', 'profile', 'profile'), button('provider', 'itsme', 'oidc')]);
  expect(formOf(first, 'Sign up')).toContain('value="profile">Continue</button>');
  expect(formOf(first, 'Sign up')).toContain('value="itsme" class="plain">');
  const second = flowOf([button('method', 'password', 'password'), button('screen', 'previous', 'profile')]);
  expect(formOf(second, 'Sign up')).toContain('value="password">Sign up</button>');
  expect(formOf(second, 'Sign up')).toContain('value="previous" class="plain" formnovalidate>Back</button>');
  expect([isFirstStep(first), isFirstStep(second)]).toEqual([true, false]);
});

it('a sign-up asks for no phone number and offers no passkey; the settings have both forms of their own', () => {
  const token = { group: 'default', attributes: { name: 'csrf_token', type: 'hidden', value: 'token' } };
  const phone = { group: 'profile', attributes: { name: 'traits.phone', type: 'tel' } };
  const password = { group: 'password', attributes: { name: 'password', type: 'password' } };
  const script = { group: 'webauthn', attributes: { src: 'http://kratos/webauthn.js', type: 'text/javascript' } };
  const added = { group: 'passkey', attributes: { name: 'passkey_create_data', type: 'hidden', value: '{"a":1}' } };
  const trigger = { name: 'passkey_register_trigger', type: 'button', onclick: 'window.add()' };
  const nodes = [token, phone, password, script, added, { group: 'passkey', attributes: trigger }];
  const signUp = formOf(flowOf(nodes), 'Sign up');
  expect(signUp).toContain('name="password"');
  for (const left of ['phone', 'passkey', 'webauthn']) expect(signUp).not.toContain(left);
  const settings = settingsForms(flowOf(nodes));
  expect(settings.match(/<form /g)).toHaveLength(2);
  for (const has of ['src="http://kratos/webauthn.js"', 'onclick="window.add()"', 'name="passkey_create_data"'])
    expect(settings).toContain(has);
  expect(settingsForms(flowOf([token, password])).match(/<form /g)).toHaveLength(1);
});
