import type { Target } from '../target.ts';
import { languages, returnTo } from './addresses.ts';
import { approveForms } from './approve-form.ts';
import { assertions } from './assertion.ts';
import { configuration } from './configuration.ts';
import { consoleForms, consoleLooks } from './console.ts';
import { handoverCookies, oneTimeLinks } from './cookies.ts';
import { hints } from './hint.ts';
import { hookBodies } from './hook-bodies.ts';
import { idTokens } from './id-token.ts';
import { jumioAnswers } from './jumio-answers.ts';
import { kratosAnswers } from './kratos-answers.ts';
import { operators } from './operators.ts';
import { policy } from './policy.ts';
import { references } from './reference.ts';
import { routes } from './routes.ts';
import { secret, signature } from './signature.ts';
import { texts } from './texts.ts';
import { transactionRoutes } from './transactions.ts';

/** Opens every target. Each is to be closed. */
export async function openTargets(): Promise<Target[]> {
  return [
    signature,
    secret,
    references,
    ...hookBodies,
    policy,
    operators,
    texts,
    configuration,
    kratosAnswers,
    jumioAnswers,
    returnTo,
    languages,
    oneTimeLinks(),
    await handoverCookies(),
    await idTokens(),
    await assertions(),
    await routes(),
    await transactionRoutes(),
    await hints(),
    await approveForms(),
    await consoleLooks(),
    await consoleForms(),
  ];
}
