import { describe } from 'vitest';
import { withPayers } from '../../../sandbox/kratos/config/payers.ts';
import { findKratos } from '../../../sandbox/kratos/real/binary.ts';
import { formCases } from './cases/form-cases.ts';
import { gateCases } from './cases/gate-cases.ts';
import { identityCases } from './cases/identity-cases.ts';
import { mistakeCases } from './cases/mistake-cases.ts';
import { oversizeCases } from './cases/oversize-cases.ts';
import { payerCases } from './cases/payer-cases.ts';
import { recoveryCases } from './cases/recovery-cases.ts';
import { registrationCases } from './cases/registration-cases.ts';
import { sessionCases } from './cases/session-cases.ts';
import { type Kind, UI_URL, useWorld } from './world.ts';

function contract(kind: Kind): void {
  describe('the shipped configuration', () => {
    const world = useWorld(kind, { more: withPayers(UI_URL) });
    describe('registration.after', () => registrationCases(world));
    describe('login.after', () => gateCases(world));
    describe('recovery.after', () => recoveryCases(world));
    describe('refused forms', () => formCases(world));
    describe('sessions', () => sessionCases(world));
    describe('identities', () => identityCases(world));
    describe('payers', () => payerCases(world));
  });
  describe('the configuration with inline templates, as on Ory Network', () => {
    const world = useWorld(kind, { variant: 'base64' });
    describe('registration.after', () => registrationCases(world));
    describe('recovery.after', () => recoveryCases(world));
  });
  describe('mistakes in ory-actions.yaml', () => mistakeCases(kind));
  describe('requests too large for a template', () => oversizeCases(kind)); // these break a real Kratos: they have one of their own
}

describe('the stand-in for Kratos', () => contract('stand-in'));

const skipped = findKratos() === undefined;

const why = skipped ? ': skipped, because KRATOS_BIN is not set and there is no kratos on the PATH' : '';

describe.skipIf(skipped)(`the real Kratos${why}`, () => contract('real'));
