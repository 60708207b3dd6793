/** The version of the shipped consent text, the same in all languages: raised with every change of its meaning, so that people are asked again. */
export const CONSENT_VERSION = '2';

/**
 * Every text that a person reads, in English. The other languages have the same keys and the same `{{placeholders}}`;
 * `{{brand}}` is the operator's name, or `brand.unnamed`, and stands at the beginning of a sentence only. A text whose key
 * ends in `_unnamed` takes the place of the text before it where the operator has no name.
 */
export const en = {
  'page.title': 'Identity check',
  'brand.unnamed': 'This service',
  'footer.support': 'Contact support',
  'footer.privacy': 'Privacy policy',

  'title.none': 'Verify your identity',
  'title.pending': 'Continue your identity check',
  'title.processing': 'We are checking your documents',
  'title.unfinished': 'Your identity check is not finished yet',
  'title.approved': 'Your identity is verified',
  'title.approval_expired': 'Your verification has expired',
  'title.once_more': 'Please verify your identity again',
  'title.review': 'We are taking a closer look',
  'title.rejected': 'We could not verify your identity',
  'title.expired': 'Your identity check has expired',

  'status.none': 'Your identity is not verified yet.',
  'status.pending': 'Everything is ready. The check usually takes less than five minutes.',
  'status.processing': 'This usually takes a few minutes.',
  'status.unfinished':
    'If you left before the end, you can finish the check now. If you have just finished, the result will be here shortly.',
  'status.approved': 'Thank you. There is nothing else you need to do.',
  'status.review':
    'Your documents are being reviewed. This can take a little longer, and there is nothing you need to do.',
  'status.rejected': 'The check is complete, but your identity is not verified.',
  'status.mendable': 'Your identity is not verified yet, but you can fix this now.',
  'status.expired': 'You did not finish your last identity check in time.',
  'status.too_old': 'We verified your identity some time ago and need to check it again.',
  'status.once_more': 'We need a new identity check from you.',

  'button.start': 'Start identity check',
  'button.continue': 'Continue to identity check',
  'button.go_on': 'Finish identity check',
  'button.try_again': 'Take the photos again',
  'button.other_document': 'Use another document',
  'button.start_again': 'Start a new identity check',
  'button.once_more': 'Verify your identity again',
  'button.look_again': 'Check for the result',
  'button.ready_again': 'Check if it is ready',
  'button.reload': 'Reload this page',
  'button.sign_in': 'Sign in to your account',
  'button.to_application': 'Continue to {{brand}}',
  'button.to_application_unnamed': 'Continue to your account',
  'button.go_back': 'Back to {{brand}}',
  'button.go_back_unnamed': 'Leave the identity check',
  'button.verification': 'Go to your identity check',
  'button.support': 'Contact support',

  'next.close': 'You can close this page.',
  'next.support': 'If you think this is a mistake, please contact support.',
  'next.ask_support': 'Please contact support to get a new identity check.',
  'next.later': 'Please come back later.',
  'next.date': 'You can start a new identity check from {{date}}.',
  'later.too_many': 'You have used all your attempts for now.',
  'later.not_yet': 'You need to wait a while between two attempts.',
  'next.wait': 'This page updates by itself. You can also close it and come back later.',
  'next.press': 'When everything is ready, a button will appear here.',
  'next.onwards': 'We will take you back in a few seconds.',

  'checking_already.title': 'We are checking whether you are already verified',
  'checking_already.sentence': 'This should only take a moment.',
  'preparing.title': 'We are preparing your identity check',
  'preparing.sentence': 'This should only take a moment. The page updates by itself.',
  'delayed.title': 'We cannot reach Jumio right now',
  'delayed.sentence': 'Nothing is lost. We keep trying, and this page updates by itself.',
  'stuck.title': 'We cannot start your identity check right now',
  'stuck.sentence': 'The problem is on our side. You have done nothing wrong.',
  'stranger.title': 'Sign in to continue',
  'stranger.sentence': 'Once you are signed in, you will come straight back to your identity check.',
  'sign_in_down.title': 'We cannot check your sign-in right now',
  'sign_in_down.sentence': 'Nothing is lost. Please reload this page in a few minutes.',
  'too_old.title': 'This page is out of date',
  'too_old.sentence': 'Nothing has been changed. Please go back to your identity check and continue from there.',
  'unavailable.title': 'We cannot show your identity check right now',
  'unavailable.sentence': 'Nothing is lost. Please reload this page in a few minutes.',
  'too_many.title': 'Too many requests',
  'too_many.sentence': 'Please wait a minute, then reload this page.',
  'used_link.title': 'This link no longer works',
  'used_link.sentence':
    'Each link works only once and for a short time. You can still continue from your identity check.',
  'foreign_link.title': 'Someone else is signed in',
  'foreign_link.sentence':
    'Sign out in this browser or use another one, then open the link again. You can also continue with the account that is signed in here.',
  'foreign_link.continue': 'Continue with this account',
  'no_pages.title': 'You cannot verify your identity here',
  'no_pages.sentence': 'Please return to the website or app that sent you here.',
  'broken_link.title': 'Page not found',
  'broken_link.sentence': 'If you followed a link, part of it may be missing.',

  'enter.title': 'Continue to your identity check',
  'enter.sentence': 'Only continue if you were expecting this link.',

  'consent.title': 'Before we check your identity',
  'consent.sentence':
    '{{brand}} uses Jumio, a company that checks identity documents, to confirm that you are who you say you are.',
  'consent.why': 'This stops anyone from opening an account in someone else’s name.',
  'consent.time': 'It usually takes less than five minutes.',
  'consent.need': 'What you need',
  'consent.need_document': 'a valid passport, identity card or driving licence',
  'consent.need_camera': 'a phone or computer with a camera',
  'consent.data': 'What happens to your data',
  'consent.controller': '{{brand}} is responsible for your data, as the controller.',
  'consent.data_before':
    'Jumio has received an identifier for your sign-up, without your name, and the language of its pages. It receives nothing else until you agree.',
  'consent.data_nothing_before': 'Jumio receives nothing about you until you agree.',
  'consent.data_sent': 'Jumio receives the photos you take of your document and your face.',
  'consent.data_biometric':
    'From these photos, Jumio creates biometric data of your face, to compare it with your document and to make sure that a living person is in front of the camera.',
  'consent.data_traits':
    'Jumio also receives what you have told us about yourself, such as your name, and compares it with your document.',
  'consent.data_back': 'Jumio tells us whether your identity is confirmed.',
  'consent.data_kept':
    'We keep the result, its dates and Jumio’s identifiers until your data is erased, but not the photos. After that, only the result and its dates remain.',
  'consent.jumio_retention':
    'Jumio keeps the photos and biometric data for as long as it has agreed with us, and at most until your data is erased.',
  'consent.rights': 'It is your choice',
  'consent.take_back':
    'You can withdraw your consent at any time. Until Jumio has your photos, you can do so where you gave it, and nothing more is sent to Jumio. What was done before remains lawful.',
  'consent.erasure': 'To withdraw it later, or to have your data erased, contact us: {{address}}',
  'consent.explicit': 'By agreeing, you expressly consent to this use of your biometric data.',
  'consent.policy': 'Read the privacy policy',
  'consent.changed': 'This text has changed since you last agreed to it.',
  'consent.agree': 'Agree and continue',
  'consent.decline': 'I do not agree',
  'consent.withdraw': 'Withdraw consent',

  'declined.title': 'You have not agreed',
  'declined.sentence': 'Your identity check will not continue. You can change your mind at any time.',
  'declined.reconsider': 'Read the information again',

  'cannot.title': 'Other ways to confirm your identity',
  'cannot.text':
    'If you have no camera, or do not want photos of your face to be compared, ask us about another way to confirm your identity.',

  'problem.unreadable': 'We could not read your document',
  'problem.face_unreadable': 'We could not see your face clearly',
  'problem.document_unusable': 'We could not use the photo of your document',
  'problem.expired_document': 'Your document has expired or expires too soon',
  'problem.unsupported_document': 'We cannot accept this type of document',
  'problem.not_finished': 'Some steps of your identity check are missing',

  'reason.unreadable':
    'The photo of your document could not be read. Use good light, avoid glare, and make sure the whole document is in the picture.',
  'reason.face_unreadable':
    'Your face was not clear enough. Face the light, take off anything that covers your face, such as sunglasses, and make sure no one else is in the picture.',
  'reason.document_unusable':
    'The photo of your document could not be used. Photograph the original of a signed identity document, not a copy, a screen or another kind of card.',
  'reason.expired_document': 'Please use a document that stays valid for longer.',
  'reason.unsupported_document': 'Please use a different document, such as a passport.',
  'reason.not_finished': 'Please complete every step next time.',
  'reason.other': 'What we received was not enough to confirm your identity.',
  'reason.eid': 'Your electronic identity is not enough here. Please verify your identity with Jumio as well.',
  'used_up.reason': 'You have used all your attempts and cannot start another one here.',
  'used_up.support': 'Please contact support to find out what you can do next.',

  'jumio.9100': 'Something went wrong at Jumio. Please start the check once more.',
  'jumio.9200': 'Your link to Jumio had expired. You can get a new one here.',
  'jumio.9210': 'Jumio closed the session after a long pause. Please start the check once more.',
  'jumio.9300': 'Your photos could not be sent. Please check your connection, then take them again.',
  'jumio.9400': 'One of the steps could not be completed. Please repeat it.',
  'jumio.9800': 'You were offline. Please check your internet connection, then continue.',
  'jumio.9801': 'Something went wrong in your browser. Please start the check once more, or use another browser.',
  'jumio.9810': 'The connection to Jumio was lost. Please start the check once more.',
  'jumio.9820': 'No camera was found. Please use a device that has one, such as your phone.',
  'jumio.9821': 'Your face could not be photographed. Please take the photo again in even light.',
  'jumio.9822': 'This browser cannot use your camera. Please use another browser, or your phone.',
  'jumio.9835': 'None of your three photos could be used. Please take them again in good light.',
  'jumio.9836': 'Jumio could not complete the check. Please start it once more.',
  'jumio.other': 'Something went wrong this time. Please start the check once more.',

  'block.rejected': 'You cannot sign in because we could not verify your identity.',
  'block.review': 'You cannot sign in yet because your documents are still being reviewed.',
  'block.unverified': 'You can sign in once your identity is verified.',
  'block.unknown': 'We cannot look up your identity check right now. Please sign in again in a few minutes.',
  'block.support': 'Contact support at {{address}} to find out more.',
  'block.way_on': 'You can continue here within the next ten minutes: {{url}}',
  'block.try_again': '{{problem}}. You can fix this here within the next ten minutes: {{url}}',
  'block.under_way': 'Your identity check is in progress. You can follow it here for the next ten minutes: {{url}}',
  'block.level':
    'To sign up, you need to confirm your electronic identity at a higher level. Please sign up again and follow every step in your app.',
  'phone.title': 'Or use your phone',
  'phone.how':
    'Scan this code with your phone’s camera, or type the address into its browser. It works once and for ten minutes; reload this page for a new one. It is for you alone: do not show it to anyone.',
  'phone.code': 'QR code for the address below',
  'phone.whose':
    'This code moves your whole identity check to your phone. Jumio may show a code of its own later: that one is only for the photos.',
  'phone.show': 'Show a code for my phone',
  'phone.follow': 'Continue on my phone and wait here',
  'phone.following_title': 'Continue on your phone',
  'phone.following': 'This page waits for your phone, and shows the result when you have finished there.',
  'phone.here': 'Use this device instead',
  'phone.back': 'Return to your computer, which shows your result. You can close this page.',
} as const;
