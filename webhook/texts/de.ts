import type { Messages } from './messages.ts';

export const de: Messages = {
  'page.title': 'Identitätsprüfung',
  'brand.unnamed': 'Dieser Dienst',
  'footer.support': 'Support kontaktieren',
  'footer.privacy': 'Datenschutzerklärung',

  'status.none': 'Ihre Identität wurde noch nicht geprüft.',
  'status.pending': 'Ihre Identitätsprüfung wartet auf Sie.',
  'status.processing': 'Ihre Identitätsprüfung läuft. Das Ergebnis liegt meist nach wenigen Minuten vor.',
  'status.approved': 'Ihre Identität ist bestätigt.',
  'status.review': 'Ihre Identitätsprüfung wird noch einmal angesehen. Sie müssen nichts tun.',
  'status.rejected': 'Ihre Identität konnte nicht bestätigt werden.',
  'status.expired': 'Ihre letzte Identitätsprüfung wurde nicht rechtzeitig abgeschlossen.',

  'button.start': 'Starten',
  'button.continue': 'Weiter',
  'button.try_again': 'Noch einmal versuchen',
  'button.start_again': 'Neu beginnen',
  'button.look_again': 'Erneut nachsehen',
  'button.sign_in': 'Anmelden',
  'button.go_back': 'Zurück',
  'button.support': 'Support kontaktieren',

  'next.close': 'Sie können diese Seite schließen.',
  'next.support': 'Bitte wenden Sie sich an den Support, wenn Sie das für einen Irrtum halten.',
  'next.later': 'Bitte kommen Sie später wieder.',
  'next.date': 'Sie können am {{date}} neu beginnen.',
  'next.wait': 'Das dauert meist weniger als eine Minute. Sie können diese Seite schließen und später wiederkommen.',

  'preparing.sentence': 'Ihre Identitätsprüfung wird vorbereitet. Diese Seite geht von selbst weiter.',
  'stuck.sentence': 'Ihre Identitätsprüfung kann gerade nicht gestartet werden. Sie haben nichts falsch gemacht.',
  'stranger.sentence': 'Bitte melden Sie sich zuerst an. Danach kommen Sie hierher zurück.',
  'sign_in_down.sentence':
    'Ihre Anmeldung kann gerade nicht geprüft werden. Es ist nichts verloren; bitte versuchen Sie es in ein paar Minuten noch einmal.',
  'too_old.sentence':
    'Diese Seite war zu lange geöffnet, und es wurde nichts geändert. Bitte gehen Sie zurück und versuchen Sie es noch einmal.',
  'unavailable.sentence':
    'Ihre Identitätsprüfung ist gerade nicht erreichbar. Es ist nichts verloren; bitte versuchen Sie es in ein paar Minuten noch einmal.',

  'block.rejected':
    'Sie können sich nicht anmelden, weil Ihre Identität nicht bestätigt werden konnte. Bitte wenden Sie sich an den Support.',
  'block.review': 'Sie können sich noch nicht anmelden: Ihre Identitätsprüfung wird noch einmal angesehen.',
  'block.unverified': 'Sie können sich erst anmelden, wenn Ihre Identität bestätigt ist.',
  'block.unknown':
    'Ihre Identitätsprüfung kann gerade nicht abgefragt werden. Bitte versuchen Sie es in ein paar Minuten noch einmal.',
};
