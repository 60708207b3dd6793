/** The version of the shipped consent text, the same in all languages: raised with every change of its meaning, so that people are asked again. */
export const CONSENT_VERSION = '2';

/**
 * Every text that a person reads, in English. The other languages have the same keys and the same `{{placeholders}}`;
 * `{{brand}}` is the operator's name, or `brand.unnamed`, and stands at the beginning of a sentence only.
 */
export const en = {
  'page.title': 'Identity verification',
  'brand.unnamed': 'This service',
  'footer.support': 'Contact support',
  'footer.privacy': 'Privacy policy',

  'title.none': 'Verify your identity',
  'title.pending': 'Continue your identity check',
  'title.processing': 'We are checking your documents',
  'title.approved': 'Your identity is verified',
  'title.review': 'We are taking a second look',
  'title.rejected': 'We could not verify your identity',
  'title.expired': 'Your time ran out',

  'status.none': 'Your identity has not been verified yet.',
  'status.pending': 'Your identity verification is waiting for you.',
  'status.processing': 'Your identity verification is under way. The result is usually here within a few minutes.',
  'status.unfinished':
    'You have not finished at Jumio yet, or the result is not here yet. If you left early, go on there.',
  'status.approved': 'Your identity has been verified.',
  'status.review': 'Your identity verification is being reviewed. You need not do anything.',
  'status.rejected': 'Your identity could not be verified.',
  'status.expired': 'Your last identity verification was not finished in time.',
  'status.too_old': 'Your identity was verified some time ago and has to be verified again.',
  'status.once_more': 'Your identity has to be verified once more.',

  'button.start': 'Start',
  'button.continue': 'Continue',
  'button.go_on': 'Go on at Jumio',
  'button.try_again': 'Try again',
  'button.start_again': 'Start again',
  'button.look_again': 'Look again',
  'button.sign_in': 'Sign in',
  'button.go_back': 'Go back',
  'button.verification': 'Go to your identity verification',
  'button.support': 'Contact support',

  'next.close': 'You may close this page.',
  'next.support': 'Please contact support if you think that this is a mistake.',
  'next.ask_support': 'Please contact support, who can start this for you.',
  'next.later': 'Please come back later.',
  'next.date': 'You can start again on {{date}}.',
  'later.too_many': 'You have tried as often as is possible for now.',
  'later.not_yet': 'There has to be a while between two tries.',
  'next.wait': 'This page goes on by itself. You may close it and come back later.',
  'next.press': 'There is a button here as soon as your link to Jumio is ready.',
  'next.onwards': 'You will be redirected in a moment.',

  'checking_already.sentence': 'It is being checked whether your identity is confirmed already.',
  'preparing.sentence': 'Your identity verification is being prepared. This page goes on by itself.',
  'delayed.sentence': 'Jumio cannot be reached at the moment. Nothing is lost, and this page goes on by itself.',
  'stuck.sentence': 'Your identity verification cannot be started at the moment. Nothing you did was wrong.',
  'stranger.sentence': 'Please sign in first. You will come back here.',
  'sign_in_down.sentence':
    'Sign-in cannot be checked at the moment. Nothing is lost; please try again in a few minutes.',
  'too_old.sentence': 'This page is no longer current, and nothing was changed. Please go back and try again.',
  'unavailable.sentence':
    'Your identity verification cannot be reached at the moment. Nothing is lost; please try again in a few minutes.',
  'too_many.sentence': 'There were many requests in a short time. Please wait a minute and try again.',
  'used_link.sentence': 'This address is no longer good. It works once, and only for a short time.',
  'foreign_link.sentence':
    'Somebody else is signed in in this browser. Please sign out there, or use another browser, and open the address again.',
  'foreign_link.continue': 'Continue with the account that is signed in',
  'no_pages.sentence': 'Identity verification cannot be done at this address. Please go back to the application.',
  'broken_link.sentence': 'There is nothing at this address. It may have been cut off on its way to you.',

  'enter.sentence': 'Go on to your identity verification, if it was you who asked for this.',

  'consent.title': 'Before we check your identity',
  'consent.sentence':
    '{{brand}} asks Jumio, a company that checks identity documents, to confirm that you are who you say you are.',
  'consent.why': 'This keeps anybody from opening an account in somebody else’s name.',
  'consent.time': 'It usually takes less than five minutes.',
  'consent.need': 'What you need',
  'consent.need_document': 'a valid passport, identity card or driving licence',
  'consent.need_camera': 'a phone or computer with a camera',
  'consent.data': 'What happens with your data',
  'consent.controller': '{{brand}} is responsible for your data, as the controller.',
  'consent.data_before':
    'Jumio was told of your sign-up by an identifier without your name, and by the language of its pages. It receives nothing else before you agree.',
  'consent.data_nothing_before': 'Jumio receives nothing about you before you agree.',
  'consent.data_sent': 'Jumio receives the photos that you take of your document and of your face.',
  'consent.data_biometric':
    'From them Jumio computes biometric data of your face, to compare it with your document and to make sure that a living person is in front of the camera.',
  'consent.data_traits':
    'Jumio also receives what you have told us about yourself, for example your name, and compares it with your document.',
  'consent.data_back': 'Jumio tells us whether your identity is confirmed.',
  'consent.data_kept':
    'We keep the result, its dates and Jumio’s identifiers, not the photos, until your data are erased. Then only the result and its dates are left.',
  'consent.jumio_retention':
    'Jumio keeps photos and biometric data for as long as it has agreed with us, at most until your data are erased.',
  'consent.rights': 'It is your choice',
  'consent.take_back':
    'You can take your agreement back at any time: until your photos are with Jumio, where you gave it. Nothing more then goes to Jumio. What was done before stays lawful.',
  'consent.erasure': 'To take it back later, or to have your data erased, contact us: {{address}}',
  'consent.explicit': 'If you agree, you expressly consent to this use of your biometric data.',
  'consent.policy': 'You can read more in the privacy policy.',
  'consent.changed': 'This text has changed since you last agreed to it.',
  'consent.agree': 'Agree and continue',
  'consent.decline': 'I do not agree',
  'consent.withdraw': 'I no longer agree',

  'declined.sentence':
    'You did not agree, so your identity verification does not go on. You can change your mind at any time.',
  'declined.reconsider': 'Read it again',

  'cannot.title': 'If you cannot do this',
  'cannot.text':
    'If you have no camera, or do not want photos of your face to be compared, ask for another way where you signed up.',

  'problem.unreadable': 'We could not read your document',
  'problem.face_unreadable': 'We could not see your face clearly',
  'problem.document_unusable': 'We could not use the photo of your document',
  'problem.expired_document': 'Your document is not valid for long enough',
  'problem.unsupported_document': 'We cannot accept this kind of document',
  'problem.not_finished': 'Some steps of your identity check were left out',

  'reason.unreadable':
    'The photo of your document could not be read. Good light helps, without reflections, and with the whole document in the picture.',
  'reason.face_unreadable':
    'Your face could not be seen clearly. Face the light, take off what covers your face, for example dark glasses, and be alone in the picture.',
  'reason.document_unusable':
    'The photo of your document could not be used. Photograph the original of a signed identity document: no copy, no screen, and no other kind of card.',
  'reason.expired_document':
    'The document is no longer valid, or not for long enough. Please use one that is valid for longer.',
  'reason.unsupported_document':
    'This kind of document cannot be used. Please use another one, for example a passport.',
  'reason.not_finished': 'Not all of the steps were finished. Please go through all of them next time.',
  'reason.other': 'What was sent was not enough to confirm your identity.',
  'reason.eid': 'Your electronic identity is not enough here, so please confirm your identity at Jumio too.',
  'used_up.reason': 'You have used up all your tries, so you cannot try again here.',
  'used_up.support': 'Please contact support: they can tell you what is possible now.',

  'jumio.9100': 'Something went wrong at Jumio. Please try again.',
  'jumio.9200': 'The link to Jumio was no longer valid. You get a new one here.',
  'jumio.9210': 'There was a long pause, so Jumio ended the session. Please start again.',
  'jumio.9300': 'The photos could not be sent. Please check your connection and try again.',
  'jumio.9400': 'A step at Jumio could not be finished. Please try again.',
  'jumio.9800': 'There was no connection to the internet. Please check it and try again.',
  'jumio.9801': 'Something went wrong in the browser. Please try again, or use another browser.',
  'jumio.9810': 'The connection to Jumio was interrupted. Please try again.',
  'jumio.9820': 'No camera was found. Please use a device with a camera, for example your phone.',
  'jumio.9821': 'The photo of your face could not be taken. Please try again in even light.',
  'jumio.9822': 'This browser cannot use the camera. Please use another browser, or your phone.',
  'jumio.9835': 'None of three photos could be used. Please try again in good light.',
  'jumio.9836': 'The check at Jumio could not be finished. Please try again.',
  'jumio.other': 'It did not work at Jumio this time. Please try again.',

  'block.rejected': 'You cannot sign in, because your identity could not be verified.',
  'block.review': 'You cannot sign in yet: your identity verification is being reviewed.',
  'block.unverified': 'You cannot sign in before your identity has been verified.',
  'block.unknown': 'Your identity verification cannot be checked at the moment. Please try again in a few minutes.',
  'block.support': 'Please contact support. At {{address}} you can find out more.',
  'block.way_on': 'You can go on here, within ten minutes: {{url}}',
  'block.try_again': '{{problem}}. Please try again here within ten minutes: {{url}}',
  'block.under_way': 'Your identity check is under way. You can follow it here for the next ten minutes: {{url}}',
  'block.level':
    'This sign-up needs a stronger confirmation of your electronic identity. Please try again and confirm in your app as it asks you to.',

  'phone.title': 'Or on your phone',
  'phone.how':
    'Read this code with the camera of your phone, or type the address there. It works once and for ten minutes; load this page again for a new one. It is for you alone: show it to nobody.',
  'phone.code': 'QR code of the address below',
  'phone.whose':
    'This code takes the whole identity check to your phone. Jumio’s own page can show another code later: that one takes only the photos there.',
  'phone.show': 'Show a code for my phone',
  'phone.follow': 'I go on with my phone: wait here for the result',
  'phone.following_title': 'Go on with your phone',
  'phone.following': 'Your identity check goes on on your phone.',
  'phone.here': 'Use this device instead',
  'phone.back': 'Go back to your computer: the page there goes on by itself. You may close this page.',
} as const;
