/**
 * Every text that a person reads, in English. The other languages have the same keys and the same `{{placeholders}}`;
 * `{{brand}}` is the operator's name, or `brand.unnamed`, and stands at the beginning of a sentence only.
 */
export const en = {
  'page.title': 'Identity verification',
  'brand.unnamed': 'This service',
  'footer.support': 'Contact support',
  'footer.privacy': 'Privacy policy',

  'status.none': 'Your identity has not been verified yet.',
  'status.pending': 'Your identity verification is waiting for you.',
  'status.processing': 'Your identity verification is under way. The result is usually here within a few minutes.',
  'status.approved': 'Your identity has been verified.',
  'status.review': 'Your identity verification is being reviewed. You need not do anything.',
  'status.rejected': 'Your identity could not be verified.',
  'status.expired': 'Your last identity verification was not finished in time.',

  'button.start': 'Start',
  'button.continue': 'Continue',
  'button.try_again': 'Try again',
  'button.start_again': 'Start again',
  'button.look_again': 'Look again',
  'button.sign_in': 'Sign in',
  'button.go_back': 'Go back',
  'button.support': 'Contact support',

  'next.close': 'You may close this page.',
  'next.support': 'Please contact support if you think that this is a mistake.',
  'next.later': 'Please come back later.',
  'next.date': 'You can start again on {{date}}.',
  'next.wait': 'This usually takes less than a minute. You may close this page and come back later.',

  'preparing.sentence': 'Your identity verification is being prepared. This page goes on by itself.',
  'stuck.sentence': 'Your identity verification cannot be started at the moment. Nothing you did was wrong.',
  'stranger.sentence': 'Please sign in first. You will come back here.',
  'sign_in_down.sentence':
    'Sign-in cannot be checked at the moment. Nothing is lost; please try again in a few minutes.',
  'too_old.sentence': 'This page was open for too long, and nothing was changed. Please go back and try again.',
  'unavailable.sentence':
    'Your identity verification cannot be reached at the moment. Nothing is lost; please try again in a few minutes.',

  'block.rejected': 'You cannot sign in, because your identity could not be verified. Please contact support.',
  'block.review': 'You cannot sign in yet: your identity verification is being reviewed.',
  'block.unverified': 'You cannot sign in before your identity has been verified.',
  'block.unknown': 'Your identity verification cannot be checked at the moment. Please try again in a few minutes.',
} as const;
